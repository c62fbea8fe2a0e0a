"""What stands on a page: only the fields of the type's list below leave the register, already as printed text.

Not responsible for setting it (`typesetter.py`, `templates/`). Rule: DOMAIN, "Options": relationship and domicile each
on or off, "省略" where off; the certificate's wording follows the usual form of a 住民票の写し.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from hub.municipality.chain import Order
from hub.municipality.decision import printed_persons
from hub.municipality.era import japanese_date
from hub.municipality.rules import Rules
from hub.municipality.snapshot import Person, Snapshot

OMITTED = "省略"
# The whole of what a certificate of the type may take from a person's entry.
FIELDS: Mapping[str, tuple[str, ...]] = {
    "resident_record": (
        "name",
        "kana",
        "birth_date",
        "sex",
        "relationship_to_head",
        "moved_in_on",
        "address_since",
        "notified_on",
        "previous_address",
        "domicile",
        "register_head",
    )
}
# Field, label, short (may share a row on wide paper), paired (shares a row with the next on every paper).
_ROWS = (
    ("birth_date", "生年月日", True, True),
    ("sex", "性別", True, True),
    ("relationship_to_head", "続　柄", True, False),
    ("moved_in_on", "住民となった日", True, False),
    ("address_since", "住所を定めた日", True, False),
    ("notified_on", "届出の日", True, False),
    ("previous_address", "前 住 所", False, False),
    ("domicile", "本　籍", False, False),
    ("register_head", "筆頭者", False, False),
)
_ITEM_OF = {"relationship_to_head": "relationship", "domicile": "domicile", "register_head": "domicile"}


@dataclass(frozen=True, slots=True)
class Marks:
    """What the finished page says about itself, in the PDF's keywords, for the signer to compare."""

    resident_id: str
    person_ids: tuple[str, ...]
    document_id: str
    transaction_id: str
    revision: int

    def keywords(self) -> list[str]:
        """Return the marks as the PDF's keywords."""
        return [
            f"resident={self.resident_id}",
            f"persons={'+'.join(self.person_ids)}",
            f"document={self.document_id}",
            f"transaction={self.transaction_id}",
            f"revision={self.revision}",
        ]


def printed_document_id(document_id: str) -> list[str]:
    """Break 32 hex digits into the two lines in which they are printed."""
    groups = [document_id[at : at + 4] for at in range(0, 32, 4)]
    return ["-".join(groups[:4]), "-".join(groups[4:])]


def resident_record(snapshot: Snapshot, order: Order, rules: Rules, marks: Marks, today: date) -> dict[str, Any]:
    """Return the page's content for the template `resident_record`: texts, nested lists and maps of texts."""
    persons = printed_persons(snapshot, order.scope)
    return {
        "template": "resident_record",
        "head_dots": order.head_dots,
        "marks": marks.keywords(),
        "issuer": rules.name["ja"],
        "title": "住民票",
        "subtitle": "（世帯全員の写し）" if len(persons) == len(snapshot.persons) else "（世帯の一部の写し）",
        "address": snapshot.address,
        "head": snapshot.head_name if "relationship" in order.items else OMITTED,
        "persons": [_person(_listed(it, order.type), order.items) for it in persons],
        "note": "個人番号及び住民票コードの記載は省略しています。",
        "sentence": "この写しは、住民票の原本と相違ないことを証明する。",
        "certified_on": japanese_date(today),
        "mayor_title": rules.mayor_title,
        "mayor": rules.mayor,
        "seal": list(rules.seal),
        "document_id": printed_document_id(marks.document_id),
        "contact": rules.contact["ja"],
    }


def _listed(person: Person, kind: str) -> dict[str, Any]:
    return {name: getattr(person, name) for name in FIELDS[kind]}


def _person(person: Mapping[str, Any], items: Sequence[str]) -> dict[str, Any]:
    rows = [
        {"label": label, "value": _value(person, name, items), "short": short, "pair": pair}
        for name, label, short, pair in _ROWS
    ]
    return {"name": person["name"], "kana": person["kana"], "fields": rows}


def _value(person: Mapping[str, Any], name: str, items: Sequence[str]) -> str:
    if name in _ITEM_OF and _ITEM_OF[name] not in items:
        return OMITTED
    value = person[name]
    return japanese_date(value) if isinstance(value, date) else value
