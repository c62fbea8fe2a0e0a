"""所得課税証明書: one fiscal year of the holder: income, deductions, tax. 2026 is 令和8年度, for the income of 令和7年.

Not responsible for which years are issued (`rules/rules.py`) nor for any calculation: the register holds the amounts.
"""

from collections.abc import Sequence
from datetime import date
from typing import Any

from hub.municipality.orders.subject import birth_text
from hub.municipality.pages.era import japanese_date
from hub.municipality.pages.page import Draft, frame, listed, row

FIELDS = ("name", "kana")
YEAR_FIELDS = ("address", "income", "deductions", "dependants", "tax")


def content(draft: Draft) -> dict[str, Any]:
    """Return the page's content."""
    household, fiscal_year = draft.dossier.household, draft.order.fiscal_year
    if household is None or fiscal_year is None:
        raise ValueError("an income tax certificate is of a resident and a year")
    taken, year = (
        listed(household.holder, FIELDS),
        listed(draft.dossier.taxes[fiscal_year], YEAR_FIELDS),
    )
    return {
        **frame(draft, "所得課税証明書", "（市民税・県民税・森林環境税）", "上記のとおり相違ないことを証明する。"),
        "year": f"{_year(fiscal_year)}度（{_year(fiscal_year - 1)}分所得）",
        "name": taken["name"],
        "kana": taken["kana"],
        "fields": [
            row("生年月日", birth_text(household.holder)),
            row("現 住 所", household.address),
            row("1月1日の住所", year["address"]),
        ],
        "sections": [
            {"heading": "所得の内訳", "unit": "円", "lines": _amounts(year["income"])},
            {"heading": "所得控除", "unit": "円", "lines": _amounts(year["deductions"])},
            {
                "heading": "扶養親族等",
                "unit": "",
                "lines": [{"label": it[0], "value": it[1]} for it in year["dependants"]],
            },
            {"heading": "課税の内訳", "unit": "円", "lines": _amounts(year["tax"])},
        ],
    }


def _year(fiscal_year: int) -> str:
    """令和8年: the era of the year's last day."""
    return japanese_date(date(fiscal_year, 12, 31)).partition("年")[0] + "年"


def _amounts(lines: Sequence[Sequence[Any]]) -> list[dict[str, str]]:
    return [{"label": label, "value": f"{yen:,}"} for label, yen in lines]
