"""Certificates drawn ahead: while a person reads a preview, the page is set and read that an order would need.

A page is used only for an order of the same transaction if all it was made from is the same at that moment: the order,
everything in the registers, the rules, the day. So it is the page that would be set then. It is signed after the order
came and after all checks, by a signer that believes neither this nor the renderer. Not responsible for deciding.
"""

import asyncio
import secrets
from collections import OrderedDict
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, replace

from hub.municipality.interface import Refused
from hub.municipality.orders.chain import Order
from hub.municipality.pages.content import page_content
from hub.municipality.pages.page import Draft
from hub.municipality.renderer.renderer import Renderer

AHEAD_MAX = 8
KEPT_S = 120.0


@dataclass(frozen=True, slots=True)
class Drawing:
    """A page under way; its document id is issued with it or never."""

    draft: Draft
    pdf: asyncio.Task[bytes]

    async def of(self, draft: Draft) -> bytes | None:
        """Return the PDF if it is of this very draft; None otherwise, or when it failed."""
        if draft != self.draft:
            return None
        try:
            return await self.pdf
        except Refused:
            return None


class Ahead:
    """The pages drawn ahead in one office, at most one for each transaction."""

    def __init__(self, renderer: Renderer, read_ahead: Callable[[bytes, int], Awaitable[None]]) -> None:
        self._renderer = renderer
        self._read_ahead = read_ahead
        self._drawings: OrderedDict[str, Drawing] = OrderedDict()
        self._tasks: set[asyncio.Task[bytes]] = set()

    def begin(self, previewed: Draft) -> None:
        """Begin to draw what a preview was made for, with a document id of its own."""
        draft = replace(previewed, marks=replace(previewed.marks, document_id=secrets.token_hex(16)))
        task = asyncio.create_task(self._drawn(draft))
        self._tasks.add(task)
        task.add_done_callback(self._ended)
        drawing = Drawing(draft, task)
        while len(self._drawings) >= AHEAD_MAX:
            self._drawings.popitem(last=False)
        self._drawings[draft.marks.transaction_id] = drawing
        asyncio.get_running_loop().call_later(KEPT_S, self._forget, drawing)

    def take(self, transaction_id: str, order: Order) -> Drawing | None:
        """Give the drawing of this transaction, once, if it is of this order."""
        drawing = self._drawings.pop(transaction_id, None)
        return drawing if drawing is not None and drawing.draft.order == order else None

    async def close(self) -> None:
        """Wait for what is under way."""
        await asyncio.gather(*self._tasks, return_exceptions=True)

    async def _drawn(self, draft: Draft) -> bytes:
        pdf = await self._renderer.pdf(page_content(draft))
        await self._read_ahead(pdf, draft.order.head_dots)
        return pdf

    def _ended(self, task: asyncio.Task[bytes]) -> None:
        self._tasks.discard(task)
        if not task.cancelled():
            task.exception()  # looked at: who takes it is told again

    def _forget(self, drawing: Drawing) -> None:
        name = drawing.draft.marks.transaction_id
        if self._drawings.get(name) is drawing:
            del self._drawings[name]
