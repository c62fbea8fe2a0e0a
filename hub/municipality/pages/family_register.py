"""戸籍全部事項証明書 and 戸籍個人事項証明書. Form after 戸籍法施行規則 art. 73 and its annexes 22 and 24.

Not responsible for who may have it (`office/decision.py`).
"""

from collections.abc import Sequence
from datetime import date
from typing import Any, cast

from hub.municipality.orders.subject import chosen_persons
from hub.municipality.pages.era import japanese_date
from hub.municipality.pages.page import Draft, frame, listed
from hub.municipality.registers.dossier import Member

FIELDS = ("given_name", "given_kana", "birth_date", "spouse", "father", "mother", "relation", "removed_on", "events")


def content(draft: Draft) -> dict[str, Any]:
    """Return the pages' content."""
    family = draft.dossier.family
    if family is None:
        raise ValueError("a family register certificate is of a family register")
    members = cast("tuple[Member, ...]", chosen_persons(draft.dossier, draft.order, draft.marks.transaction_id))
    whole = draft.order.scope == "whole"
    remade = [_pair("改製日", japanese_date(family.remade_on)), _pair("改製事由", family.remade_because)]
    return {
        **frame(
            draft,
            "全部事項証明" if whole else "個人事項証明",
            "（戸籍全部事項証明書）" if whole else "（戸籍個人事項証明書）",
            "これは、戸籍に記録されている事項の全部を証明した書面である。"
            if whole
            else "これは、戸籍中の一部の者について記録されている事項の全部を証明した書面である。",
        ),
        "domicile": family.domicile,
        "head": family.head,
        "register_events": [{"heading": "戸籍改製", "pairs": remade}],
        "members": [_member(it) for it in members],
    }


def _member(member: Member) -> dict[str, Any]:
    taken = listed(member, FIELDS)
    born: Sequence[tuple[str, str | date]] = (
        ("名", taken["given_name"]),
        ("名の振り仮名", taken["given_kana"]),
        ("生年月日", taken["birth_date"]),
        ("配偶者区分", taken["spouse"]),
        ("父", taken["father"]),
        ("母", taken["mother"]),
        ("続柄", taken["relation"]),
    )
    return {
        "removed": taken["removed_on"] is not None,
        "pairs": [_pair(label, japanese_date(it) if isinstance(it, date) else it) for label, it in born if it],
        "events": [
            {"heading": title, "pairs": [_pair(label, text) for label, text in pairs]}
            for title, pairs in taken["events"]
        ],
    }


def _pair(label: str, value: str) -> dict[str, str]:
    return {"label": label, "value": value}
