"""Composes the strip of one sheet: page, fold line, back panel (hub protocol, "One strip").

Not responsible for: whether page and panel are the signed ones (the binding check comes first). Pure.
"""

from __future__ import annotations

GAP_ROWS = 16
FOLD_ROWS = 2
DASH = b"\xff\x00"


class LayersDoNotFit(ValueError):
    """Page and panel are not of one width, or not whole rows."""


def compose(page: bytes, back_panel: bytes, width_dots: int) -> bytes:
    """Join the dots of one sheet: page, 16 blank rows, dashed line of 2 rows, 16 blank rows, back panel.

    All dots are rows top to bottom, `width_dots / 8` bytes a row, most significant bit left, 1 = black.
    Raises `LayersDoNotFit`.
    """
    if width_dots <= 0 or width_dots % 8:
        raise LayersDoNotFit(f"width of {width_dots} dots: heads have a multiple of 8")
    width = width_dots // 8
    for name, dots in (("page", page), ("back panel", back_panel)):
        if not dots or len(dots) % width:
            raise LayersDoNotFit(f"the {name} has {len(dots)} bytes: not a whole number of rows of {width} bytes")
    gap = bytes(GAP_ROWS * width)
    dashes = (DASH * ((width + 1) // 2))[:width]
    return page + gap + dashes * FOLD_ROWS + gap + back_panel
