"""The kiosk's own day in both equations, from its journal alone, and held against what the centre has. Pure.

    requested = issued + voided + cancelled + open        escrowed = kept + returned + held

An order belongs to the day in Tokyo on which it was opened, with all that became of it. Source: `DOMAIN`, "Money".
The centre's own reconciliation, with the municipality's archive, is the hub's. Not responsible for reading (`roles/`).
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date, datetime, timedelta, timezone
from typing import TYPE_CHECKING

from firmware.app.kiosk.orders import FINAL, OrderState

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from firmware.app.kiosk.hub import OpenOrder as HubOrder
    from firmware.app.kiosk.journal import Entry

TOKYO = timezone(timedelta(hours=9), "JST")
OVERDUE_S = 1800.0
LISTED_MAX = 1000  # the centre lists no more, the newest first
_PARTS = {
    OrderState.TAKEN: "issued",
    OrderState.VOIDED: "voided",
    OrderState.REFUNDED: "voided",
    OrderState.CANCELLED: "cancelled",
}
REMEDY = {
    "order_open": "the kiosk has not ended it: look at its state and its screen; a restart settles the journal",
    "order_unknown": "look at the camera's clip, the tray and the escrow, then `python -m hub settle` at the centre",
    "state_differs": "the kiosk tells the centre by itself when it can: look at the hub's state in `kiosk doctor`",
    "not_at_the_centre": "the centre has no such order: keep a copy of the journal for the office",
    "not_in_the_journal": "the journal has lost it, or is another one: `python -m hub orders` shows it at the centre",
    "cash_differs": "count again; look for jammed coins and for orders that are unknown",
    "documents_do_not_add_up": "the orders concerned are listed",
    "money_does_not_add_up": "the orders concerned are listed",
}


@dataclass(frozen=True, slots=True)
class Difference:
    """One thing that is not as it should be; `subject` is a document id or `kiosk`."""

    name: str
    subject: str
    detail: str


@dataclass(slots=True)
class Day:
    """The sums of a day; amounts in yen."""

    day: date
    requested: int = 0
    issued: int = 0
    voided: int = 0
    cancelled: int = 0
    open: int = 0
    escrowed_yen: int = 0
    kept_yen: int = 0
    returned_yen: int = 0
    held_yen: int = 0
    differences: list[Difference] = field(default_factory=list[Difference])

    @property
    def documents(self) -> str:
        """The first equation."""
        parts = f"issued {self.issued} + voided {self.voided} + cancelled {self.cancelled} + open {self.open}"
        return f"requested {self.requested} = {parts}"

    @property
    def money(self) -> str:
        """The second equation."""
        return (
            f"escrowed {self.escrowed_yen} = kept {self.kept_yen} + returned {self.returned_yen} + held {self.held_yen}"
        )


def tokyo_day(at_s: float) -> date:
    """Return the day in Tokyo of a Unix time."""
    return datetime.fromtimestamp(at_s, TOKYO).date()


def reconciled(entries: Iterable[Entry], day: date, now_s: float, counted_yen: int | None = None) -> Day:
    """Return the day as the journal tells it; `counted_yen` is what was in the cash box for this day's orders."""
    found = Day(day)
    for states in _orders(entries, day):
        found.requested += 1
        _count(found, states)
        found.differences += _of_order(states, now_s)
    if found.requested != found.issued + found.voided + found.cancelled + found.open:
        found.differences.append(Difference("documents_do_not_add_up", "kiosk", found.documents))
    if found.escrowed_yen != found.kept_yen + found.returned_yen + found.held_yen:
        found.differences.append(Difference("money_does_not_add_up", "kiosk", found.money))
    if counted_yen is not None and counted_yen != found.kept_yen:
        told = f"counted {counted_yen} yen, the journal kept {found.kept_yen} yen"
        found.differences.append(Difference("cash_differs", "kiosk", told))
    return found


def against_centre(entries: Iterable[Entry], day: date, at_centre: Mapping[str, HubOrder]) -> list[Difference]:
    """Return where the centre's orders differ from the journal's of the day, and what it has that no day here knows."""
    all_entries = list(entries)
    known = {str(entry.order.document_id) for entry in all_entries}
    found: list[Difference] = []
    for states in _orders(all_entries, day):
        last, document_id = states[-1], str(states[-1].order.document_id)
        there = at_centre.get(document_id)
        if there is None and len(at_centre) < LISTED_MAX:
            found.append(Difference("not_at_the_centre", document_id, f"{last.state}, {last.order.fee_yen} yen"))
        elif there is not None and there.state != last.state:
            found.append(Difference("state_differs", document_id, f"here {last.state}, at the centre {there.state}"))
    for document_id, order in at_centre.items():
        if document_id not in known and order.state is not OrderState.CANCELLED:
            found.append(Difference("not_in_the_journal", document_id, f"{order.state}, {order.fee_yen} yen"))
    return found


def _orders(entries: Iterable[Entry], day: date) -> list[Sequence[Entry]]:
    """Return the orders that were opened on the day, each with all its entries."""
    orders: dict[str, list[Entry]] = {}
    for entry in entries:
        orders.setdefault(str(entry.order.document_id), []).append(entry)
    return [states for states in orders.values() if tokyo_day(states[0].at_s) == day]


def _count(day: Day, states: Sequence[Entry]) -> None:
    last, reached = states[-1].state, {entry.state for entry in states}
    part = _PARTS.get(last, "open")
    setattr(day, part, getattr(day, part) + 1)
    fee = states[0].order.fee_yen
    if OrderState.PAID not in reached:
        return
    day.escrowed_yen += fee
    printed = next((entry for entry in states if entry.state is OrderState.PRINTED), None)
    if last is OrderState.REFUNDED or (printed and not printed.order.fee_yen):
        day.returned_yen += fee
    elif printed:
        day.kept_yen += fee
    elif last not in FINAL or last is OrderState.UNKNOWN:
        day.held_yen += fee


def _of_order(states: Sequence[Entry], now_s: float) -> list[Difference]:
    last = states[-1]
    subject, told = str(last.order.document_id), f"{last.state}, {last.order.fee_yen} yen"
    if last.state is OrderState.UNKNOWN:
        return [Difference("order_unknown", subject, told)]
    if last.state not in FINAL and now_s - last.at_s > OVERDUE_S:
        return [Difference("order_open", subject, f"{told}, for {(now_s - last.at_s) / 60:.0f} min")]
    return []
