"""The signed record of a factory test: OpenHTF's own record as canonical JSON, and an Ed25519 signature over it.

    {"record": TEXT, "key_id": 16 hex, "signature": base64}

`TEXT` is the record's JSON as it was signed; the signature is over `kiosk-factory-v1`, a line feed, and that text.
Not responsible for what was measured.
"""

from __future__ import annotations

import base64
import hashlib
import json
from typing import TYPE_CHECKING, Any

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey
from cryptography.hazmat.primitives.serialization import load_pem_private_key

if TYPE_CHECKING:
    from pathlib import Path

LABEL = b"kiosk-factory-v1\n"


class RecordUntrusted(ValueError):
    """The record is not what was signed, or not by this key; the text says which."""


def read_key(path: Path) -> Ed25519PrivateKey:
    """Read the factory's private key (PEM); `RecordUntrusted` for another kind, `OSError`."""
    key = load_pem_private_key(path.read_bytes(), None)
    if not isinstance(key, Ed25519PrivateKey):
        raise RecordUntrusted(f"{path}: is no Ed25519 key. kiosk operator-key makes one.")
    return key


def key_id(key: Ed25519PublicKey) -> str:
    """Return the first 8 bytes of SHA-256 of the raw key, in hexadecimal."""
    return hashlib.sha256(key.public_bytes_raw()).digest()[:8].hex()


def sign(record: dict[str, Any], key: Ed25519PrivateKey) -> str:
    """Return the signed record as JSON."""
    text = json.dumps(record, sort_keys=True, ensure_ascii=False, separators=(",", ":"))
    signature = base64.b64encode(key.sign(LABEL + text.encode())).decode()
    return json.dumps({"record": text, "key_id": key_id(key.public_key()), "signature": signature}, indent=1) + "\n"


def verified(signed: str, key: Ed25519PublicKey) -> dict[str, Any]:
    """Return the record within; `RecordUntrusted`."""
    try:
        told = json.loads(signed)
        text, named, signature = told["record"], told["key_id"], base64.b64decode(told["signature"], validate=True)
        if named != key_id(key):
            raise RecordUntrusted(f"signed by key {named}, not by {key_id(key)}")
        key.verify(signature, LABEL + text.encode())
        return json.loads(text)
    except InvalidSignature as error:
        raise RecordUntrusted("the signature does not fit: the record was changed after the test") from error
    except (KeyError, TypeError, ValueError, AttributeError) as error:
        if isinstance(error, RecordUntrusted):
            raise
        raise RecordUntrusted(f"is no signed record: {error!r}") from error
