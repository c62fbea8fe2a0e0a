"""A sheet's dots as a PNG picture for the screen: one bit a dot, nothing scaled.

Not responsible for what may be shown (`answer.py`) nor for serving it.
"""

from __future__ import annotations

import io
from typing import TYPE_CHECKING

from PIL import Image

if TYPE_CHECKING:
    from firmware.app.clerk.claims import Dots


def picture_of(dots: Dots) -> bytes:
    """Return the PNG of `dots`, black on white."""
    picture = Image.frombytes("1", (dots.width_dots, dots.height_rows), dots.bits, "raw", "1;I")
    whole = io.BytesIO()
    picture.save(whole, "PNG")
    return whole.getvalue()
