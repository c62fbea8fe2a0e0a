"""The receipt (領収書) for the fee that was kept: a strip of its own behind the certificate, in Japanese.

It names the sale, never the person. Not responsible for printing it, nor for the money: a receipt that fails changes
nothing of what happened. Fonts: Debian's `fonts-morisawa-bizud-gothic` or `fonts-ipaexfont-gothic`, as for screens.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from PIL import Image, ImageDraw, ImageFont

from firmware.app.screens.dates import era_year

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import datetime

FONTS = (
    Path("/usr/share/fonts/truetype/bizud-gothic/BIZUDGothic-Regular.ttf"),
    Path("/usr/share/fonts/opentype/ipaexfont-gothic/ipaexg.ttf"),
)
NUMBER_DIGITS = 12
WIDTH_DOTS = 512  # of what is written; the narrowest head has 576
TITLE_DOTS, TEXT_DOTS, LINE_ROWS, MARGIN_ROWS = 48, 26, 42, 24
OPERATORS = {
    "seven_eleven": "セブン-イレブン",
    "family_mart": "ファミリーマート",
    "lawson": "ローソン",
    "circle_k_sunkus": "サークルK・サンクス",
    "ministop": "ミニストップ",
}


class NoReceipt(Exception):
    """A receipt cannot be drawn; the text says why."""


@dataclass(frozen=True)
class Sale:
    """What was paid for. `municipality` and `type` as people read them; `fee_yen` is for all copies."""

    municipality: str
    type: str
    copies: int
    fee_yen: int
    number: str


@dataclass(frozen=True)
class Receipts:
    """Draws receipts of this kiosk. `operator` is its code, `types` the Japanese name of each type's code."""

    kiosk_id: str
    operator: str
    head_dots: int
    types: Mapping[str, str]

    def drawn(self, sale: Sale, at: datetime) -> bytes:
        """Return the strip's dots, for a sale at the local time `at`; raises `NoReceipt`."""
        title, text = _font(TITLE_DOTS), _font(TEXT_DOTS)
        lines = self._lines(sale, at)
        rows = MARGIN_ROWS * 3 + TITLE_DOTS + LINE_ROWS * len(lines)
        strip = Image.new("1", (self.head_dots, rows), 1)
        pen = ImageDraw.Draw(strip)
        pen.fontmode = "1"
        left, right = (self.head_dots - WIDTH_DOTS) // 2, (self.head_dots + WIDTH_DOTS) // 2
        pen.text((self.head_dots // 2, MARGIN_ROWS), "領　収　書", fill=0, font=title, anchor="ma")
        top = MARGIN_ROWS * 2 + TITLE_DOTS
        for label, value in lines:
            pen.text((left, top), label, fill=0, font=text)
            pen.text((right, top), value, fill=0, font=text, anchor="ra")
            top += LINE_ROWS
        return bytes(byte ^ 0xFF for byte in strip.tobytes())

    def _lines(self, sale: Sale, at: datetime) -> list[tuple[str, str]]:
        return [
            ("日時", f"{era_year(at.date())}年{at.month}月{at.day}日 {at:%H:%M}"),
            ("発行", sale.municipality),
            ("取扱", OPERATORS.get(self.operator, self.operator)),
            ("証明書", self.types.get(sale.type, sale.type)),
            ("部数", f"{sale.copies}部"),
            ("手数料（現金）", f"{sale.fee_yen:,}円"),
            ("端末番号", self.kiosk_id),
            ("領収番号", sale.number),
            ("", "上記のとおり領収しました"),
        ]


def _font(size: int) -> ImageFont.FreeTypeFont:
    for path in FONTS:
        if path.exists():
            return ImageFont.truetype(path, size)
    raise NoReceipt(f"no font for receipts: apt-get install fonts-morisawa-bizud-gothic (looked for {FONTS[0]})")
