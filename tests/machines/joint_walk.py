"""A random walk through the joint world: people, devices, centre, power and time, each in its turn, from one seed.

`Walk.go` lets things happen; `Walk.heal` makes everything well, has things taken away, and waits. Not responsible for
what must hold (`joint_world.py`).
"""

from __future__ import annotations

from functools import partial
from random import Random
from typing import TYPE_CHECKING

from firmware import devices as d
from firmware.app import messages as m
from firmware.app.clerk import state as cs
from firmware.app.clerk import vocabulary as cv
from firmware.app.clerk.registering import FIELDS
from firmware.app.kiosk import outputs
from firmware.app.kiosk import state as ks
from firmware.app.kiosk import vocabulary as kv
from tests.machines.clerk_world import OFFERS, PLACES, SCOPES, TOUCHES
from tests.machines.joint_choices import SENSIBLE, WORTH_A_FAULT, Q
from tests.machines.joint_world import COVER_OPEN, READY, Joint, Process, must

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from firmware.app.clerk.visit import Field

QUERIES = (cv.AskHousehold, cv.AskPreview, cv.AskHistory, cv.AskRegistration, cv.Register)
WHIM = 0.05
HEALING_MOVES = 400


class Walk:
    """One walk. `trouble` is how often something breaks, 0 to 1."""

    def __init__(self, seed: int, trouble: float) -> None:
        self.chance = Random(seed)  # noqa: S311 - a walk that can be walked again
        self.trouble = trouble
        self.world = Joint()
        self.story: list[str] = []
        self.restarts = 0
        self.world.start()

    # ------------------------------------------------------------ time

    def deadlines(self) -> list[tuple[float, int]]:
        """Return what is due when: clerks by their number, the kiosk as 0."""
        world = self.world
        due = [
            (p.clerk.deadline, p.number) for p in world.processes.values() if p.alive and p.clerk.deadline is not None
        ]
        if world.kiosk.deadline is not None:
            due.append((world.kiosk.deadline, 0))
        return sorted(due)

    def pass_time(self, until: float) -> None:
        """Let the deadlines up to then come, in their order."""
        for _ in range(40):
            due = self.deadlines()
            if not due or due[0][0] > until:
                self.world.now = max(self.world.now, until)
                return
            at, number = due[0]
            self.world.now = max(self.world.now, at)
            self.tick(number)
        raise AssertionError(f"deadlines without end at {self.world.now}: {self.world.kiosk}")

    def tick(self, number: int) -> None:
        """A deadline comes."""
        self.story.append(f"{self.world.now:.1f} s: deadline of {number or 'the kiosk'}")
        if number:
            self.world.tell_clerk(self.world.processes[number], cv.Ticked())
        else:
            before = self.world.kiosk
            self.world.tell_kiosk(kv.Ticked())
            must(self.world.kiosk != before, f"a deadline changed nothing: {before}")

    # ------------------------------------------------------------ what can happen

    def go(self, moves: int) -> None:
        """Make so many moves."""
        for _ in range(moves):
            self.pass_time(self.world.now + self.chance.choice((0.01, 0.1, 1.0)))
            choices = [*self.machinery(), *self.person(), *self.repairs()]
            risk = self.trouble * (5 if isinstance(self.world.kiosk.phase, WORTH_A_FAULT) else 1)
            if self.chance.random() < risk:
                choices = [*self.faults()]
            self.make(*self.chance.choice(choices or [("nothing happens", self.nothing)]))

    def nothing(self) -> None:
        """Nobody does anything until the next deadline."""
        self.pass_time(next((at for at, _ in self.deadlines()), self.world.now))

    def make(self, name: str, move: Callable[[], None]) -> None:
        """Make one move, note it, and look at the world."""
        self.story.append(f"{self.world.now:.1f} s: {name}")
        move()
        self.world.check()

    def machinery(self) -> Iterator[tuple[str, Callable[[], None]]]:
        """Yield what wires, processes, gates, printer and centre do by themselves."""
        world = self.world
        for process in world.processes.values():
            if not process.alive:
                yield f"clerk {process.number} is gone", partial(world.gone, process)
            elif not process.greeted:
                yield f"clerk {process.number} is ready", partial(self.greet, process)
            if process.inbox:
                yield f"to the clerk: {process.inbox[0]}", partial(self.to_clerk, process)
            if process.outbox:
                yield f"to the kiosk: {process.outbox[0]}", partial(self.to_kiosk, process)
            if process.alive:
                yield from ((str(errand), partial(self.errand, process, errand)) for errand in process.errands)
        if world.moving:
            yield f"escrow: {world.moving[0]}", world.move_escrow
        if world.printer_work:
            yield f"printer: {world.printer_work[0]}", world.printer_answers

    def greet(self, process: Process) -> None:
        """A clerk's page is served."""
        process.greeted = True
        process.outbox.append(m.Ready(4000, self.world.new_id()))

    def to_clerk(self, process: Process) -> None:
        """Deliver a message."""
        self.world.tell_clerk(process, process.inbox.popleft())

    def to_kiosk(self, process: Process) -> None:
        """Deliver a message; one that a killed process had still sent, too."""
        self.world.tell_kiosk(kv.ClerkSaid(process.number, process.outbox.popleft()))

    def person(self) -> Iterator[tuple[str, Callable[[], None]]]:
        """Yield what a person can do, mostly what the page asks for."""
        world = self.world
        match outputs.screen_of(world.kiosk):
            case outputs.OwnScreen("home"):
                yield "start", lambda: world.tell_kiosk(kv.Touched(world.new_id(), m.Language.JA))
            case outputs.ClerkScreen(spare) if spare.clerk in world.processes:
                yield from self.touches(world.processes[spare.clerk])
            case _:
                pass
        whim = self.chance.random() < WHIM
        pages = [process.clerk.phase for process in world.processes.values()]
        if not world.card and (whim or any(isinstance(p, cs.Asking) and p.question is Q.HOLD_CARD for p in pages)):
            yield "card held", self.card_held
        working = any(isinstance(page, (cs.Working, cs.Asking)) for page in pages)
        if world.card and (whim or not working):
            yield "card away", self.card_away
        printing = isinstance(world.kiosk.phase, (ks.Printing, ks.Receipting, ks.PrintingSlip))
        if world.paper and (whim or not printing):
            yield "paper taken", self.paper_taken
        if outputs.coins_open(world.kiosk):
            yield from (("coin of 100", partial(world.coin, 100)) for _ in range(4))
            yield "coin of 500", partial(world.coin, 500)

    def touches(self, process: Process) -> Iterator[tuple[str, Callable[[], None]]]:
        """Yield touches of a clerk's page."""
        phase = process.clerk.phase
        buttons = [self.chance.choice(TOUCHES)] if self.chance.random() < self.trouble else []
        match phase:
            case cs.Asking(question) if question in FIELDS:
                yield f"type the {FIELDS[question]}", partial(self.type, process, FIELDS[question])
                buttons += ["next", "next", "back"]
            case cs.Asking(question):
                buttons += SENSIBLE.get(question, ()) * 2
            case cs.Saying():
                buttons.append("next")
            case _:
                pass
        for button in buttons:
            yield f"touch {button[:20]}", partial(self.touch, process, button)

    def type(self, process: Process, field: Field) -> None:
        """Type a text, whole or not."""
        self.world.tell_clerk(process, cv.Typed(field, valid=self.chance.random() < 0.9))

    def touch(self, process: Process, button: str) -> None:
        """Touch a button; the PIN is confirmed by *next* only."""
        phase = process.clerk.phase
        if isinstance(phase, cs.Asking) and phase.question is Q.ENTER_PIN and button == "next":
            self.world.confirmed += 1
        self.world.tell_clerk(process, cv.Touched(button))

    def card_held(self) -> None:
        """Hold the card to the reader; after a locked PIN, another person's."""
        self.world.card = True
        self.world.card_tries = self.world.card_tries or 3
        self.world.tell_kiosk(d.CardInserted())

    def card_away(self) -> None:
        """Take the card away."""
        self.world.card = False
        self.world.tell_kiosk(d.CardRemoved())

    def paper_taken(self) -> None:
        """Take the paper."""
        self.world.paper = False
        self.world.tell_kiosk(d.PaperTaken())

    # ------------------------------------------------------------ errands

    def errand(self, process: Process, command: cv.Command) -> None:
        """Card, centre or printer answer."""
        process.errands.remove(command)
        world, serial = self.world, command.serial  # type: ignore[union-attr]
        if (
            isinstance(command, (cv.AskPlaces, cv.OpenTransaction, cv.PresentCard, cv.PlaceOrder, *QUERIES))
            and not world.hub_fine
        ):
            world.tell_clerk(process, cv.WorkFailed(serial, "hub_down", m.EndCause.HUB))
            return
        if isinstance(command, (cv.PlaceOrder, *QUERIES)) and self.chance.random() < self.trouble:
            world.seen.add("refused")
            world.tell_clerk(process, cv.WorkFailed(serial, "under_age", m.EndCause.REFUSED))
            return
        world.tell_clerk(process, self.answer_to(process, command, serial))

    def answer_to(self, process: Process, command: cv.Command, serial: int) -> cv.Event:
        """Card, centre, municipality or printer answer, all being well."""
        world = self.world
        match command:
            case cv.AskPlaces():
                return cv.PlacesCame(serial, PLACES)
            case cv.OpenTransaction():
                return cv.TransactionCame(serial, world.new_id())
            case cv.PresentCard():
                return cv.OffersCame(serial, OFFERS)
            case cv.PlaceOrder(_, order):
                fee_yen = next(offer.fee_yen for offer in OFFERS if offer.type == order.type) * order.copies
                return cv.DocumentCame(serial, world.new_id(), fee_yen, order.copies, order.copies, 200)
            case cv.PrintDocument():
                return self.print(process, serial)
            case cv.PrintReceipt():
                return self.print_receipt(process, serial)
            case cv.PrintRequestSlip():
                return self.print_slip(serial)
            case cv.ProbeCard() | cv.Authenticate():
                return self.card_answers(command, serial)
            case _:
                return self.municipality_answers(command, serial)

    def municipality_answers(self, command: cv.Command, serial: int) -> cv.Event:
        """The municipality tells what it knows of the person."""
        match command:
            case cv.AskHousehold():
                return cv.HouseholdCame(serial, self.chance.choice((1, 2)), SCOPES, ("domicile",), (2026,))
            case cv.AskPreview():
                return cv.PreviewCame(serial, self.chance.choice((1, 2)))
            case cv.AskHistory():
                return cv.HistoryCame(serial)
            case cv.AskRegistration():
                return cv.RegistrationCame(serial, may_ask=True)
            case cv.Register():
                return cv.Registered(serial)
            case _:
                raise AssertionError(f"nobody answers {command}")

    def card_answers(self, command: cv.Command, serial: int) -> cv.Event:
        """The card, if it is there, tells its tries, or checks a PIN that is right most of the time."""
        world = self.world
        if not world.card:
            return cv.CardFailed(serial, gone=True)
        if isinstance(command, cv.ProbeCard):
            return cv.CardProbed(serial, world.card_tries)
        world.verified += 1
        must(world.verified <= world.confirmed, "a PIN was tried that the person had not confirmed")
        if self.chance.random() < 0.7:
            world.card_tries = 3
            return cv.CardSigned(serial)
        world.card_tries -= 1
        return cv.PinRefused(serial, world.card_tries)

    def print(self, process: Process, serial: int) -> cv.Event:
        """A strip comes out whole, or torn."""
        world, document_id = self.world, process.clerk.visit.document_id
        whole = world.printer_fine and document_id is not None
        if whole and document_id:
            world.come_out(document_id)
        if self.chance.random() >= 2 * self.trouble:  # else it hangs where the sensor does not see it
            world.paper = True
            world.tell_kiosk(d.PaperPresented())
        return cv.PrintDone(serial) if whole else cv.PrintStopped(serial, m.PrintFault.COVER_OPEN, 0)

    def print_receipt(self, process: Process, serial: int) -> cv.Event:
        """A receipt comes out for money that is kept, or does not."""
        world, document_id = self.world, process.clerk.visit.document_id
        states = world.journal[document_id] if document_id else []
        must(kv.OrderState.PRINTED in states, f"a receipt for an order at {states}")
        must(world.kiosk.facts.printer_lent, "a receipt on a printer that is not lent")
        world.seen.add("receipt" if world.printer_fine else "no receipt")
        if world.printer_fine and not world.paper:
            world.paper = True
            world.tell_kiosk(d.PaperPresented())
        return cv.ReceiptPrinted(serial, printed=world.printer_fine)

    def print_slip(self, serial: int) -> cv.Event:
        """A slip comes out for nothing, or does not."""
        world = self.world
        must(world.kiosk.facts.printer_lent, "a slip on a printer that is not lent")
        must(not world.paper, "a slip on top of another paper")
        world.seen.add("slip" if world.printer_fine else "no slip")
        if world.printer_fine and self.chance.random() >= self.trouble:
            world.paper = True
            world.tell_kiosk(d.PaperPresented())
        return cv.SlipDone(serial, printed=world.printer_fine)

    # ------------------------------------------------------------ trouble

    def faults(self) -> Iterator[tuple[str, Callable[[], None]]]:
        """Yield what can break, and be repaired."""
        world = self.world
        yield "cover", partial(self.printer, fine=not world.printer_fine)
        yield "centre", partial(self.hub, fine=not world.hub_fine)
        yield "long silence", lambda: self.pass_time(world.now + self.chance.choice((15, 60, 200, 1000)))
        for process in world.processes.values():
            yield f"clerk {process.number} crashes", partial(setattr, process, "alive", False)
        yield "power cut", self.power_cut
        if any(isinstance(each, (kv.ReturnEscrow, kv.StackEscrow)) for each in world.moving):
            yield "escrow stuck", partial(world.move_escrow, stuck=True)
        lending = isinstance(world.kiosk.phase, ks.Lending)
        if lending and not world.kiosk.facts.printer_lent:
            yield "late coin", partial(world.coin, 100)
            yield "late coin", partial(self.coin_while_printing, 100)

    def coin_while_printing(self, yen: int) -> None:
        """A coin that rolled slowly: it falls once the printer is lent."""
        if self.world.printer_work:
            self.world.printer_answers()
            self.world.seen.add("overpaid")
            self.world.coin(yen)

    def repairs(self) -> Iterator[tuple[str, Callable[[], None]]]:
        """Yield what makes a broken thing well."""
        world = self.world
        if not world.printer_fine:
            yield "cover shut", partial(self.printer, fine=True)
        if not world.hub_fine:
            yield "centre back", partial(self.hub, fine=True)
        if world.kiosk.facts.jam and world.escrow and not world.moving:
            yield "staff empties the escrow", self.empty_escrow

    def printer(self, *, fine: bool) -> None:
        """The cover is opened or shut; a lent printer tells the kiosk nothing."""
        world = self.world
        world.printer_fine = fine
        if not world.kiosk.facts.printer_lent:
            world.tell_kiosk(d.PrinterChanged(READY if fine else COVER_OPEN))

    def hub(self, *, fine: bool) -> None:
        """The centre goes or comes."""
        self.world.hub_fine = fine
        self.world.tell_kiosk(kv.HubAnswered(open=True) if fine else kv.HubLost())

    def power_cut(self) -> None:
        """Everything stops; what is left is journal, money, card and paper."""
        self.restarts += 1
        self.world.start(self.world.open_orders())

    # ------------------------------------------------------------ healing

    def heal(self) -> None:
        """Repair all, have everything taken away, let nobody touch anything, and wait for service."""
        world = self.world
        self.story.append("healing")
        self.printer(fine=True)
        self.hub(fine=True)
        for _ in range(HEALING_MOVES):
            if world.card:
                self.make("card away", self.card_away)
            elif world.paper:
                self.make("paper taken", self.paper_taken)
            elif moves := [*self.machinery(), *self.repairs()]:
                self.make(*moves[0])
            elif due := self.deadlines():
                self.pass_time(due[0][0])
            else:
                break
        must(world.kiosk.phase == ks.Idle(), f"not in service again: {world.kiosk}")
        must(world.escrow == 0, "money is left in the escrow")
        must(not world.open_orders(), f"orders without an end: {world.open_orders()}")
        must(len(world.processes) == 1, f"clerk processes: {list(world.processes)}")
        must(all(each in world.printed for each in world.kept_for), "money was kept for what was not printed")

    def empty_escrow(self) -> None:
        """Somebody of the office opens the escrow."""
        world = self.world
        world.emptied_by_staff += world.escrow
        world.escrow = 0
        world.tell_kiosk(d.EscrowChanged(occupied=False))
