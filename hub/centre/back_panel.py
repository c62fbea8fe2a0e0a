"""The back panel as it is for now: a picture that says where the scrambled image will be. It protects nothing.

Dots as everywhere: rows top to bottom, `width_dots / 8` bytes a row, most significant bit left, 1 = black.
"""

from functools import cache
from pathlib import Path

from PIL import Image, ImageDraw, ImageFont

HEIGHT_ROWS = 400
FONT = Path("/usr/share/fonts/truetype/ipamj/ipamjm.ttf")
_LINES = (
    (34, "見本　PLACEHOLDER"),
    (24, "ここにスクランブル画像が印刷されます。"),
    (20, "The scrambled image will be printed here."),
    (20, "この面に偽造防止の効力はありません。"),
    (18, "This panel gives no protection against forgery yet."),
)


def check_font() -> None:
    """Raise FileNotFoundError with the remedy if the font is not installed."""
    if not FONT.is_file():
        raise FileNotFoundError(f"{FONT} is missing: apt-get install fonts-ipamj-mincho")


def draw_back_panel(width_dots: int, document_id: str) -> bytes:
    """Draw the panel, `HEIGHT_ROWS` rows of `width_dots` dots; `width_dots` is a multiple of 8."""
    picture = Image.new("1", (width_dots, HEIGHT_ROWS), 0)
    draw = ImageDraw.Draw(picture)
    draw.fontmode = "1"
    draw.rectangle((4, 4, width_dots - 5, HEIGHT_ROWS - 5), outline=1, width=3)
    top = 40
    for size, text in _LINES:
        draw.text((width_dots // 2, top), text, fill=1, font=_font(size), anchor="ma")
        top += size + 24
    draw.text((width_dots // 2, HEIGHT_ROWS - 60), document_id, fill=1, font=_font(24), anchor="ma")
    return picture.tobytes()


@cache
def _font(size: int) -> ImageFont.FreeTypeFont:
    return ImageFont.truetype(str(FONT), size)
