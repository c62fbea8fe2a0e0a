"""Clerk processes without processes: the real machine of the clerk, with card, centre and printer behind its errands.

Fulfils what the kiosk's runner asks of `children.Clerks`. Every command is a point before and after. Not responsible
for what a person touches (`person.py`); rules of the machine itself are checked in `tests/machines`.
"""

from __future__ import annotations

import asyncio
import secrets
from typing import TYPE_CHECKING

from firmware.app import messages as m
from firmware.app.clerk import machine
from firmware.app.clerk import vocabulary as v
from firmware.app.clerk.state import Clerk, Limits, Over
from firmware.app.clerk.visit import Offered, Place
from firmware.app.hub_errors import HubError, HubRefused
from firmware.app.kiosk import vocabulary as kv
from tests.faults.centre import FEE_YEN, TOWN
from tests.faults.matter import Strip

if TYPE_CHECKING:
    from collections.abc import Callable, Coroutine

    from tests.faults.centre import Hub
    from tests.faults.devices import Tray
    from tests.faults.matter import Matter

PLACES = (Place(TOWN, (), (), ("06:30", "23:00"), "open"),)
OFFERS = (Offered("resident_record", FEE_YEN, (), ("self",), 5),)
START_S, CARD_S, BAND_S, DIES_S = 0.3, 0.2, 0.5, 0.02
BANDS = 3


class Process:
    """One clerk."""

    def __init__(self, clerks: Clerks, number: int) -> None:
        self._clerks = clerks
        self.number = number
        self.clerk = Clerk()
        self.alive = True
        self._transaction_id = ""
        self._document_id = ""
        self._copies = 1
        self._timer: asyncio.TimerHandle | None = None

    def hear(self, event: v.Event) -> None:
        """Let the machine answer, and carry its commands out in order."""
        if not self.alive:
            return
        clerks = self._clerks
        self.clerk, commands = machine.step(self.clerk, event, clerks.loop.time(), Limits())
        if self._timer:
            self._timer.cancel()
            self._timer = None
        if self.clerk.deadline is not None:
            self._timer = clerks.loop.call_at(self.clerk.deadline, lambda: self.hear(v.Ticked()))
        for command in commands:
            self._carry_out(command)
        if isinstance(self.clerk.phase, Over):
            clerks.loop.call_later(DIES_S, clerks.kill, self.number)

    def _carry_out(self, command: v.Command) -> None:
        reach, name = self._clerks.matter.points.reach, type(command).__name__
        match command:
            case v.Say(message):
                reach(f"clerk: says {type(message).__name__}")
                self._clerks.loop.call_later(0.001, self._clerks.said, self.number, message)
            case v.WipePin() | v.WipeTyped():
                pass
            case v.CancelTransaction(cause):
                reach(f"clerk: {name}")
                self._clerks.spawn(self._cancel(self._transaction_id, cause))
            case _:
                reach(f"clerk: {name}")
                self._clerks.spawn(self._errand(command, name))

    async def _cancel(self, transaction_id: str, cause: str) -> None:
        try:
            await self._clerks.hub.cancel(transaction_id, cause)
        except HubError:
            return

    async def _errand(self, command: v.Command, name: str) -> None:
        serial: int = command.serial  # type: ignore[union-attr]
        try:
            event = await self._answer(command, serial)
        except HubRefused as refused:
            event = v.WorkFailed(serial, refused.code, m.EndCause.HUB)
        except HubError:
            event = v.WorkFailed(serial, "hub_down", m.EndCause.HUB)
        if self.alive:
            self._clerks.matter.points.reach(f"clerk: {name} done")
            self.hear(event)

    async def _answer(self, command: v.Command, serial: int) -> v.Event:
        hub = self._clerks.hub
        match command:
            case v.AskPlaces():
                await hub.ask()
                return v.PlacesCame(serial, PLACES)
            case v.OpenTransaction():
                self._transaction_id = await hub.open_transaction()
                return v.TransactionCame(serial, m.Id(self._transaction_id))
            case v.PresentCard():
                await hub.ask()
                return v.OffersCame(serial, OFFERS)
            case v.AskHousehold():
                await hub.ask()
                return v.HouseholdCame(serial, 1, ("self",), (), ())
            case v.AskPreview():
                await hub.ask()
                return v.PreviewCame(serial, 1)
            case v.PlaceOrder(_, order):
                self._copies = order.copies
                self._document_id = await hub.order(self._transaction_id, order.copies)
                await hub.document(self._transaction_id)
                fee_yen = FEE_YEN * order.copies
                return v.DocumentCame(serial, m.Id(self._document_id), fee_yen, order.copies, order.copies, 200)
            case v.PrintDocument() | v.PrintReceipt():
                return await self._print(command, serial)
            case _:
                return await self._card(command, serial)

    async def _card(self, command: v.Command, serial: int) -> v.Event:
        await asyncio.sleep(CARD_S)
        if not self._clerks.matter.card:
            return v.CardFailed(serial, gone=True)
        return v.CardProbed(serial, 3) if isinstance(command, v.ProbeCard) else v.CardSigned(serial)

    async def _print(self, command: v.Command, serial: int) -> v.Event:
        receipt = isinstance(command, v.PrintReceipt)
        sheets = 1 if receipt else self._copies
        for done in range(sheets):
            whole = await self._sheet(Strip(self._document_id, whole=True, receipt=receipt), first=done == 0)
            if not whole:
                if receipt:
                    return v.ReceiptPrinted(serial, printed=False)
                return v.PrintStopped(serial, m.PrintFault.COVER_OPEN, done)
        return v.ReceiptPrinted(serial, printed=True) if receipt else v.PrintDone(serial)

    async def _sheet(self, strip: Strip, *, first: bool) -> bool:
        """Send one sheet band by band; what is torn hangs in the printer until the kiosk settles it."""
        matter, name = self._clerks.matter, "receipt" if strip.receipt else "sheet"
        if first and not strip.receipt:
            matter.jobs.append(strip.document_id)
        for band in range(BANDS):
            matter.points.reach(f"{name}: band {band}")
            await asyncio.sleep(BAND_S)
            if not self.alive or matter.printer_dead or matter.cover_open:
                return False
            matter.half = strip
        matter.points.reach(f"{name}: cut")
        matter.half = None
        self._clerks.tray.falls(strip)
        await asyncio.sleep(0.05)
        matter.points.reach(f"{name}: reply")
        return self.alive


class Clerks:
    """The clerks of one life of the kiosk."""

    def __init__(self, matter: Matter, hub: Hub, tray: Tray, post: Callable[[kv.Event], None]) -> None:
        self.matter, self.hub, self.tray = matter, hub, tray
        self._post = post
        self.loop = asyncio.get_running_loop()
        self.running: dict[int, Process] = {}
        self._count = 0
        self._tasks: set[asyncio.Task[None]] = set()
        self.failed: list[BaseException] = []

    def start_spare(self) -> None:
        """Start one more; it is ready after a moment."""
        self.matter.points.reach("kiosk: StartSpare")
        self._count += 1
        process = self.running[self._count] = Process(self, self._count)
        self.loop.call_later(START_S, self._ready, process)

    def _ready(self, process: Process) -> None:
        if process.alive:
            self.said(process.number, m.Ready(4000, m.Id(secrets.token_hex(16))))

    def said(self, number: int, message: m.FromClerk) -> None:
        """Hand a clerk's message to the kiosk; what a clerk sent before it died still comes."""
        self._post(kv.ClerkSaid(number, message))

    def tell(self, number: int, message: m.FromKiosk) -> None:
        """Send a message; one to a clerk that is gone is dropped."""
        self.matter.points.reach(f"kiosk: Tell {type(message).__name__}")
        if process := self.running.get(number):
            self.loop.call_later(0.001, process.hear, message)

    def kill(self, number: int) -> None:
        """End a clerk; the kiosk hears of it a moment later."""
        process = self.running.get(number)
        if process and process.alive:
            self.matter.points.reach("kiosk: KillClerk")
            self.ends(process)

    def ends(self, process: Process) -> None:
        """A process ends, for whatever reason; once."""
        if process.alive:
            process.alive = False
            self.loop.call_later(DIES_S, self._gone, process.number)

    def _gone(self, number: int) -> None:
        del self.running[number]
        self._post(kv.ClerkGone(number))

    def spawn(self, work: Coroutine[None, None, None]) -> None:
        """Let an errand run; one that fails for a reason nobody planned is told at the end."""
        task = self.loop.create_task(work)
        self._tasks.add(task)
        task.add_done_callback(self._done)

    def _done(self, task: asyncio.Task[None]) -> None:
        self._tasks.discard(task)
        if not task.cancelled() and (error := task.exception()) and isinstance(error, Exception):
            self.failed.append(error)
