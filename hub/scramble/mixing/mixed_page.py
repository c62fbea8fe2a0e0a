"""Compress and decompress one page with the mixing coder and its model 2."""

from hub.scramble.mixing.coder import decode, encode
from hub.scramble.mixing.primed import taught


def compress(dots: bytes, width: int, rows: int) -> bytes:
    """Compress `rows` of `width` dots (a multiple of 8), most significant bit left, 1 = black.

    Raises ValueError for sizes that do not fit, ModelError.
    """
    if width % 8 or not rows or len(dots) != width // 8 * rows:
        raise ValueError(f"{len(dots)} bytes are not {rows} rows of {width} dots")
    with taught(width) as state:
        return encode(state, dots, width, rows)


def decompress(data: bytes, width: int, rows: int) -> bytes:
    """Undo `compress`; data that it did not make gives some other page of that size. Raises ModelError."""
    if width % 8 or not rows:
        raise ValueError(f"there is no page of {rows} rows of {width} dots")
    with taught(width) as state:
        return decode(state, data, width, rows)
