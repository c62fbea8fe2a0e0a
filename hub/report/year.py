"""What the centre's records hold about a municipality's fiscal year: the material of the review, read once.

A fiscal year is April to March in Tokyo; an order belongs to the day on which it was opened. Not responsible for what
is made of it.
"""

import tomllib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from pathlib import Path

from sqlalchemy import Engine, select
from sqlalchemy.orm import Session

from hub.centre.decisions import Decision
from hub.centre.records import Order, Stop, Transaction
from hub.ledger.charges import fiscal_year_days
from hub.ledger.reconcile import day_bounds
from hub.ledger.records import KioskAlarm, LedgerEntry

TEST_DATA = "test_data_made"  # action of the decision that the generator of a history leaves behind


@dataclass(frozen=True, slots=True)
class Year:
    """Rows of a fiscal year; `entries` by document id, `booked` by the day of booking. `now` is when it was read."""

    municipality: str
    fiscal_year: int
    now: datetime
    orders: Sequence[Order]
    transactions: Mapping[str, Transaction]
    entries: Mapping[str, Sequence[LedgerEntry]]
    booked: Sequence[LedgerEntry]
    alarms: Sequence[KioskAlarm]
    stops: Sequence[Stop]
    decisions: Sequence[Decision]
    places: Mapping[str, str]

    @property
    def days(self) -> tuple[date, date]:
        """The first day, and the first that is no longer in it."""
        return fiscal_year_days(self.fiscal_year)

    @property
    def made_for_tests(self) -> bool:
        """Whether any of it is invented."""
        return any(it.action == TEST_DATA for it in self.decisions)


def read_year(engine: Engine, data: Path, municipality: str, fiscal_year: int, now: datetime) -> Year:
    """Read everything; raises ValueError for a municipality without any transaction in that year."""
    first, after = fiscal_year_days(fiscal_year)
    begins_s, ends_s = day_bounds(first)[0], day_bounds(after)[0]
    with Session(engine, expire_on_commit=False) as session:
        opened = (Transaction.opened_at_s >= begins_s, Transaction.opened_at_s < ends_s)
        transactions = session.scalars(select(Transaction).where(Transaction.municipality == municipality, *opened))
        known = {it.id: it for it in transactions}
        if not known:
            raise ValueError(f"no transaction of {municipality} between {first} and {after}: nothing to report")
        orders = session.scalars(
            select(Order)
            .where(Order.municipality == municipality, Order.opened_at_s >= begins_s, Order.opened_at_s < ends_s)
            .order_by(Order.opened_at_s)
        ).all()
        ours = session.scalars(
            select(LedgerEntry).where(LedgerEntry.municipality == municipality).order_by(LedgerEntry.number)
        ).all()
        kiosks = {it.kiosk_id for it in known.values()}
        lasting = (KioskAlarm.began_at_s >= begins_s, KioskAlarm.began_at_s < ends_s)
        alarms = session.scalars(select(KioskAlarm).where(*lasting).order_by(KioskAlarm.began_at_s)).all()
        stops = session.scalars(select(Stop).where(Stop.since_s >= begins_s, Stop.since_s < ends_s)).all()
        decisions = session.scalars(select(Decision).order_by(Decision.number)).all()
    return Year(
        municipality,
        fiscal_year,
        now,
        orders,
        known,
        _by_document(ours, {it.document_id for it in orders}),
        [it for it in ours if first <= it.booked_on < after],
        [it for it in alarms if it.kiosk_id in kiosks],
        [it for it in stops if it.subject in kiosks or it.subject.startswith(f"{municipality}/")],
        decisions,
        _places(data),
    )


def _by_document(entries: Sequence[LedgerEntry], ids: set[str]) -> dict[str, list[LedgerEntry]]:
    found: dict[str, list[LedgerEntry]] = {}
    for entry in entries:
        if entry.document_id in ids:
            found.setdefault(entry.document_id, []).append(entry)
    return found


def _places(data: Path) -> dict[str, str]:
    """Read DIR/places.toml, if it is there: kiosk id = name of the store."""
    path = data / "places.toml"
    if not path.exists():
        return {}
    return {kiosk: str(name) for kiosk, name in tomllib.loads(path.read_text(encoding="utf-8")).items()}
