"""Usage: how many documents of which type, at which hour, in which month, at which place; and what went wrong.

Pure. Counts orders (one document each) and copies; `issued` means taken by the person, as in the reconciliation.
"""

from collections import Counter
from collections.abc import Iterable, Sequence
from datetime import UTC, datetime
from statistics import median
from typing import Any

from hub.centre.records import OPEN_ORDER, Order
from hub.ledger.posting import TOKYO, tokyo_day
from hub.ledger.records import KioskAlarm
from hub.report.year import Year

MONTHS = (4, 5, 6, 7, 8, 9, 10, 11, 12, 1, 2, 3)


def usage_of(year: Year) -> dict[str, Any]:
    """Count the year's documents."""
    issued = [it for it in year.orders if it.state == "taken"]
    by_place = Counter(it.kiosk_id for it in issued)
    return {
        "documents": _documents(year.orders),
        "copies": sum(it.copies for it in issued),
        "sheets": sum(it.copies * it.sheets for it in issued),
        "by_type": _by_type(issued),
        "by_hour": _filled(Counter(_local(it.opened_at_s).hour for it in issued), range(24)),
        "by_weekday": _filled(Counter(_local(it.opened_at_s).weekday() for it in issued), range(7)),
        "by_month": _filled(Counter(_local(it.opened_at_s).month for it in issued), MONTHS),
        "by_place": [
            {"kiosk_id": kiosk, "place": year.places.get(kiosk, kiosk), "operator": _operator(year, kiosk), "issued": n}
            for kiosk, n in by_place.most_common()
        ],
        "outside_office_hours": sum(_outside(it.opened_at_s) for it in issued),
    }


def trouble_of(year: Year) -> dict[str, Any]:
    """Count what was not taken, alarms, faults, and how transactions ended before a document."""
    left = [it for it in year.orders if it.cause == "left_behind"]
    minutes = [it for it in (_minutes_to_void(year, order) for order in left) if it is not None]
    ended = Counter(it.cause or "?" for it in year.transactions.values() if it.state in {"cancelled", "expired"})
    return {
        "uncollected": len(left),
        "uncollected_each": [
            {"document_id": it.document_id, "day": tokyo_day(it.opened_at_s).isoformat(), "kiosk_id": it.kiosk_id}
            for it in left
        ],
        "uncollected_void_after_min": round(median(minutes), 1) if minutes else None,
        "alarms": _alarms(year.alarms, "alarm"),
        "faults": _alarms(year.alarms, "fault"),
        "refunded": sum(it.state == "refunded" for it in year.orders),
        "unknown": sum(it.state == "unknown" for it in year.orders),
        "transactions": len(year.transactions),
        "ended_without_document": dict(ended.most_common()),
    }


def _documents(orders: Sequence[Order]) -> dict[str, int]:
    states = Counter(it.state for it in orders)
    return {
        "requested": len(orders),
        "issued": states["taken"],
        "voided": states["voided"] + states["refunded"],
        "cancelled": states["cancelled"],
        "open": sum(states[it] for it in OPEN_ORDER),
    }


def _by_type(issued: Iterable[Order]) -> dict[str, dict[str, int]]:
    found: dict[str, dict[str, int]] = {}
    for order in issued:
        line = found.setdefault(order.type, {"documents": 0, "copies": 0, "fee_yen": 0})
        line["documents"] += 1
        line["copies"] += order.copies
        line["fee_yen"] += order.fee_yen
    return dict(sorted(found.items(), key=lambda it: -it[1]["copies"]))


def _alarms(alarms: Iterable[KioskAlarm], kind: str) -> dict[str, dict[str, float]]:
    found: dict[str, list[KioskAlarm]] = {}
    for it in alarms:
        if it.kind == kind:
            found.setdefault(it.code, []).append(it)
    return {code: _lasted(rows) for code, rows in sorted(found.items(), key=lambda it: -len(it[1]))}


def _lasted(rows: Sequence[KioskAlarm]) -> dict[str, float]:
    minutes = [(it.ended_at_s - it.began_at_s) / 60 for it in rows if it.ended_at_s is not None]
    middle = round(median(minutes), 1) if minutes else 0.0
    return {"times": len(rows), "median_min": middle, "longest_min": round(max(minutes, default=0.0), 1)}


def _minutes_to_void(year: Year, order: Order) -> float | None:
    at = {it.kind: it.booked_at_s for it in year.entries.get(order.document_id, [])}
    return (at["voided"] - at["commission"]) / 60 if {"voided", "commission"} <= set(at) else None


def _operator(year: Year, kiosk_id: str) -> str:
    return next((it.operator for it in year.transactions.values() if it.kiosk_id == kiosk_id), "")


def _outside(at_s: int) -> bool:
    """Tell whether a counter would have been closed: before 08:30, from 17:15 on, at weekends."""
    local = _local(at_s)
    return local.weekday() > 4 or not (8, 30) <= (local.hour, local.minute) < (17, 15)  # noqa: PLR2004 - Friday


def _filled(counts: Counter[int], keys: Iterable[int]) -> dict[str, int]:
    return {str(key): counts[key] for key in keys}


def _local(at_s: int) -> datetime:
    return datetime.fromtimestamp(at_s, UTC).astimezone(TOKYO)
