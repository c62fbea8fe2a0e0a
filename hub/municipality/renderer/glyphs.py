"""Whether the font can set a text: every character, and every (base, variation selector) pair, must be in it.

Not responsible for setting. No layout engine fails on an unknown variant, some silently draw the plain form (DEVICES,
"Fonts for names"), so the font's cmap subtable of format 14 is asked before a page is set.
"""

from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any, cast

from fontTools.ttLib import TTFont

FONT = Path("/usr/share/fonts/truetype/ipamj/ipamjm.ttf")
FAMILY = "IPAmjMincho"
_VARIATION_SEQUENCES = 14


class Glyphs:
    """The characters and variants of one font file."""

    def __init__(self, path: Path = FONT) -> None:
        if not path.exists():
            raise FileNotFoundError(f"font {path} is missing: apt install fonts-ipamj-mincho")
        with TTFont(path, lazy=True) as font:
            self._characters = frozenset(font.getBestCmap() or {})
            tables: list[Any] = [it for it in cast("Any", font["cmap"]).tables if it.format == _VARIATION_SEQUENCES]
            self._variants = frozenset(
                (base, selector) for it in tables for selector, pairs in it.uvsDict.items() for base, _ in pairs
            )

    def missing(self, text: str) -> list[str]:
        """List what of `text` the font cannot set: characters, and pairs of a character and a variation selector."""
        absent: list[str] = []
        for at, letter in enumerate(text):
            code = ord(letter)
            if is_selector(code):
                pair = text[max(at - 1, 0) : at + 1]
                if at == 0 or (ord(pair[0]), code) not in self._variants:
                    absent.append(pair)
            elif code not in self._characters:
                absent.append(letter)
        return absent

    def missing_in(self, content: Any) -> list[str]:
        """List what is missing for all texts in nested maps and lists."""
        return [absent for text in _texts(content) for absent in self.missing(text)]


def is_selector(code: int) -> bool:
    """Whether the code point is a variation selector (VS1 to VS256)."""
    return 0xFE00 <= code <= 0xFE0F or 0xE0100 <= code <= 0xE01EF  # noqa: PLR2004 - the two blocks of Unicode


def _texts(content: Any) -> Iterator[str]:
    if isinstance(content, str):
        yield content
    elif isinstance(content, Mapping):
        for value in cast("Mapping[str, Any]", content).values():
            yield from _texts(value)
    elif isinstance(content, list | tuple):
        for value in cast("list[Any]", content):
            yield from _texts(value)
