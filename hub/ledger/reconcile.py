"""The daily reconciliation of each kiosk: both equations, and every difference by its name.

    requested = issued + voided + cancelled + open        escrowed = kept + returned + held

`requested` are the documents that the municipality's archive or the centre knows, the parts come from the orders'
states as the kiosk reported them, the amounts from the ledger, and `held` from what the orders' states leave unsettled:
two sources on each side, so that a sum that agrees means something. A day is one in Tokyo; an order belongs to the day
on which it was opened, with all that became of it since. Source: DOMAIN, "Money".
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time, timedelta
from pathlib import Path

from sqlalchemy import Engine, func, select
from sqlalchemy.orm import Session

from hub.centre.records import OPEN_ORDER, Order
from hub.ledger.archive import Issued, issued_between
from hub.ledger.differences import NOTES, Difference, of_archive, of_order
from hub.ledger.posting import TOKYO
from hub.ledger.records import CashCount, LedgerEntry
from hub.ledger.tariffs import Tariffs, own_tariffs

_MARGIN_S = 600  # between the municipality's writing a document down and the centre's
_PARTS = {"taken": "issued", "voided": "voided", "refunded": "voided", "cancelled": "cancelled"}
_SETTLED = frozenset({"printed", "taken", "refunded", "cancelled", "document_held"})
_BATCH = 500


@dataclass(slots=True)
class KioskDay:
    """One kiosk's day. Amounts in yen; `differences` is empty when all is well."""

    kiosk_id: str
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
    def agrees(self) -> bool:
        """Whether nothing differs; notes do not count."""
        return all(it.name in NOTES for it in self.differences)

    def close(self) -> None:
        """Check both equations once everything is counted."""
        if self.requested != self.issued + self.voided + self.cancelled + self.open:
            self.differences.append(Difference("documents_do_not_add_up", self.kiosk_id, self.documents))
        if self.escrowed_yen != self.kept_yen + self.returned_yen + self.held_yen:
            self.differences.append(Difference("money_does_not_add_up", self.kiosk_id, self.money))

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


def day_bounds(day: date) -> tuple[int, int]:
    """Return when a day in Tokyo begins and ends, Unix time."""
    begins = datetime.combine(day, time(), TOKYO)
    return int(begins.timestamp()), int((begins + timedelta(days=1)).timestamp())


def reconcile(
    engine: Engine,
    data: Path,
    day: date,
    now: datetime,
    *,
    kiosk_id: str | None = None,
    tariffs: Tariffs | None = None,
) -> list[KioskDay]:
    """Reconcile a day, one record for each kiosk that had documents or a count of its cash box; sorted by kiosk."""
    begins_s, ends_s = day_bounds(day)
    with Session(engine) as session:
        orders = list(session.scalars(_opened(begins_s, ends_s)))
        codes = set(session.scalars(select(Order.municipality).distinct()))
        archive, absent = issued_between(data, codes, begins_s - _MARGIN_S, ends_s + _MARGIN_S)
        strays = _strays(session, [it for it in archive if begins_s <= it.issued_at_s < ends_s])
        counts = list(
            session.scalars(
                select(CashCount).where(CashCount.counted_at_s >= begins_s, CashCount.counted_at_s < ends_s)
            )
        )
        kiosks = {it.kiosk_id for it in (*orders, *strays, *counts)}
        days = {it: KioskDay(it, day) for it in kiosks if kiosk_id in (None, it)}
        orders = [it for it in orders if it.kiosk_id in days]
        entries = entries_by_document(session, [it.document_id for it in orders])
        issued = {it.document_id: it for it in archive}
        for order in orders:
            found = days[order.kiosk_id]
            _count(found, order, entries.get(order.document_id, []))
            found.differences += of_order(
                order, entries.get(order.document_id, []), tariffs or own_tariffs(), int(now.timestamp())
            )
            if order.municipality not in absent:
                found.differences += of_archive(order, issued.get(order.document_id))
        _finish(session, days, strays, counts, absent)
    return [days[it] for it in sorted(days)]


def entries_by_document(session: Session, ids: Sequence[str]) -> Mapping[str, list[LedgerEntry]]:
    """Return the entries of many documents."""
    found: dict[str, list[LedgerEntry]] = {}
    for at in range(0, len(ids), _BATCH):
        wanted = select(LedgerEntry).where(LedgerEntry.document_id.in_(ids[at : at + _BATCH]))
        for entry in session.scalars(wanted.order_by(LedgerEntry.number)):
            found.setdefault(entry.document_id or "", []).append(entry)
    return found


def _opened(begins_s: int, ends_s: int):  # noqa: ANN202 - SQLAlchemy's own type
    return select(Order).where(Order.opened_at_s >= begins_s, Order.opened_at_s < ends_s).order_by(Order.opened_at_s)


def _strays(session: Session, issued: Iterable[Issued]) -> list[Issued]:
    """Return what the municipality made and the centre does not know."""
    return [it for it in issued if session.get(Order, it.document_id) is None]


def _count(day: KioskDay, order: Order, entries: Sequence[LedgerEntry]) -> None:
    day.requested += 1
    part = "open" if order.state in OPEN_ORDER else _PARTS.get(order.state)
    if part is not None:
        setattr(day, part, getattr(day, part) + 1)
    sums = {it.kind: it.amount_yen for it in entries}
    repaid = sums.get("fee_repaid", 0)
    day.escrowed_yen += sums.get("fee_escrowed", 0)
    day.kept_yen += sums.get("fee_kept", 0) - repaid
    day.returned_yen += sums.get("fee_returned", 0) + repaid
    if order.state in {"paid", "printing"}:
        day.held_yen += order.fee_yen
    elif order.state not in _SETTLED and "fee_kept" not in sums and "fee_returned" not in sums:
        day.held_yen += sums.get("fee_escrowed", 0)


def _finish(
    session: Session,
    days: Mapping[str, KioskDay],
    strays: Sequence[Issued],
    counts: Sequence[CashCount],
    absent: Sequence[str],
) -> None:
    for stray in strays:
        if stray.kiosk_id in days:
            found = days[stray.kiosk_id]
            found.requested += 1
            detail = f"{stray.municipality}, {stray.copies} copies, {stray.fee_yen} yen"
            found.differences.append(Difference("document_without_order", stray.document_id, detail))
    for count in counts:
        if count.kiosk_id in days:
            days[count.kiosk_id].differences += _of_count(session, count)
    for found in days.values():
        found.close()
        found.differences += [Difference("not_compared", code, "orders of this municipality") for code in absent]


def _of_count(session: Session, count: CashCount) -> list[Difference]:
    before = session.scalar(
        select(func.max(CashCount.counted_at_s)).where(
            CashCount.kiosk_id == count.kiosk_id, CashCount.counted_at_s < count.counted_at_s
        )
    )
    kept = {"fee_kept": 1, "fee_repaid": -1}
    wanted = select(LedgerEntry.kind, func.sum(LedgerEntry.amount_yen)).where(
        LedgerEntry.kiosk_id == count.kiosk_id,
        LedgerEntry.kind.in_(kept),
        LedgerEntry.booked_at_s <= count.counted_at_s,
        LedgerEntry.booked_at_s > (before or 0),
    )
    in_ledger = sum(kept[kind] * yen for kind, yen in session.execute(wanted.group_by(LedgerEntry.kind)).all())
    if in_ledger == count.amount_yen:
        return []
    at = datetime.fromtimestamp(count.counted_at_s, UTC).astimezone(TOKYO)
    told = f"counted {count.amount_yen} yen by {count.counted_by} at {at:%H:%M}, ledger {in_ledger} yen"
    return [Difference("cash_differs", count.kiosk_id, told)]
