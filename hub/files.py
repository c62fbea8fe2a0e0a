"""Writing the files of a data directory: whole or not at all, secrets with mode 0600, never over an existing one.

Not responsible for what is in them.
"""

import os
import secrets
from pathlib import Path
from typing import TypeVar

from cryptography.hazmat.primitives.asymmetric.types import PrivateKeyTypes
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat, load_pem_private_key

Kind = TypeVar("Kind", bound=PrivateKeyTypes)


def write_new(path: Path, data: bytes, *, secret: bool = False) -> bool:
    """Write a file that does not exist yet, durably; returns False and leaves it alone if it does."""
    if path.exists():
        return False
    path.parent.mkdir(parents=True, exist_ok=True)
    beside = path.with_name(f".{path.name}.{secrets.token_hex(4)}")
    with os.fdopen(os.open(beside, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600 if secret else 0o644), "wb") as file:
        file.write(data)
        file.flush()
        os.fsync(file.fileno())
    beside.rename(path)
    return True


def key_pem(key: PrivateKeyTypes) -> bytes:
    """Write a private key as PKCS#8 PEM."""
    return key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())


def load_key(path: Path, kind: type[Kind]) -> Kind:
    """Read a private key of the kind; raises TypeError for another one."""
    key = load_pem_private_key(path.read_bytes(), None)
    if not isinstance(key, kind):
        raise TypeError(f"{path} is not a {kind.__name__}")
    return key
