"""The back panels of a document: under a short heading, the scrambled image of each page, made from that page's dots.

Dots as everywhere: rows top to bottom, `width_dots / 8` bytes a row, most significant bit left, 1 = black. Not
responsible for the grid (`hub/scramble`) nor for who holds the keys. Format: `docs/reference/scramble.md`.
"""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from hashlib import sha256
from pathlib import Path
from typing import Any

from PIL import Image, ImageDraw, ImageFont

from hub.scramble.compression import Kind
from hub.scramble.panel import draw_panel
from hub.scramble.profile import Profile

HEADING_ROWS = 72
FONT = Path("/usr/share/fonts/truetype/ipamj/ipamjm.ttf")
_LARGEST_SIZE, _SMALLEST_SIZE, _LINE_ROWS = 22, 8, 32
_MARGIN_DOTS = 8
_REAL_TIME = re.compile(rb"\x10[\x04\x05\x14]")  # what a printer obeys inside image data too


@dataclass(frozen=True, slots=True)
class Press:
    """What panels are drawn with: the centre's keys by id (the highest draws), the site's address, compression.

    `profile`: STANDARD, or DENSE for heads that are known to print it; `low`: the low layout for short panels.
    """

    keys: Mapping[int, bytes]
    site_address: str
    kind: Kind = Kind.MIXED_2
    profile: Profile = Profile.STANDARD
    low: bool = True


@dataclass(frozen=True, slots=True)
class BackPanel:
    """Dots of one page's panel, heading included."""

    dots: bytes
    width_dots: int

    def record(self) -> dict[str, Any]:
        """Return the panel as it is signed."""
        return {
            "kind": "scramble",
            "width_dots": self.width_dots,
            "height_rows": len(self.dots) * 8 // self.width_dots,
            "sha256": sha256(self.dots).digest(),
        }


def check_font() -> None:
    """Raise FileNotFoundError with the remedy if the font is not installed."""
    if not FONT.is_file():
        raise FileNotFoundError(f"{FONT} is missing: apt-get install fonts-ipamj-mincho")


def draw_back_panels(
    pages: Sequence[bytes], width_dots: int, document_id: str, press: Press, key_id: int | None = None
) -> list[BackPanel]:
    """Draw one panel a page, in order; the same pages, press and key give the same dots.

    Takes 0.2 to 1 s a page (5 to 60 ms by JBIG1) and no lock of ours: for a worker thread.
    Raises ValueError for sizes that do not fit.
    """
    used = max(press.keys) if key_id is None else key_id
    panels: list[BackPanel] = []
    for number, page in enumerate(pages, start=1):
        place = (number, len(pages))
        heading = _heading(width_dots, document_id, press.site_address, place)
        key = press.keys[used]
        grid = draw_panel(
            page,
            width_dots,
            document_id,
            used,
            key,
            press.profile,
            press.site_address,
            place,
            press.kind,
            low=press.low,
        )
        panels.append(BackPanel(heading + grid.dots, width_dots))
    return panels


def _heading(width_dots: int, document_id: str, site_address: str, place: tuple[int, int]) -> bytes:
    """Say where this is checked and of which document it is: two lines, `HEADING_ROWS` rows.

    Moved by a dot until no row of it holds a command that a printer would obey.
    """
    number = "-".join(document_id[at : at + 4] for at in range(0, len(document_id), 4))
    lines = (f"真偽の確認・Verify: {site_address}", f"番号 No. {number}  ({place[0]}/{place[1]})")
    dots = b""
    for moved in range(_MARGIN_DOTS):
        picture = Image.new("1", (width_dots, HEADING_ROWS), 0)
        draw = ImageDraw.Draw(picture)
        draw.fontmode = "1"
        for line, text in enumerate(lines):
            draw.text((_MARGIN_DOTS + moved, 4 + line * _LINE_ROWS), text, fill=1, font=_fitting(text, width_dots))
        dots = picture.tobytes()
        if not _REAL_TIME.search(dots):
            break
    return dots


def _fitting(text: str, width_dots: int) -> ImageFont.FreeTypeFont:
    """Return the largest font in which the text stays within the head."""
    room = width_dots - 3 * _MARGIN_DOTS
    sizes = range(_LARGEST_SIZE, _SMALLEST_SIZE, -1)
    return next((font for font in map(_font, sizes) if font.getlength(text) <= room), _font(_SMALLEST_SIZE))


@cache
def _font(size: int) -> ImageFont.FreeTypeFont:
    return ImageFont.truetype(str(FONT), size)
