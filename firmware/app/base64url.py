"""Base64 in the alphabet for URLs, without padding (RFC 4648, section 5): how the wire formats write bytes in JSON."""

from __future__ import annotations

import base64


def text_of(raw: bytes) -> str:
    """Return the one way to write these bytes."""
    return base64.urlsafe_b64encode(raw).rstrip(b"=").decode("ascii")


def bytes_of(text: str) -> bytes:
    """Return the bytes; `ValueError` for a length that none have. Other spellings of the same bytes are read too."""
    return base64.urlsafe_b64decode(text + "=" * (-len(text) % 4))
