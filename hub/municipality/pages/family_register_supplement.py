"""戸籍の附票の写し: the addresses of the persons of a family register. Source: 住民基本台帳法 art. 17 and 20.

Registered domicile and head of the register are on or off together ("省略" where off, as the law has it by default).
"""

from typing import Any, cast

from hub.municipality.orders.subject import chosen_persons
from hub.municipality.pages.era import japanese_date
from hub.municipality.pages.page import OMITTED, Draft, frame, listed
from hub.municipality.registers.dossier import Member

FIELDS = ("name", "kana", "birth_date", "sex", "removed_on", "addresses")


def content(draft: Draft) -> dict[str, Any]:
    """Return the pages' content."""
    family = draft.dossier.family
    if family is None:
        raise ValueError("a supplement is of a family register")
    members = cast("tuple[Member, ...]", chosen_persons(draft.dossier, draft.order, draft.marks.transaction_id))
    told = "domicile" in draft.order.items
    return {
        **frame(
            draft,
            "戸籍の附票",
            "（全部の写し）" if draft.order.scope == "whole" else "（一部の写し）",
            "この写しは、戸籍の附票の原本と相違ないことを証明する。",
        ),
        "domicile": family.domicile if told else OMITTED,
        "head": family.head if told else OMITTED,
        "members": [_member(it) for it in members],
        "note": "住民票コードの記載は省略しています。",
    }


def _member(member: Member) -> dict[str, Any]:
    taken = listed(member, FIELDS)
    return {
        "name": taken["name"],
        "kana": taken["kana"],
        "birth": japanese_date(taken["birth_date"]),
        "sex": taken["sex"],
        "removed": taken["removed_on"] is not None,
        "addresses": [{"place": place, "since": since} for place, since in taken["addresses"]],
    }
