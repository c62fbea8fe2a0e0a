"""The centre's key for the mark in the background, and the seed of one document made from it.

The key never leaves the centre; a kiosk gets the seed of the document that it prints. Made by `python -m hub init`.
"""

import hmac
import secrets
from pathlib import Path

from hub.centre.keys import KeysError
from hub.files import write_new

KEY_BYTES = 32
_LABEL = b"kiosk-background-v1 seed"
_FILE = "background.key"


def make_background_key(pki: Path) -> None:
    """Make DIR/pki/background.key if it is missing."""
    write_new(pki / _FILE, secrets.token_bytes(KEY_BYTES), secret=True)


def load_background_key(pki: Path) -> bytes:
    """Read the key; raises KeysError."""
    try:
        key = (pki / _FILE).read_bytes()
    except OSError as error:
        raise KeysError(f"{pki}/{_FILE}: cannot be read ({type(error).__name__}); run `python -m hub init`") from error
    if len(key) != KEY_BYTES:
        raise KeysError(f"{pki}/{_FILE} must have {KEY_BYTES} bytes; restore it from the backup")
    return key


def seed_of(document_id: str, key: bytes) -> bytes:
    """Return the document's 32 bytes: HMAC-SHA256 over a label and the id's 16 bytes."""
    return hmac.digest(key, _LABEL + bytes.fromhex(document_id), "sha256")
