"""Makes the hub's list of this kiosk's orders agree with the journal.

The journal knows what happened here; the hub is the book of record. After each journal entry, and whenever the hub
answers again, its open orders are read and each one that differs is put right. The hub's version decides who is newer,
so that a repeat or a late answer changes nothing. Not responsible for what the states mean (`vocabulary.OrderState`).
"""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, Protocol

from firmware.app.kiosk.hub import VoidReason
from firmware.app.kiosk.vocabulary import OrderState
from firmware.app.messages import Id

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from firmware.app.kiosk.journal import Entry, Journal

RETRY_S = 5.0


class HubOrder(Protocol):
    """An order as the hub knows it."""

    @property
    def document_id(self) -> str:
        """The order's document."""
        ...

    @property
    def state(self) -> OrderState:
        """Its state at the hub."""
        ...

    @property
    def version(self) -> int:
        """The version that a change must name."""
        ...

    @property
    def fee_yen(self) -> int:
        """Its fee."""
        ...


class OrderBook(Protocol):
    """The hub's orders of this kiosk."""

    async def open_orders(self) -> Sequence[HubOrder]:
        """Return those without an end."""
        ...

    async def put_state(self, document_id: str, state: OrderState, version: int, *, waived: bool = False) -> object:
        """Change one; raises what `errors` names when the hub is away or knows better."""
        ...

    async def void(self, document_id: str, reason: VoidReason) -> object:
        """Have nobody believe a document any more; raises likewise."""
        ...


class OrderReport:
    """A task that sleeps until it is asked, and works until hub and journal agree."""

    def __init__(
        self,
        journal: Journal,
        book: OrderBook,
        errors: tuple[type[Exception], ...],
        may_cancel: Callable[[], bool],
    ) -> None:
        self._journal = journal
        self._book = book
        self._errors = errors
        self._may_cancel = may_cancel
        self._wanted = asyncio.Event()
        self.agreed = asyncio.Event()

    def wake(self) -> None:
        """Compare again."""
        self.agreed.clear()
        self._wanted.set()

    async def run(self) -> None:
        """Work until cancelled."""
        while True:
            await self._wanted.wait()
            self._wanted.clear()
            try:
                done = await self._compare()
            except self._errors:
                done = False
            if done and not self._wanted.is_set():
                self.agreed.set()
            elif not done:
                asyncio.get_running_loop().call_later(RETRY_S, self._wanted.set)

    async def _compare(self) -> bool:
        """Return whether nothing is left to tell."""
        settled = True
        orders = await self._book.open_orders()
        for order in orders:
            document_id = Id(order.document_id)
            if known := await asyncio.to_thread(self._journal.find, document_id):
                await self._tell(order, *known)
            elif self._may_cancel():
                await self._book.put_state(document_id, OrderState.CANCELLED, order.version)
            else:
                settled = False
        self._journal.forget({order.document_id for order in orders})
        return settled

    async def _tell(self, order: HubOrder, known: Entry, reached: OrderState) -> None:
        """Tell all that the hub has missed: what was printed and paid is in its ledger only if it was told so."""
        waived = known.order.fee_yen == 0 < order.fee_yen
        for version, state in enumerate(_way(order.state, reached, known.state), start=order.version):
            if state is OrderState.VOIDED:  # here, only a paper that was left behind becomes that
                await self._book.void(order.document_id, VoidReason.LEFT_BEHIND)
            else:
                free = waived and state is OrderState.PRINTED
                await self._book.put_state(order.document_id, state, version, waived=free)


_FORWARD = (OrderState.DOCUMENT_HELD, OrderState.PAID, OrderState.PRINTING, OrderState.PRINTED, OrderState.TAKEN)


def _way(at_hub: OrderState, reached: OrderState, here: OrderState) -> tuple[OrderState, ...]:
    """Return the states to report in turn: forward to what was reached, as the hub takes no leap, then the end."""
    if at_hub == here:
        return ()
    furthest = here if here in _FORWARD else reached
    forward: tuple[OrderState, ...] = ()
    if at_hub in _FORWARD and furthest in _FORWARD:
        forward = _FORWARD[_FORWARD.index(at_hub) + 1 : _FORWARD.index(furthest) + 1]
    return forward if here in _FORWARD else (*forward, here)
