"""印鑑登録証明書: the impression of the holder's registered seal. Form after 印鑑登録証明事務処理要領.

Not responsible for whether the seal is in force (`registers/dossier.py` reads only those that are).
"""

from typing import Any

from hub.municipality.orders.subject import birth_text
from hub.municipality.pages.page import Draft, frame, listed, row

FIELDS = ("name", "kana")


def content(draft: Draft) -> dict[str, Any]:
    """Return the page's content; `impression` is a PNG."""
    household, seal = draft.dossier.household, draft.dossier.seal
    if household is None or seal is None:
        raise ValueError("a seal certificate is of a resident with a seal")
    taken = listed(household.holder, FIELDS)
    return {
        **frame(draft, "印鑑登録証明書", "", "この写しは、登録された印影と相違ないことを証明する。"),
        "impression": seal.impression,
        "name": taken["name"],
        "kana": taken["kana"],
        "fields": [
            row("生年月日", birth_text(household.holder)),
            row("住　所", household.address),
        ],
        "note": "登録された印影を原寸で印刷しています。",
    }
