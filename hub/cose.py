"""COSE_Sign1 (RFC 9052) over one canonical CBOR map, Ed25519 only; the one place where the hub signs or checks records.

Not responsible for which key is right (the caller looks it up by `peek_kid`) nor for the fields of a record.
Rules: `docs/reference/hub-protocol.md`, opening paragraph; canonical form is RFC 8949 §4.2.1.
"""

from hashlib import sha256
from typing import Any, cast

import cbor2
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey
from pycose.algorithms import EdDSA
from pycose.headers import KID, Algorithm
from pycose.keys.okp import OKPKey
from pycose.messages.sign1message import Sign1Message

TAG = 18
EDDSA = -8
_PARTS = 4  # protected, unprotected, payload, signature
_SIGNATURE_BYTES = 64


class BadSignature(ValueError):
    """The bytes are not a COSE_Sign1 of this protocol, or the signature does not fit the key."""


def canonical(value: Any) -> bytes:
    """Deterministic CBOR of `value`."""
    return cbor2.dumps(value, canonical=True)


def loads_canonical(data: bytes) -> Any:
    """Decode CBOR and refuse anything that would not be written that way (order, lengths, doubles, trailing bytes)."""
    try:
        value = cbor2.loads(data)
        again = canonical(value)
    except (cbor2.CBORError, ValueError, TypeError, RecursionError, OverflowError) as error:
        raise BadSignature(f"not CBOR: {type(error).__name__}") from error
    if again != data:
        raise BadSignature("the CBOR is not in canonical form or has trailing bytes")
    return value


def sign1(payload: dict[str, Any], key: Ed25519PrivateKey, kid: bytes) -> bytes:
    """Sign the canonical CBOR of `payload`; returns the tagged COSE_Sign1 bytes."""
    message: Any = Sign1Message(phdr={Algorithm: EdDSA, KID: kid}, payload=canonical(payload))  # pycose has no types
    message.key = OKPKey(crv="ED25519", d=key.private_bytes_raw(), x=key.public_key().public_bytes_raw())
    return message.encode()


def verify1(data: bytes, key: Ed25519PublicKey) -> dict[str, Any]:
    """Check the signature and return the payload; raises BadSignature with the reason."""
    kid, payload, signature = _parts(data)
    message: Any = Sign1Message(phdr={Algorithm: EdDSA, KID: kid}, payload=payload)
    message.key = OKPKey(crv="ED25519", x=key.public_bytes_raw())
    message.signature = signature
    if not message.verify_signature():
        raise BadSignature("the signature does not fit the key")
    record = loads_canonical(payload)
    if not isinstance(record, dict) or not all(isinstance(name, str) for name in cast("dict[Any, Any]", record)):
        raise BadSignature("the payload is not a map with text keys")
    return cast("dict[str, Any]", record)


def peek_kid(data: bytes) -> bytes:
    """Read the key id in the protected header, before anything is verified; raises BadSignature."""
    return _parts(data)[0]


def kid_of(key: Ed25519PublicKey) -> bytes:
    """Key id: first 8 bytes of SHA-256 of the raw public key."""
    return sha256(key.public_bytes_raw()).digest()[:8]


def _parts(data: bytes) -> tuple[bytes, bytes, bytes]:
    """Key id, payload and signature of a well-formed message; the form is exactly the one `sign1` writes."""
    message = loads_canonical(data)
    if not isinstance(message, cbor2.CBORTag) or message.tag != TAG:
        raise BadSignature("not a tagged COSE_Sign1 (tag 18)")
    parts = cast("list[Any] | None", message.value)
    if not isinstance(parts, list) or len(parts) != _PARTS or parts[1] != {}:
        raise BadSignature("a COSE_Sign1 has four parts and its unprotected header is empty here")
    protected, _, payload, signature = parts
    if not (isinstance(protected, bytes) and isinstance(payload, bytes) and isinstance(signature, bytes)):
        raise BadSignature("protected header, payload and signature are byte strings")
    header = loads_canonical(protected)
    if not isinstance(header, dict) or set(cast("dict[Any, Any]", header)) != {1, 4}:
        raise BadSignature("the protected header is {1: algorithm, 4: key id} and nothing else")
    fields = cast("dict[Any, Any]", header)
    if fields[1] != EDDSA or not isinstance(fields[4], bytes):
        raise BadSignature("the algorithm is EdDSA (-8) and the key id a byte string")
    if protected != canonical({1: EDDSA, 4: fields[4]}):  # to Python {True: -8} equals {1: -8}
        raise BadSignature("the protected header is not what this protocol writes")
    if len(signature) != _SIGNATURE_BYTES:
        raise BadSignature("an Ed25519 signature has 64 bytes")
    return fields[4], payload, signature
