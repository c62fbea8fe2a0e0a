"""The receipt (領収書) for the fee that was kept: a strip of its own behind the certificate.

In Japanese, and in the language that the person chose below each line; a kiosk without that language's font prints it
in Japanese alone. It names the sale, never the person. Not responsible for printing it, nor for the money: a receipt
that fails changes nothing of what happened.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from firmware.app.clerk.strip import BREATH_ROWS, JAPANESE, SMALL_DOTS, TEXT_DOTS, Strip, languages_on_paper
from firmware.app.screens.dates import era_year, plain_date

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import datetime

    from firmware.app.screens.texts import Texts

NUMBER_DIGITS = 12
OPERATORS = {
    "seven_eleven": "セブン-イレブン",
    "family_mart": "ファミリーマート",
    "lawson": "ローソン",
    "circle_k_sunkus": "サークルK・サンクス",
    "ministop": "ミニストップ",
}


@dataclass(frozen=True)
class Sale:
    """What was paid for. `municipality` by language as people read it; `fee_yen` is for all copies."""

    municipality: Mapping[str, str]
    type: str
    copies: int
    fee_yen: int
    number: str


@dataclass(frozen=True)
class Receipts:
    """Draws receipts of this kiosk. `operator` is its code, `texts` those of all languages."""

    kiosk_id: str
    operator: str
    head_dots: int
    texts: Mapping[str, Texts]

    def drawn(self, sale: Sale, at: datetime, language: str = JAPANESE) -> bytes:
        """Return the strip's dots, for a sale at the local time `at`; raises `strip.NoFont` where none is at all."""
        other = self.texts[language] if language != JAPANESE and languages_on_paper(language) else None
        strip, japanese = Strip(self.head_dots), self.texts[JAPANESE]
        strip.title(japanese.say("receipt.title"))
        if other:
            strip.title(other.say("receipt.title"), language, TEXT_DOTS)
        strip.space()
        below = self._in_words(sale, at, other) if other else {}
        for key, value in self._lines(sale, at).items():
            strip.pair(japanese.say(f"receipt.{key}"), value)
            if other:
                strip.pair(other.say(f"receipt.{key}"), below.get(key, ""), language, SMALL_DOTS)
            strip.space(BREATH_ROWS)
        strip.space()
        strip.title(japanese.say("receipt.received"), size=TEXT_DOTS)
        if other:
            strip.title(other.say("receipt.received"), language, SMALL_DOTS)
        return strip.dots()

    def _lines(self, sale: Sale, at: datetime) -> dict[str, str]:
        japanese = self.texts[JAPANESE]
        return {
            "time": f"{era_year(at.date())}年{at.month}月{at.day}日 {at:%H:%M}",
            "municipality": sale.municipality.get(JAPANESE, ""),
            "store": OPERATORS.get(self.operator, self.operator),
            "certificate": japanese.say(f"type.{sale.type}"),
            "copies": japanese.say("receipt.count", count=sale.copies),
            "fee": japanese.yen(sale.fee_yen),
            "kiosk": self.kiosk_id,
            "number": sale.number,
        }

    def _in_words(self, sale: Sale, at: datetime, texts: Texts) -> dict[str, str]:
        """Return the values that read otherwise in another language."""
        return {
            "time": f"{plain_date(texts, at.date().isoformat())} {at:%H:%M}",
            "municipality": sale.municipality.get(texts.lang) or sale.municipality.get("en", ""),
            "certificate": texts.say(f"type.{sale.type}"),
            "copies": texts.say("receipt.count", count=sale.copies),
            "fee": texts.yen(sale.fee_yen),
        }
