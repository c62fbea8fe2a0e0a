"""Bytes as text the way the protocol writes them: base64url without padding (RFC 4648 §5), one text for one value.

Not responsible for what the bytes are. Source: `docs/reference/hub-protocol.md`, opening paragraph.
"""

import base64
import re
from typing import Any

_ALPHABET = re.compile(r"[A-Za-z0-9_-]*")


def to_base64url(data: bytes) -> str:
    """Write bytes."""
    return base64.urlsafe_b64encode(data).rstrip(b"=").decode()


def from_base64url(value: Any) -> bytes:
    """Read a text, strictly; bytes stay as they are. Raises ValueError."""
    if isinstance(value, bytes):
        return value
    if not isinstance(value, str) or not _ALPHABET.fullmatch(value) or len(value) % 4 == 1:
        raise ValueError("not base64url without padding")
    data = base64.urlsafe_b64decode(value + "=" * (-len(value) % 4))
    if to_base64url(data) != value:
        raise ValueError("not base64url in its only form")
    return data
