"""`kiosk operator-key`: makes the key with which a member of the responsible office clears alarms.

The private key stays with that person; the public one goes into `operators.keys` of each kiosk. Not responsible for
using it (`clear_alarm.py`).
"""

from __future__ import annotations

import os
import sys
from typing import TYPE_CHECKING

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat

from firmware.app.base64url import text_of

if TYPE_CHECKING:
    from pathlib import Path

FAILED = 1


def run(out: Path, name: str) -> int:
    """Write a new private key (PKCS #8, PEM, mode 0600), print what kiosk.toml needs; never replaces a file."""
    key = Ed25519PrivateKey.generate()
    pem = key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
    try:
        descriptor = os.open(out, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        with os.fdopen(descriptor, "wb") as file:
            file.write(pem)
            file.flush()
            os.fsync(descriptor)
    except OSError as error:
        print(f"kiosk operator-key: {out}: {error.strerror}. Choose another file with --out.", file=sys.stderr)
        return FAILED
    print(f'"{name} {text_of(key.public_key().public_bytes_raw())}"')
    print(f"Put this into operators.keys of kiosk.toml, then restart the kiosk. {out} is secret.", file=sys.stderr)
    return os.EX_OK
