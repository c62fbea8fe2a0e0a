"""The picture of an invented seal (印影): a name in a circle, as a PNG of two colours, 20 mm wide on paper.

Not responsible for whose seal it is. A real register holds a scan; these are drawn for test data.
"""

import io
from functools import lru_cache

import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageDraw, ImageFont

from hub.municipality.renderer.glyphs import FONT

SIDE_PIXELS = 320
_RING_PIXELS = 12
_LONGEST = 2
_MIDDLE_GREY = 128


def fingerprint(png: bytes) -> bytes:
    """Return a picture's size and its pixels as bits, to compare it with one taken out of a page."""
    return bits_of(np.asarray(Image.open(io.BytesIO(png)).convert("L")))


def bits_of(grey: NDArray[np.uint8]) -> bytes:
    """Return the size and the bits (1 = dark) of a grey picture, rows and columns."""
    return repr(grey.shape).encode() + np.packbits(grey < _MIDDLE_GREY).tobytes()


@lru_cache(maxsize=256)
def draw_impression(name: str) -> bytes:
    """Draw a seal of the name's first two letters, one above the other; returns a PNG."""
    letters = name[:_LONGEST]
    picture = Image.new("1", (SIDE_PIXELS, SIDE_PIXELS), 1)
    draw = ImageDraw.Draw(picture)
    edge = SIDE_PIXELS - _RING_PIXELS // 2
    draw.ellipse((_RING_PIXELS // 2, _RING_PIXELS // 2, edge, edge), outline=0, width=_RING_PIXELS)
    height = SIDE_PIXELS * 0.78 / len(letters)
    font = ImageFont.truetype(str(FONT), round(height if len(letters) > 1 else height * 0.8))
    for place, letter in enumerate(letters):
        middle = SIDE_PIXELS / 2 + (place - (len(letters) - 1) / 2) * height * 0.98
        draw.text((SIDE_PIXELS / 2, middle), letter, fill=0, font=font, anchor="mm", stroke_width=2)
    out = io.BytesIO()
    picture.save(out, "PNG", optimize=True)
    return out.getvalue()
