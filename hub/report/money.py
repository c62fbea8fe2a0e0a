"""Income and cost of a fiscal year, from the ledger's entries of its days. Pure; not responsible for tariffs."""

from collections import Counter
from typing import Any

from hub.ledger.charges import charge_yen
from hub.ledger.tariffs import Tariffs
from hub.report.usage import MONTHS
from hub.report.year import Year

_INCOME = {"fee_earned": 1, "fee_repaid": -1}
_COST = {"commission": 1, "commission_reversed": -1}


def money_of(year: Year, tariffs: Tariffs) -> dict[str, Any]:
    """Sum up, yen; the charge is that of the ledger, or the tariff's when it is not booked yet (`charge_booked`)."""
    sums: Counter[str] = Counter()
    months: dict[int, dict[str, int]] = {it: {"fees_yen": 0, "commission_yen": 0} for it in MONTHS}
    by_type: Counter[str] = Counter()
    for it in year.booked:
        sums[it.kind] += it.amount_yen
        month = months[it.booked_on.month]
        month["fees_yen"] += _INCOME.get(it.kind, 0) * it.amount_yen
        month["commission_yen"] += _COST.get(it.kind, 0) * it.amount_yen
        by_type[it.type or ""] += _INCOME.get(it.kind, 0) * it.amount_yen
    booked = any(it.kind == "centre_charge" for it in year.booked)
    charge = sums["centre_charge"] if booked else charge_yen(tariffs, year.municipality, year.fiscal_year)
    fees = sums["fee_earned"] - sums["fee_repaid"]
    commission = sums["commission"] - sums["commission_reversed"]
    return {
        "fees_yen": fees,
        "returned_yen": sums["fee_returned"] + sums["fee_repaid"],
        "commission_yen": commission,
        "charge_yen": charge,
        "charge_booked": booked,
        "net_yen": fees - commission - charge,
        "by_month": {str(month): line for month, line in months.items()},
        "fees_by_type_yen": {kind: yen for kind, yen in by_type.most_common() if kind},
        "commission_tariffs": [
            {"from": it.begins.isoformat(), "yen": it.yen, "per": it.per, "source": it.source}
            for it in tariffs.commissions_between(*year.days)
        ],
    }
