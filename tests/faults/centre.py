"""The real centre's books behind a line that can break: transactions, orders and ledger, without cards and documents.

The centre outlives every power cut of the kiosk; what it has committed stays. Each call reaches three points: before it
is sent, once it is carried out, and when its answer is there. Not responsible for what the kiosk makes of an answer.
"""

from __future__ import annotations

import asyncio
import secrets
from datetime import UTC, datetime, timedelta
from functools import cache
from importlib import import_module
from types import SimpleNamespace
from typing import TYPE_CHECKING, Any

from sqlalchemy import Engine, event
from sqlalchemy.orm import Session

from firmware.app.hub_errors import HubRefused, HubTimeout, HubUnreachable
from firmware.app.kiosk.hub import OpenOrder, Stale, VoidReason
from firmware.app.kiosk.orders import OrderState
from hub.centre import document_step, records, wire
from hub.centre.centre import Centre
from hub.centre.held import HeldBase
from hub.centre.records import OPEN_ORDER, Order
from hub.database import open_memory
from hub.ledger.posting import tokyo_day
from hub.ledger.reconcile import KioskDay, reconcile
from hub.ledger.records import CashCount, LedgerEntry
from hub.settings import Settings
from hub.web.peer import Peer
from hub.web.problem import CATALOGUE, Problem

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

KIOSK_ID = "kiosk-0001"
TOWN = "402231"
FEE_YEN = 250
BEGAN_S = 1_795_000_000
ROUND_TRIP_S = 0.04
TIMEOUT_S = 5.0
SWEEP_S = 5.0
_PEER = Peer(KIOSK_ID, "clerk")


@cache
def _books() -> tuple[Engine, Engine]:
    """Make the tables once a process: each run begins with empty ones."""
    for beside in records.TABLES:
        import_module(beside)
    engine, held = open_memory(), open_memory()
    for each in (engine, held):
        event.listen(each, "connect", lambda connection, _: connection.execute("PRAGMA synchronous=OFF"))
    records.Base.metadata.create_all(engine)
    HeldBase.metadata.create_all(held)
    return engine, held


class Hub:
    """The centre and the line to it. `away_until`: the line is down; `trouble`: what happens to the next call."""

    def __init__(self, folder: Path, now: Callable[[], float], reach: Callable[[str], None]) -> None:
        self._folder, self._now, self._reach = folder, now, reach
        self._engine, held = _books()
        for engine, base in ((self._engine, records.Base), (held, HeldBase)):
            with engine.begin() as connection:
                for table in base.metadata.sorted_tables:
                    connection.execute(table.delete())
        self.away_until = 0.0
        self.trouble = ""
        self._sweep_at = 0.0
        unused: Any = None
        processes: Any = SimpleNamespace(own="here", alive=lambda: {"here"})
        settings, secret = Settings(always_open=True), secrets.token_bytes(32)
        self.centre = Centre(
            settings, self.clock, self._engine, held, processes, secret, unused, unused, unused, unused
        )

    def clock(self) -> datetime:
        """Return the centre's time."""
        return datetime.fromtimestamp(BEGAN_S + self._now(), UTC)

    async def _call(self, name: str, work: Callable[[], Any]) -> Any:
        """Send, have it carried out, take the answer; on the way the line may break."""
        self._reach(f"hub {name}: ask")
        if self._now() < self.away_until:
            await asyncio.sleep(ROUND_TRIP_S)
            raise HubUnreachable("refused")
        trouble, self.trouble = self.trouble, ""
        await asyncio.sleep(ROUND_TRIP_S)
        if self._now() >= self._sweep_at:
            self._sweep_at = self._now() + SWEEP_S
            self.centre.sweep()
        try:
            answer = work()
            if trouble == "repeated":  # the line gives it twice; the first answer is the one that comes back
                self._again(work)
        except Problem as problem:
            raise _refused(problem) from problem
        self._reach(f"hub {name}: done")
        trouble = self.trouble or trouble
        self.trouble = ""
        if trouble == "answer lost":
            await asyncio.sleep(TIMEOUT_S)
            raise HubTimeout
        await asyncio.sleep(ROUND_TRIP_S)
        self._reach(f"hub {name}: answered")
        return answer

    def _again(self, work: Callable[[], Any]) -> None:
        try:
            work()
        except Problem:
            self.trouble = ""

    # ------------------------------------------------------------ the kiosk's calls

    async def availability(self) -> None:
        """Answer that all is open."""
        await self._call("availability", lambda: None)

    async def open_orders(self) -> tuple[OpenOrder, ...]:
        """List the open orders."""
        rows = await self._call("orders", lambda: self.centre.orders.list(KIOSK_ID, open_only=True))
        return tuple(
            OpenOrder(r.document_id, r.transaction_id, OrderState(r.state), r.version, r.fee_yen, r.copies)
            for r in rows
        )

    async def put_state(
        self, document_id: str, state: OrderState, version: int, *, waived: bool = False
    ) -> tuple[OrderState, int]:
        """Report a state, as the route does."""

        def work() -> Order:
            row = self.centre.orders.change(document_id, KIOSK_ID, state.value, version, waived=waived)
            if row.state not in OPEN_ORDER:
                self.centre.finish(row.transaction_id)
            return row

        row = await self._call(f"put {state}", work)
        return OrderState(row.state), row.version

    async def void(self, document_id: str, reason: VoidReason) -> tuple[OrderState, int]:
        """Void a document, as the route does."""

        def work() -> Order:
            row = self.centre.orders.end(document_id, KIOSK_ID, "voided", reason.value)
            self.centre.finish(row.transaction_id)
            return row

        row = await self._call("void", work)
        return OrderState(row.state), row.version

    # ------------------------------------------------------------ the clerk's calls

    async def open_transaction(self) -> str:
        """Open a transaction whose card is as good as checked."""

        def work() -> str:
            row = self.centre.transactions.open(KIOSK_ID, TOWN, "seven_eleven", 576, 600.0)
            return self.centre.transactions.move(row.id, {"opened"}, "card_checked").id

        return await self._call("open", work)

    async def ask(self) -> None:
        """Ask what changes nothing."""
        await self._call("query", lambda: None)

    async def order(self, transaction_id: str, copies: int) -> str:
        """Have a document made and held; returns its id."""

        def work() -> str:
            self.centre.transactions.move(transaction_id, {"card_checked"}, "ordering")
            order = _order(transaction_id, copies, int(self.clock().timestamp()))
            document_id = order.document_id
            self.centre.transactions.hold_document(transaction_id, order)
            return document_id

        return await self._call("order", work)

    async def document(self, transaction_id: str) -> None:
        """Fetch the document."""

        def work() -> None:
            self.centre.transactions.move(transaction_id, {"document_held"}, "fetched")

        await self._call("document", work)

    async def cancel(self, transaction_id: str, cause: str) -> None:
        """Cancel a transaction."""
        request = wire.CancelRequest.model_validate({"cause": cause})
        await self._call(
            "cancel", lambda: document_step.cancel_transaction(self.centre, _PEER, transaction_id, request)
        )

    # ------------------------------------------------------------ the books

    def close_the_day(self, cash_box_yen: int) -> list[KioskDay]:
        """Count the cash box and reconcile, as the office does in the evening."""
        now = self.clock()
        with Session(self._engine) as session, session.begin():
            row = CashCount(
                kiosk_id=KIOSK_ID, counted_at_s=int(now.timestamp()), amount_yen=cash_box_yen, counted_by="night"
            )
            session.add(row)
        first, last = (tokyo_day(int(at)) for at in (BEGAN_S, now.timestamp()))
        days = [first + timedelta(days=number) for number in range((last - first).days + 1)]
        return [found for day in days for found in reconcile(self._engine, self._folder, day, now)]

    def orders(self) -> dict[str, Order]:
        """Return all orders by their documents."""
        with Session(self._engine, expire_on_commit=False) as session:
            return {row.document_id: row for row in session.query(Order)}

    def entries(self) -> list[LedgerEntry]:
        """Return the ledger."""
        with Session(self._engine, expire_on_commit=False) as session:
            return [*session.query(LedgerEntry).order_by(LedgerEntry.number)]


def _order(transaction_id: str, copies: int, now_s: int) -> Order:
    return Order(
        document_id=secrets.token_hex(16),
        transaction_id=transaction_id,
        kiosk_id=KIOSK_ID,
        municipality=TOWN,
        type="resident_record",
        copies=copies,
        sheets=1,
        fee_yen=FEE_YEN * copies,
        layers=b"",
        state="document_held",
        cause=None,
        opened_at_s=now_s,
        changed_at_s=now_s,
    )


def _refused(problem: Problem) -> Exception:
    """Return what the kiosk's client makes of a problem."""
    if problem.code == "stale-version":
        current = problem.members["current"]
        return Stale(OrderState(current["state"]), int(current["version"]))
    return HubRefused(CATALOGUE[problem.code][0], problem.code)
