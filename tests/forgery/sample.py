"""A page like a certificate, with nobody's data, and documents with backgrounds made over it."""

import numpy as np
from PIL import Image, ImageDraw, ImageFont

from hub.centre.back_panel import FONT
from hub.forgery.background import Background, drawn_over, unpacked
from hub.forgery.key import seed_of

KEY = bytes(range(32))
ROWS = 800


def page(width_dots=576, rows=ROWS):
    """Dots of a table with small kanji."""
    picture = Image.new("1", (width_dots, rows), 0)
    draw = ImageDraw.Draw(picture)
    draw.fontmode = "1"
    font, small = (ImageFont.truetype(str(FONT), size) for size in (40, 24))
    draw.text((width_dots // 2, 40), "住民票の見本", fill=1, font=font, anchor="ma")
    for line in range(120, rows - 60, 62):
        draw.rectangle((16, line, width_dots - 17, line + 62), outline=1, width=2)
        draw.line((160, line, 160, line + 62), fill=1, width=2)
        draw.text((26, line + 18), "住所となった日", fill=1, font=small)
        draw.text((170, line + 16), "福岡県見本市霧島町一丁目三番", fill=1, font=small)
    return picture.tobytes()


def document(rng, width_dots=576, rows=ROWS, pitches=(3, (6, 6))):
    """A new document: its background and the dots that are printed (True = black)."""
    document_id = rng.bytes(16).hex()
    background = Background(document_id, seed_of(document_id, KEY), *pitches)
    return background, unpacked(drawn_over(page(width_dots, rows), width_dots, background), width_dots)


def grey_of(dots):
    """Dots as a perfect picture, one sample a dot."""
    return np.where(dots, 0, 255).astype(np.uint8)
