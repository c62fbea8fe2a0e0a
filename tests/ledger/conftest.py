"""A centre's records with a clock that can be set: orders go through their states as a kiosk reports them."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
from sqlalchemy import Engine
from sqlalchemy.orm import Session

from hub.centre.orders import Orders
from hub.centre.records import Order, Transaction, open_records
from hub.ledger.records import LedgerEntry

TOKYO = ZoneInfo("Asia/Tokyo")
MORNING = datetime(2026, 11, 24, 10, 0, tzinfo=TOKYO)


@dataclass
class Books:
    """Records under test; `now` may be set."""

    data: Path
    engine: Engine
    now: datetime = MORNING
    made: int = 0

    def clock(self) -> datetime:
        return self.now

    @property
    def orders(self) -> Orders:
        return Orders(self.engine, self.clock)

    def request(self, kiosk_id: str = "kiosk-0001", *, copies: int = 1, sheets: int = 1, fee_yen: int = 250) -> str:
        """A document is held; returns its id."""
        self.made += 1
        transaction_id, document_id = f"{self.made:032x}", f"{self.made + 0xD0000:032x}"
        now_s = int(self.now.timestamp())
        with Session(self.engine) as session, session.begin():
            session.add(
                Transaction(
                    id=transaction_id,
                    kiosk_id=kiosk_id,
                    municipality="402231",
                    operator="lawson",
                    head_dots=576,
                    state="fetched",
                    cause=None,
                    centre_nonce=b"",
                    opened_at_s=now_s,
                    expires_at_s=now_s + 600,
                )
            )
            session.add(
                Order(
                    document_id=document_id,
                    transaction_id=transaction_id,
                    kiosk_id=kiosk_id,
                    municipality="402231",
                    type="resident_record",
                    copies=copies,
                    sheets=sheets,
                    fee_yen=fee_yen * copies,
                    layers=b"",
                    state="document_held",
                    cause=None,
                    opened_at_s=now_s,
                    changed_at_s=now_s,
                )
            )
        return document_id

    def report(self, document_id: str, *states: str, kiosk_id: str = "kiosk-0001") -> str:
        """The kiosk reports one state after another, ten seconds between."""
        for state in states:
            self.now += timedelta(seconds=10)
            version = self.orders.find(document_id, kiosk_id).version
            self.orders.change(document_id, kiosk_id, state, version)
        return document_id

    def done(self, *states: str, **wishes: object) -> str:
        """Request and report in one."""
        return self.report(self.request(**wishes), *states)

    def entries(self, document_id: str | None = None) -> list[LedgerEntry]:
        with Session(self.engine, expire_on_commit=False) as session:
            found = session.query(LedgerEntry).order_by(LedgerEntry.number).all()
        return [it for it in found if document_id in (None, it.document_id)]

    def amounts(self, document_id: str) -> dict[str, int]:
        return {it.kind: it.amount_yen for it in self.entries(document_id)}


@pytest.fixture
def books(tmp_path):
    engine = open_records(tmp_path / "centre.sqlite")
    yield Books(tmp_path, engine)
    engine.dispose()
