"""A sheet's dots as a PNG picture for the screen: one bit a dot, nothing scaled.

Not responsible for what may be shown (`answer.py`) nor for serving it.
"""

from __future__ import annotations

import io
from typing import TYPE_CHECKING

from PIL import Image

if TYPE_CHECKING:
    from firmware.app.clerk.claims import Dots

QUICK = 1  # zlib: it goes over loopback, and somebody waits for it
Image.preinit()  # else the first picture of each person waits for Pillow's formats to be loaded


def picture_of(dots: Dots) -> bytes:
    """Return the PNG of `dots`, black on white."""
    picture = Image.frombytes("1", (dots.width_dots, dots.height_rows), dots.bits, "raw", "1;I")
    whole = io.BytesIO()
    picture.save(whole, "PNG", compress_level=QUICK)
    return whole.getvalue()
