"""What all pages share: marks, the frame's texts, rows of a table, and the mask of a preview.

Not responsible for setting (`renderer/typesetter.py`, `templates/`). Only what a type's `FIELDS` name leaves a record,
so that a new column of a register is on no page until somebody puts it there.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any, cast

from hub.municipality.orders.chain import Order
from hub.municipality.pages.era import japanese_date
from hub.municipality.registers.dossier import Dossier
from hub.municipality.rules.rules import Rules

OMITTED = "省略"
MASK = "〇"  # lines can be broken between two of them, unlike ●
_KEPT = frozenset({"template", "head_dots", "marks", "preview", "issuer", "title", "subtitle", "sentence", "note"}) | {
    *("label", "heading", "unit", "short", "pair", "mayor_title", "mayor", "seal", "contact", "year"),
}
_DOCUMENT_ID_DIGITS = 32


@dataclass(frozen=True, slots=True)
class Marks:
    """What the finished page says about itself, in the PDF's keywords, for the signer to compare."""

    holder_id: str
    person_ids: tuple[str, ...]
    document_id: str
    transaction_id: str
    revision: str

    def keywords(self) -> list[str]:
        """Return the marks as the PDF's keywords."""
        return [
            f"holder={self.holder_id}",
            f"persons={'+'.join(self.person_ids)}",
            f"document={self.document_id}",
            f"transaction={self.transaction_id}",
            f"revision={self.revision}",
        ]


@dataclass(frozen=True, slots=True)
class Draft:
    """A certificate that was decided: what to set, and whose it is."""

    dossier: Dossier
    order: Order
    rules: Rules
    marks: Marks
    today: date


def frame(draft: Draft, title: str, subtitle: str, sentence: str) -> dict[str, Any]:
    """Return the texts around every certificate."""
    rules = draft.rules
    return {
        "template": draft.order.type,
        "head_dots": draft.order.head_dots,
        "marks": draft.marks.keywords(),
        "preview": False,
        "issuer": rules.name["ja"],
        "title": title,
        "subtitle": subtitle,
        "sentence": sentence,
        "certified_on": japanese_date(draft.today),
        "mayor_title": rules.mayor_title,
        "mayor": rules.mayor,
        "seal": list(rules.seal),
        "document_id": printed_document_id(draft.marks.document_id),
        "contact": rules.contact["ja"],
    }


def listed(record: object, fields: tuple[str, ...]) -> dict[str, Any]:
    """Take only these fields out of a record."""
    return {name: getattr(record, name) for name in fields}


def row(label: str, value: str | date | None, *, short: bool = False, pair: bool = False) -> dict[str, Any]:
    """One line of a table: `short` ones may share a row on wide paper, a `pair` with the next on every paper."""
    text = japanese_date(value) if isinstance(value, date) else value or "なし"
    return {"label": label, "value": text, "short": short, "pair": pair}


def printed_document_id(document_id: str) -> list[str]:
    """Break 32 hex digits into the two lines in which they are printed."""
    groups = [document_id[at : at + 4] for at in range(0, _DOCUMENT_ID_DIGITS, 4)]
    return ["-".join(groups[:4]), "-".join(groups[4:])]


def masked(content: Mapping[str, Any]) -> dict[str, Any]:
    """Return the content with every text masked that is not a title, a label or the municipality's own."""
    return {**{name: value if name in _KEPT else _mask(value) for name, value in content.items()}, "preview": True}


def _mask(value: Any) -> Any:
    match value:
        case str() if value == OMITTED:
            return value
        case str():
            return "".join(letter if letter.isspace() else MASK for letter in value)
        case Mapping():
            each = cast("Mapping[str, Any]", value)
            return {name: it if name in _KEPT else _mask(it) for name, it in each.items()}
        case list() | tuple():
            return [_mask(it) for it in cast("list[Any]", value)]
        case bytes():
            return b""
        case _:
            return value
