"""A strip of text for the printer, in Japanese and beside it in the language that the person chose.

Lines are black on white in the middle of the head; what is too long goes on in the next line. Not responsible for what
is written (`receipt.py`, `slip.py`). Fonts: Debian's `fonts-morisawa-bizud-gothic` or `fonts-ipaexfont-gothic`, and
`fonts-noto-cjk` for the other languages, as for screens.
"""

from __future__ import annotations

from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING

from PIL import Image, ImageDraw, ImageFont

if TYPE_CHECKING:
    from collections.abc import Iterator

JAPANESE = "ja"
FONTS = (
    Path("/usr/share/fonts/truetype/bizud-gothic/BIZUDGothic-Regular.ttf"),
    Path("/usr/share/fonts/opentype/ipaexfont-gothic/ipaexg.ttf"),
)
OTHER_FONTS = (Path("/usr/share/fonts/opentype/noto/NotoSansCJK-Regular.ttc"),)
_SHAPES = {"ko": 1, "zh": 2}  # which face of the collection; the first one is Japan's, with the Latin letters of all
WIDTH_DOTS = 512  # of what is written; the narrowest head has 576
TITLE_DOTS, TEXT_DOTS, SMALL_DOTS = 48, 26, 21
LINE_SPACE, MARGIN_ROWS, GAP_DOTS, BREATH_ROWS = 1.4, 24, 16, 12


class NoFont(Exception):
    """A strip cannot be drawn; the text says why and what to install."""


class Strip:
    """Takes lines from the top down; `dots` draws them."""

    def __init__(self, head_dots: int) -> None:
        self._head_dots = head_dots
        self._left = (head_dots - WIDTH_DOTS) // 2
        self._top = float(MARGIN_ROWS)
        self._words: list[tuple[float, float, str, str, ImageFont.FreeTypeFont]] = []

    def title(self, text: str, language: str = JAPANESE, size: int = TITLE_DOTS) -> None:
        """Write a text in the middle, smaller if it is too long."""
        while size > SMALL_DOTS and font_of(language, size).getlength(text) > WIDTH_DOTS:
            size -= 1
        self._put(self._head_dots / 2, "ms", text, font_of(language, size))
        self._top += size * LINE_SPACE

    def pair(self, label: str, value: str, language: str = JAPANESE, size: int = TEXT_DOTS) -> None:
        """Write a label at the left and its value at the right; a long value begins a line of its own."""
        font = font_of(language, size)
        self._put(self._left, "ls", label, font)
        if font.getlength(label) + GAP_DOTS + font.getlength(value) > WIDTH_DOTS:
            self._top += size * LINE_SPACE
        if font.getlength(value) > WIDTH_DOTS:
            self.text(value, language, size)
            return
        self._put(self._left + WIDTH_DOTS, "rs", value, font)
        self._top += size * LINE_SPACE

    def text(self, text: str, language: str = JAPANESE, size: int = TEXT_DOTS) -> None:
        """Write a text over the whole width, in as many lines as it needs."""
        font = font_of(language, size)
        for line in wrapped(text, font):
            self._put(self._left, "ls", line, font)
            self._top += size * LINE_SPACE

    def space(self, rows: int = MARGIN_ROWS) -> None:
        """Leave rows white."""
        self._top += rows

    def dots(self) -> bytes:
        """Return the strip, 1 = black, rows of the head's width."""
        strip = Image.new("1", (self._head_dots, round(self._top) + MARGIN_ROWS), 1)
        pen = ImageDraw.Draw(strip)
        pen.fontmode = "1"
        for left, top, anchor, text, font in self._words:
            pen.text((left, top), text, fill=0, font=font, anchor=anchor)
        return bytes(byte ^ 0xFF for byte in strip.tobytes())

    def _put(self, left: float, anchor: str, text: str, font: ImageFont.FreeTypeFont) -> None:
        self._words.append((left, self._top + font.size, anchor, text, font))  # on the line that letters stand on


def wrapped(text: str, font: ImageFont.FreeTypeFont, width_dots: int = WIDTH_DOTS) -> Iterator[str]:
    """Give the lines of a text: broken at spaces where there are some, else anywhere."""
    while font.getlength(text) > width_dots:
        end = next(end for end in range(len(text) - 1, 0, -1) if font.getlength(text[:end]) <= width_dots or end == 1)
        at_space = text.rfind(" ", 0, end + 1)
        cut = at_space if at_space > end // 2 else end
        yield text[:cut].rstrip()
        text = text[cut:].lstrip()
    yield text


@cache
def font_of(language: str, size: int) -> ImageFont.FreeTypeFont:
    """Return the font of a language; raises `NoFont`."""
    files = FONTS if language == JAPANESE else OTHER_FONTS
    package = "fonts-morisawa-bizud-gothic" if language == JAPANESE else "fonts-noto-cjk"
    for path in files:
        if path.exists():
            return ImageFont.truetype(path, size, index=_SHAPES.get(language, 0))
    raise NoFont(f"no font for {language} on paper: apt-get install {package} (looked for {files[0]})")


def languages_on_paper(*languages: str) -> tuple[str, ...]:
    """Return those of the languages that can be printed here."""
    return tuple(each for each in languages if _can_be_printed(each))


def _can_be_printed(language: str) -> bool:
    try:
        font_of(language, TEXT_DOTS)
    except NoFont:
        return False
    return True
