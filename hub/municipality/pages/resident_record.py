"""住民票の写し: chosen members of the household. Source: 住民基本台帳法 art. 7, 12 and 30-45; DOMAIN, "Options".

Relationship, registered domicile, and for foreign nationals nationality, status and card are each on or off; "省略"
where off. Not responsible for who is chosen (`orders/subject.py`).
"""

from collections.abc import Collection, Mapping
from typing import Any, cast

from hub.municipality.orders.subject import birth_text, chosen_persons
from hub.municipality.pages.page import OMITTED, Draft, frame, listed, row
from hub.municipality.registers.snapshot import Person

FIELDS = (
    "name",
    "kana",
    "sex",
    "relationship_to_head",
    "moved_in_on",
    "address_since",
    "notified_on",
    "previous_address",
    "domicile",
    "register_head",
    "nationality",
    "residence_category",
    "residence_status",
    "residence_period",
    "residence_expires_on",
    "residence_card",
)


def content(draft: Draft) -> dict[str, Any]:
    """Return the page's content."""
    household = draft.dossier.household
    if household is None:
        raise ValueError("a resident record is of a resident")
    persons = cast("tuple[Person, ...]", chosen_persons(draft.dossier, draft.order, draft.marks.transaction_id))
    whole = len(persons) == len(household.persons)
    items = draft.order.items
    return {
        **frame(
            draft,
            "住民票",
            "（世帯全員の写し）" if whole else "（世帯の一部の写し）",
            "この写しは、住民票の原本と相違ないことを証明する。",
        ),
        "address": household.address,
        "head": household.head_name if "relationship" in items else OMITTED,
        "persons": [_person(it, items) for it in persons],
        "note": "個人番号及び住民票コードの記載は省略しています。",
    }


def _person(person: Person, items: Collection[str]) -> dict[str, Any]:
    taken = listed(person, FIELDS)
    own = _foreign(taken, items) if person.foreign else _japanese(taken, items)
    became = "外国人住民となった日" if person.foreign else "住民となった日"
    rows = [
        row("生年月日", birth_text(person), short=True, pair=True),
        row("性別", taken["sex"], short=True, pair=True),
        row("続　柄", _shown(taken["relationship_to_head"], "relationship", items), short=True),
        row(became, taken["moved_in_on"], short=True),
        row("住所を定めた日", taken["address_since"], short=True),
        row("届出の日", taken["notified_on"], short=True),
        row("前 住 所", taken["previous_address"]),
        *own,
    ]
    return {"name": taken["name"], "kana": taken["kana"], "fields": rows}


def _japanese(taken: Mapping[str, Any], items: Collection[str]) -> list[dict[str, Any]]:
    return [
        row("本　籍", _shown(taken["domicile"], "domicile", items)),
        row("筆頭者", _shown(taken["register_head"], "domicile", items)),
    ]


def _foreign(taken: Mapping[str, Any], items: Collection[str]) -> list[dict[str, Any]]:
    expires = row("満了の日", taken["residence_expires_on"])["value"]
    return [
        row("国籍・地域", _shown(taken["nationality"], "nationality", items)),
        row("30条45の区分", _shown(taken["residence_category"], "residence_status", items)),
        row("在留資格", _shown(taken["residence_status"], "residence_status", items)),
        row("在留期間等", _shown(taken["residence_period"], "residence_status", items)),
        row("満了の日", _shown(expires, "residence_status", items)),
        row("在留カード番号", _shown(taken["residence_card"], "residence_card", items)),
    ]


def _shown(value: str | None, item: str, items: Collection[str]) -> str | None:
    return value if item in items else OMITTED
