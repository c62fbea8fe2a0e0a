"""Both machines, joined by their messages, in a simulated world of card, coins, printer, tray, centre and processes.

Time is real seconds that jump. Messages keep their order; everything else comes when the walk (`joint_walk.py`) lets it
come. Nothing here is firmware but the two `step` functions. Not responsible for what people do.
"""

from __future__ import annotations

from collections import deque
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

from firmware import devices as d
from firmware.app import messages as m
from firmware.app.clerk import state as cs
from firmware.app.clerk import vocabulary as cv
from firmware.app.kiosk import machine as kiosk_machine
from firmware.app.kiosk import outputs
from firmware.app.kiosk import state as ks
from firmware.app.kiosk import vocabulary as kv
from tests.machines.clerk_rules import broken_by
from tests.machines.clerk_world import Situation, answer

if TYPE_CHECKING:
    from collections.abc import Iterable

READY = d.PrinterStatus(d.DeviceState.ONLINE, d.Paper.FULL)
COVER_OPEN = d.PrinterStatus(d.DeviceState.OFFLINE, d.Paper.FULL, cover_open=True)
KIOSK_LIMITS, CLERK_LIMITS = ks.Limits(), cs.Limits()


@dataclass
class Process:
    """A clerk process: its machine, the wires to and from the kiosk, the errands that it is on."""

    number: int
    situation: Situation = field(default_factory=lambda: Situation(cs.Clerk()))
    inbox: deque[m.FromKiosk] = field(default_factory=deque)
    outbox: deque[m.FromClerk] = field(default_factory=deque)
    errands: list[cv.Command] = field(default_factory=list)
    transactions: int = 0
    alive: bool = True
    greeted: bool = False

    @property
    def clerk(self) -> cs.Clerk:
        """The machine's state."""
        return self.situation.clerk


class Broken(AssertionError):
    """Something that must not happen did."""


def must(holds: object, words: str) -> None:
    """Raise `Broken` unless it holds."""
    if not holds:
        raise Broken(words)


@dataclass
class Joint:
    """The world. Money in yen; `kept` and `given_back` are what the gates let out."""

    now: float = 0.0
    kiosk: ks.Kiosk = field(default_factory=ks.Kiosk)
    processes: dict[int, Process] = field(default_factory=dict)
    started: int = 0
    ids: int = 0
    card: bool = False
    card_tries: int = 3
    paper: bool = False
    inserted: int = 0
    escrow: int = 0
    kept: int = 0
    given_back: int = 0
    emptied_by_staff: int = 0
    moving: deque[kv.Command] = field(default_factory=deque)
    printer_work: deque[kv.Command] = field(default_factory=deque)
    printer_fine: bool = True
    hub_fine: bool = True
    journal: dict[m.Id, list[kv.OrderState]] = field(default_factory=dict)
    fees: dict[m.Id, int] = field(default_factory=dict)
    kept_for: dict[m.Id, int] = field(default_factory=dict)
    printed: list[m.Id] = field(default_factory=list)
    verified: int = 0
    confirmed: int = 0
    seen: set[str] = field(default_factory=set)

    def new_id(self) -> m.Id:
        """Return an id that was never used."""
        self.ids += 1
        return m.Id(f"{self.ids:032x}")

    # ------------------------------------------------------------ the kiosk

    def tell_kiosk(self, *events: kv.Event) -> None:
        """Let the kiosk's machine answer, and carry out its commands in order."""
        for event in events:
            before = self.kiosk
            self.kiosk, commands = kiosk_machine.step(before, event, self.now, KIOSK_LIMITS)
            self.seen.add(f"kiosk {type(self.kiosk.phase).__name__}")
            for command in commands:
                self._carry_out(command)

    def _carry_out(self, command: kv.Command) -> None:
        match command:
            case kv.Record(order, state):
                self._record(order, state)
            case kv.Tell(number, message):
                if isinstance(message, m.Print):
                    self._may_print(message.document_id)
                if number in self.processes:
                    self.processes[number].inbox.append(message)
            case kv.StartSpare():
                self.started += 1
                self.processes[self.started] = Process(self.started)
                must(len(self.processes) == 1, "more than one clerk process")
            case kv.KillClerk(number):
                if number in self.processes:
                    self.processes[number].alive = False
            case kv.ReturnEscrow() | kv.StackEscrow():
                self.moving.append(command)
            case kv.LendPrinter() | kv.ReclaimPrinter():
                self.printer_work.append(command)
            case kv.MarkFilm():
                self.seen.add("film marked")

    def _record(self, order: ks.Order, state: kv.OrderState) -> None:
        states = self.journal.setdefault(order.document_id, [])
        must(not states or states[-1] not in kv.FINAL, f"recorded {state} after the end {states}")
        states.append(state)
        self.fees[order.document_id] = order.fee_yen
        self.seen.add(f"order {state}")

    def _may_print(self, document_id: m.Id) -> None:
        states = self.journal.get(document_id, [])
        must(states[-1:] == [kv.OrderState.PRINTING], f"Print told with the journal at {states}")
        must(self.escrow >= self.fees[document_id], f"Print told with {self.escrow} yen in escrow")

    def open_orders(self) -> tuple[kv.OpenOrder, ...]:
        """Return what a restarted kiosk would find in its journal."""
        return tuple(
            kv.OpenOrder(ks.Order(self.new_id(), document_id, self.fees[document_id]), states[-1])
            for document_id, states in self.journal.items()
            if states[-1] not in kv.FINAL
        )

    def last_order(self) -> kv.OpenOrder | None:
        """Return the newest order of the journal."""
        if not self.journal:
            return None
        document_id, states = next(reversed(self.journal.items()))
        order = ks.Order(self.new_id(), document_id, self.fees[document_id])
        return kv.OpenOrder(order, states[-1], printed=kv.OrderState.PRINTED in states)

    # ------------------------------------------------------------ clerks

    def tell_clerk(self, process: Process, event: cv.Event) -> None:
        """Let a clerk's machine answer; what it says and asks for is on its way."""
        if not process.alive:
            return
        made = answer(process.situation, event, self.now)
        wrong = list(broken_by(made))
        must(not wrong, f"clerk: {wrong}")
        process.situation = replace(made.after, clerk=made.clerk)
        self.seen.add(f"clerk {type(made.clerk.phase).__name__}")
        for command in made.commands:
            match command:
                case cv.Say(message):
                    process.outbox.append(message)
                case cv.WipePin() | cv.WipeTyped() | cv.CancelTransaction():
                    pass
                case _:
                    process.errands.append(command)

    def gone(self, process: Process) -> None:
        """A clerk process has ended: its wires and errands with it; a sheet that was printing is torn."""
        del self.processes[process.number]
        self.tell_kiosk(kv.ClerkGone(process.number))

    # ------------------------------------------------------------ sensors and gates

    def start(self, orders: Iterable[kv.OpenOrder] = ()) -> None:
        """Start the kiosk process: sensors speak, the journal is read, then the slow devices answer."""
        self.kiosk = ks.Kiosk()
        self.moving.clear()
        self.printer_work.clear()
        self.processes.clear()
        tray = d.PaperPresented() if self.paper else d.PaperTaken()
        self.tell_kiosk(tray, d.EscrowChanged(self.escrow > 0), kv.Recovered(tuple(orders), self.last_order()))
        self.tell_kiosk(d.ReaderOnline("reader"), d.CardInserted() if self.card else d.CardRemoved())
        self.tell_kiosk(d.CameraChanged(d.CameraHealth.OK), kv.HubAnswered(self.hub_fine))
        self.tell_kiosk(d.PrinterChanged(READY if self.printer_fine else COVER_OPEN))

    def coin(self, yen: int) -> None:
        """A coin falls: the escrow's sensor sees it first, then its pulses are counted."""
        self.inserted += yen
        self.escrow += yen
        self.tell_kiosk(d.EscrowChanged(occupied=True), d.CoinInserted(yen))

    def move_escrow(self, *, stuck: bool = False) -> None:
        """The first gate in turn does its work, or does not."""
        command = self.moving.popleft()
        if stuck and self.escrow:
            self.seen.add("escrow stuck")
            self.tell_kiosk(kv.EscrowStuck(command))
            return
        amount, self.escrow = self.escrow, 0
        if isinstance(command, kv.StackEscrow):
            self._kept(amount)
        else:
            self.given_back += amount
        if amount:
            self.tell_kiosk(d.EscrowChanged(occupied=False))
        match command:
            case kv.ReturnEscrow(order, outcome):
                self.tell_kiosk(kv.EscrowReturned(order, outcome))
            case _:
                self.tell_kiosk(kv.EscrowStacked())

    def _kept(self, amount: int) -> None:
        self.kept += amount
        printed = [each for each, states in self.journal.items() if kv.OrderState.PRINTED in states]
        must(printed and printed[-1] not in self.kept_for, "money kept with no document printed for it")
        must(amount in (0, self.fees[printed[-1]]), f"{amount} yen kept for a fee of {self.fees[printed[-1]]}")
        self.kept_for[printed[-1]] = amount

    def printer_answers(self) -> None:
        """The printer's watch ends what it was asked for."""
        match self.printer_work.popleft():
            case kv.LendPrinter():
                self.tell_kiosk(kv.PrinterLent())
            case _:
                self.tell_kiosk(kv.PrinterSettled(clean=self.printer_fine))
                self.tell_kiosk(d.PrinterChanged(READY if self.printer_fine else COVER_OPEN))

    def come_out(self, document_id: m.Id) -> None:
        """A whole strip comes out."""
        must(document_id not in self.printed, "printed twice")
        must(self.journal[document_id][-1] is kv.OrderState.PRINTING, f"printed at {self.journal[document_id]}")
        self.printed.append(document_id)

    def check(self) -> None:
        """What holds at every moment."""
        must(self.inserted == self.escrow + self.kept + self.given_back + self.emptied_by_staff, "money is lost")
        phase = self.kiosk.phase
        if self.paper and isinstance(phase, (ks.Idle, ks.OutOfService)):
            raise Broken("a paper lies in the tray of a kiosk at rest")
        if self.card and isinstance(phase, (ks.Idle, ks.OutOfService)):
            must(phase.deadline is not None, "a card lies on the reader of a kiosk at rest, and nobody will notice")
        screen = outputs.screen_of(self.kiosk)
        if isinstance(screen, outputs.ClerkScreen):
            session = self.kiosk.session
            must(session is not None and screen.spare == session.spare, "another clerk's page is shown")
        must(not outputs.coins_open(self.kiosk) or isinstance(phase, ks.Collecting), "coins are let in")
