"""The slip (受付票) with the number of a request for 本籍地利用登録: number, municipality, day, and whom to ask.

In Japanese, and in the language that the person chose below each line. No name, no date of birth, no telephone number:
whoever finds it learns of nobody. Not responsible for printing it (`errands.py`).
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from firmware.app.clerk.strip import (
    BREATH_ROWS,
    JAPANESE,
    SMALL_DOTS,
    TEXT_DOTS,
    TITLE_DOTS,
    Strip,
    languages_on_paper,
)
from firmware.app.screens.dates import era_year, plain_date
from firmware.app.screens.pages.registration import grouped

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import date

    from firmware.app.screens.texts import Texts


@dataclass(frozen=True)
class Made:
    """A request that was made: its 12 digits, the municipality and its own contact by language."""

    number: str
    municipality: Mapping[str, str]
    contact: Mapping[str, str]


@dataclass(frozen=True)
class Slips:
    """Draws slips of this kiosk. `texts` are those of all languages."""

    kiosk_id: str
    head_dots: int
    texts: Mapping[str, Texts]

    def drawn(self, made: Made, on: date, language: str = JAPANESE) -> bytes:
        """Return the strip's dots, for a request made on a day in Japan; raises `strip.NoFont`."""
        other = self.texts[language] if language != JAPANESE and languages_on_paper(language) else None
        japanese, strip = self.texts[JAPANESE], Strip(self.head_dots)
        both = (japanese, other) if other else (japanese,)
        for texts in both:
            small = texts is other
            strip.title(texts.say("slip.title"), texts.lang, TEXT_DOTS if small else TITLE_DOTS)
            strip.title(texts.say("slip.subtitle"), texts.lang, SMALL_DOTS if small else TEXT_DOTS)
        strip.space()
        strip.title(" / ".join(texts.say("slip.number") for texts in both), both[-1].lang, TEXT_DOTS)
        strip.title(grouped(made.number))
        strip.space()
        self._lines(strip, made, on, both)
        for key in ("next", "look", "no_certificate"):
            for texts in both:
                strip.text(texts.say(f"slip.{key}"), texts.lang, SMALL_DOTS if texts is other else TEXT_DOTS)
            strip.space(BREATH_ROWS)
        return strip.dots()

    def _lines(self, strip: Strip, made: Made, on: date, both: tuple[Texts, ...]) -> None:
        for key in ("date", "municipality", "contact", "kiosk"):
            for texts in both:
                size = TEXT_DOTS if texts.lang == JAPANESE else SMALL_DOTS
                strip.pair(texts.say(f"slip.{key}"), self._value(key, made, on, texts), texts.lang, size)
            strip.space(BREATH_ROWS)
        strip.space()

    def _value(self, key: str, made: Made, on: date, texts: Texts) -> str:
        japanese = texts.lang == JAPANESE
        match key:
            case "date" if japanese:
                return f"{era_year(on)}年{on.month}月{on.day}日"
            case "date":
                return plain_date(texts, on.isoformat())
            case "municipality":
                return _said(made.municipality, texts.lang)
            case "contact":
                return _said(made.contact, texts.lang)
            case _:
                return self.kiosk_id if japanese else ""


def _said(by_language: Mapping[str, str], language: str) -> str:
    return by_language.get(language) or by_language.get("en", "")
