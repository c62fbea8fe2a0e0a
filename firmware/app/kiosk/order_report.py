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

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from firmware.app.kiosk.journal import Journal

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


class OrderBook(Protocol):
    """The hub's orders of this kiosk."""

    async def open_orders(self) -> Sequence[HubOrder]:
        """Return those without an end."""
        ...

    async def put_state(self, document_id: str, state: OrderState, version: int) -> object:
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
        for order in await self._book.open_orders():
            known = next((e for e in self._journal.latest.values() if e.order.document_id == order.document_id), None)
            if known is not None:
                wanted = known.state
            elif self._may_cancel():
                wanted = OrderState.CANCELLED
            else:
                settled = False
                continue
            if wanted is OrderState.VOIDED:  # here, only a paper that was left behind becomes that
                await self._book.void(order.document_id, VoidReason.LEFT_BEHIND)
                continue
            for version, state in enumerate(_way(order.state, wanted), start=order.version):
                await self._book.put_state(order.document_id, state, version)
        return settled


_FORWARD = (OrderState.DOCUMENT_HELD, OrderState.PAID, OrderState.PRINTING, OrderState.PRINTED, OrderState.TAKEN)


def _way(at_hub: OrderState, here: OrderState) -> tuple[OrderState, ...]:
    """Return the states to report in turn: the hub takes no leap forward, but an end from anywhere."""
    if at_hub == here:
        return ()
    if at_hub in _FORWARD and here in _FORWARD:
        return _FORWARD[_FORWARD.index(at_hub) + 1 : _FORWARD.index(here) + 1]
    return (here,)
