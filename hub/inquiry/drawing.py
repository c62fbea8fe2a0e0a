"""Pictures of an answer: the restored page, and the scan of the front beside it, both with red frames.

Not responsible for where the frames are (`compare.py`).
"""

import io
from collections.abc import Sequence

from PIL import Image, ImageDraw

from hub.inquiry.told import Compared
from hub.scramble.payload import Page

_RED = (200, 20, 20)
_FRAME_DOTS = 3


def restored_png(page: Page, found: Compared | None) -> bytes:
    """Draw the page, one sample a dot."""
    dots = Image.frombytes("1", (page.width_dots, page.rows), page.dots, "raw", "1;I")
    return _png(dots, found.marks if found else ())


def seen_png(page: Page, found: Compared) -> bytes | None:
    """Draw the straightened scan; None if it has not the page's size."""
    if len(found.grey) != page.width_dots * page.rows:
        return None
    return _png(Image.frombytes("L", (page.width_dots, page.rows), found.grey), found.marks)


def _png(picture: Image.Image, marks: Sequence[tuple[int, int, int, int]]) -> bytes:
    if marks:
        picture = picture.convert("RGB")
        draw = ImageDraw.Draw(picture)
        for left, top, width, height in marks:
            if width > 0 and height > 0:
                draw.rectangle((left, top, left + width, top + height), outline=_RED, width=_FRAME_DOTS)
    out = io.BytesIO()
    picture.save(out, "PNG")
    return out.getvalue()
