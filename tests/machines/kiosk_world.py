"""The small world around the kiosk's machine: what can happen next, and what its commands set going.

Time is abstract: a deadline is there or not, the end of a visit is before or after. Ids are constants, the serving
clerk is 1, the waiting one 2. Coins are real: they fall, are told after the escrow's sensor saw them, and lie in the
escrow until a gate lets them out. As in the drivers, gates work one after the other, and the printer is let go of
before it is taken back. Not responsible for what must hold (`kiosk_rules.py`).
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from enum import StrEnum
from typing import TYPE_CHECKING

from firmware import devices as d
from firmware.app import messages as m
from firmware.app.kiosk import machine
from firmware.app.kiosk import vocabulary as v
from firmware.app.kiosk.alarms import ClearReason, Noted
from firmware.app.kiosk.outputs import coins_open
from firmware.app.kiosk.state import (
    Collecting,
    Kiosk,
    LeftBehind,
    Lending,
    Limits,
    Order,
    Phase,
    Printing,
    Serving,
    Session,
    Spare,
    Starting,
)

if TYPE_CHECKING:
    from collections.abc import Iterator

LIMITS = Limits()
NOW_S, DUE_S, VISIT_OVER_S = 0.0, 1.0, 2.0
SERVING, WAITING, STRANGER = 1, 2, 99
PORT = 40_000
LENGTH_MM = 200
FEE_YEN, SMALL_COIN_YEN, BIG_COIN_YEN, OVER_YEN = 200, 100, 500, 300
SESSION_ID, TRANSACTION_ID, DOCUMENT_ID = (m.Id(digit * 32) for digit in "abc")
OTHER_DOCUMENT_ID = m.Id("d" * 32)
TOKEN = m.Id("e" * 32)
ALARM_ID = m.Id("f" * 32)
SESSION = Session(Spare(SERVING, PORT, TOKEN), SESSION_ID, VISIT_OVER_S)

_PRINTED = frozenset({v.OrderState.PRINTED, v.OrderState.TAKEN, v.OrderState.VOIDED})
READY_PRINTER = d.PrinterStatus(d.DeviceState.ONLINE, d.Paper.FULL)
COVER_OPEN = d.PrinterStatus(d.DeviceState.OFFLINE, d.Paper.FULL, cover_open=True)
PRINTER_OFF = d.PrinterStatus(d.DeviceState.POWER_OFF)


def order(fee_yen: int = FEE_YEN) -> Order:
    """The order of the visit in progress."""
    return Order(TRANSACTION_ID, DOCUMENT_ID, fee_yen, length_mm=LENGTH_MM)


@dataclass(frozen=True, slots=True)
class Gate:
    """A movement of the escrow under way; `emptied` once the coins are out and the sensor has told."""

    keeps: bool
    order: Order | None = None
    outcome: v.OrderState | None = None
    emptied: bool = False


@dataclass(frozen=True, slots=True)
class World:
    """What is true outside the machine. `coins_yen` lie in the escrow; `train_yen` is a coin not yet reported."""

    coins_yen: int = 0
    train_yen: int = 0
    gates: tuple[Gate, ...] = ()
    lending: bool = False
    reclaiming: int = 0
    starting: int = 0
    serving: bool = False
    dying: int = 0
    journal: v.OrderState | None = None
    order: Order | None = None
    stuck: bool = False
    alarm: v.OpenAlarm | None = None
    meant: v.OrderState | None = None
    unseen: bool = False  # its paper came out, and nobody knows what became of it


@dataclass(frozen=True, slots=True)
class Happening:
    """Something that happens: the world once it has, and what the machine hears of it, at `now` (seconds)."""

    label: str
    event: v.Event
    world: World
    now: float = NOW_S
    patient: bool = True


@dataclass(frozen=True, slots=True)
class Situation:
    """Machine and world together: one state of the exploration."""

    kiosk: Kiosk
    world: World


@dataclass(frozen=True, slots=True)
class Answer:
    """What the machine made of a happening."""

    before: Situation
    happening: Happening
    after: Situation
    commands: tuple[v.Command, ...]


_NORMAL: dict[Phase, Phase] = {}


def normal(phase: Phase) -> Phase:
    """Return the phase with abstract times and ids; steps of the dialogue but `take_card` are alike."""
    known = _NORMAL.get(phase)
    if known is not None:
        return known
    changes: dict[str, object] = {}
    if getattr(phase, "session", None):
        changes["session"] = SESSION
    for name in ("deadline", "card_by", "retry_by"):
        if name in phase.__dataclass_fields__ and getattr(phase, name) is not None:
            changes[name] = DUE_S
    if isinstance(phase, Serving) and phase.step is not m.Step.TAKE_CARD:
        changes["step"] = m.Step.CHOOSE
    _NORMAL[phase] = changed = replace(phase, **changes)
    return changed


def answer(kiosk: Kiosk, happening: Happening) -> tuple[Kiosk, tuple[v.Command, ...]]:
    """Let the machine answer; its state comes back with abstract times and ids."""
    after, commands = machine.step(kiosk, happening.event, happening.now, LIMITS)
    return replace(after, phase=normal(after.phase)), commands


def set_going(world: World, command: v.Command) -> World:
    """Return the world after a command was carried out, or begun."""
    match command:
        case v.Record(of, state):
            unseen = state is v.OrderState.UNKNOWN and world.journal is v.OrderState.PRINTED
            return replace(world, journal=state, order=of, unseen=unseen)
        case v.ReturnEscrow(of, outcome):
            return replace(world, gates=(*world.gates, Gate(keeps=False, order=of, outcome=outcome)))
        case v.StackEscrow():
            return replace(world, gates=(*world.gates, Gate(keeps=True)))
        case v.LendPrinter():
            return replace(world, lending=True)
        case v.ReclaimPrinter():
            return replace(world, reclaiming=world.reclaiming + 1)
        case v.StartSpare():
            return replace(world, starting=world.starting + 1)
        case v.KillClerk():
            return replace(world, serving=False, dying=world.dying + 1) if world.serving else world
        case v.NoteAlarm(Noted.RAISED, thing, subject_id):
            return replace(world, alarm=v.OpenAlarm(thing, subject_id, cleared=False))
        case v.NoteAlarm(Noted.CLEARED) if world.alarm:
            return replace(world, alarm=replace(world.alarm, cleared=True))
        case v.NoteAlarm(Noted.GONE | Noted.LOST_SIGHT):
            return replace(world, alarm=None)
        case v.Tell(_, m.Serve()):
            return replace(world, serving=True, journal=None, order=None)
        case _:
            return world


def happenings(situation: Situation, vary: frozenset[Vary]) -> Iterator[Happening]:
    """Yield everything that can happen next."""
    kiosk, world = situation.kiosk, situation.world
    if kiosk.deadline is not None:
        yield Happening("deadline", v.Ticked(), world, DUE_S)
        if isinstance(kiosk.phase, Serving):
            yield Happening("deadline, visit over", v.Ticked(), world, VISIT_OVER_S)
    yield from _sensors(world, vary)
    yield from _coins(kiosk, world, vary)
    yield from _printer(world, vary)
    yield from _processes(kiosk, world, vary)
    if isinstance(kiosk.phase, Starting):
        printed = world.unseen or world.journal in _PRINTED
        last = v.OpenOrder(world.order, world.journal, world.meant, printed) if world.order and world.journal else None
        found = (last,) if last and last.state not in v.FINAL else ()
        told = f"recovered: {world.order and world.order.fee_yen} yen, {world.journal}, meant {world.meant}"
        told += ", printed" * world.unseen
        yield Happening(told, v.Recovered(found, last, world.alarm), world)
    if isinstance(kiosk.phase, LeftBehind):
        for reason in (ClearReason.HAND_OVER_POLICE, ClearReason.FALSE_ALARM):
            yield Happening(f"cleared: {reason}", v.AlarmCleared(ALARM_ID, reason), world, patient=False)
    yield Happening("touched", v.Touched(SESSION_ID, m.Language.JA), world, patient=False)
    if world.serving:
        for message in _messages(world):
            yield Happening(f"clerk: {message}", v.ClerkSaid(SERVING, message), world, patient=False)


class Vary(StrEnum):
    """What happens of itself in an exploration; the rest stays healthy. All together are too many for a test."""

    CARD = "card"
    TRAY = "tray"
    PRINTER = "printer"
    SERVICE = "service"
    LATE_COINS = "late coins"
    GATES = "gates"
    PROCESSES = "processes"
    SETTLING = "settling"


SENSED: dict[Vary, tuple[d.DeviceEvent | v.HubAnswered | v.HubLost, ...]] = {
    Vary.CARD: (d.CardInserted(), d.CardRemoved(), d.ReaderOffline("8010002e")),
    Vary.TRAY: (d.PaperPresented(), d.PaperTaken()),
    Vary.PRINTER: (d.PrinterChanged(READY_PRINTER), d.PrinterChanged(COVER_OPEN), d.PrinterChanged(PRINTER_OFF)),
    Vary.SERVICE: (v.HubAnswered(open=True), v.HubLost()),
}


def _sensors(world: World, vary: frozenset[Vary]) -> Iterator[Happening]:
    """Sensors may say anything at any time. The hub stands for all else that only keeps from serving."""
    for kind, events in SENSED.items():
        if kind in vary:
            for event in events:
                yield Happening(str(event), event, world)
    if world.stuck:
        emptied = replace(world, coins_yen=0, stuck=False)
        yield Happening("a person empties the escrow", d.EscrowChanged(occupied=False), emptied)


def _coins(kiosk: Kiosk, world: World, vary: frozenset[Vary]) -> Iterator[Happening]:
    late = Vary.LATE_COINS in vary and isinstance(kiosk.phase, (Collecting, Lending, Printing))
    slot_open = coins_open(kiosk) or late
    if slot_open and not world.train_yen and world.coins_yen < OVER_YEN:
        for yen in (SMALL_COIN_YEN, BIG_COIN_YEN):
            fallen = replace(world, coins_yen=min(world.coins_yen + yen, OVER_YEN), train_yen=yen)
            yield Happening(f"coin of {yen} falls", d.EscrowChanged(occupied=True), fallen, patient=False)
    if world.train_yen:
        silent = replace(world, train_yen=0)
        yield Happening(f"coin of {world.train_yen} told", d.CoinInserted(world.train_yen), silent)
        yield Happening("coin told as none", d.CoinRejected(3), silent)
    if world.gates and not world.train_yen:
        yield from _gates(world, world.gates[0], world.gates[1:], vary)


def _gates(world: World, gate: Gate, rest: tuple[Gate, ...], vary: frozenset[Vary]) -> Iterator[Happening]:
    """The first gate lets the coins out, then its end is told; or it does neither in its time."""
    if gate.emptied or not world.coins_yen:
        done = v.EscrowStacked() if gate.keeps else v.EscrowReturned(gate.order, gate.outcome)
        yield Happening(f"told: {done}", done, replace(world, gates=rest))
        return
    out = replace(world, coins_yen=0, stuck=False, gates=(replace(gate, emptied=True), *rest))
    yield Happening(f"coins out, kept: {gate.keeps}", d.EscrowChanged(occupied=False), out)
    if Vary.GATES in vary:
        move = v.StackEscrow() if gate.keeps else v.ReturnEscrow(gate.order, gate.outcome)
        yield Happening("escrow stuck", v.EscrowStuck(move), replace(world, gates=rest, stuck=True))


def _printer(world: World, vary: frozenset[Vary]) -> Iterator[Happening]:
    if world.lending:
        yield Happening("printer lent", v.PrinterLent(), replace(world, lending=False))
    if world.reclaiming and not world.lending:
        back = replace(world, reclaiming=world.reclaiming - 1)
        yield Happening("printer settled", v.PrinterSettled(clean=True), back)
        if Vary.SETTLING in vary:
            yield Happening("printer not settled", v.PrinterSettled(clean=False), back)


def _processes(kiosk: Kiosk, world: World, vary: frozenset[Vary]) -> Iterator[Happening]:
    if world.starting:
        ready = v.ClerkSaid(WAITING, m.Ready(PORT, TOKEN))
        yield Happening("spare ready", ready, replace(world, starting=world.starting - 1))
    if world.serving and Vary.PROCESSES in vary:
        yield Happening("serving clerk gone", v.ClerkGone(SERVING), replace(world, serving=False))
    if world.dying:
        yield Happening("killed clerk gone", v.ClerkGone(0), replace(world, dying=world.dying - 1))
    if Vary.PROCESSES not in vary:
        return
    if kiosk.facts.spare:
        yield Happening("spare gone", v.ClerkGone(WAITING), world)
    for message in (m.Printed(DOCUMENT_ID), m.Ended(m.EndCause.PERSON), held(FEE_YEN), m.PayCancelled()):
        yield Happening(f"stranger: {message}", v.ClerkSaid(STRANGER, message), world, patient=False)


def held(fee_yen: int, document_id: m.Id = DOCUMENT_ID) -> m.DocumentHeld:
    """The clerk holds a document of one sheet."""
    return m.DocumentHeld(TRANSACTION_ID, document_id, fee_yen, 1, 1, LENGTH_MM)


def _messages(world: World) -> Iterator[m.FromClerk]:
    """The clerk may say anything at any time, but has one document a visit, and prints longer than a coin falls."""
    yield m.Ready(PORT, TOKEN)
    yield m.Stepped(m.Step.TAKE_CARD)
    yield m.Stepped(m.Step.CHOOSE)
    yield m.TransactionOpened(TRANSACTION_ID)
    if world.order is None:
        for fee_yen in (FEE_YEN, 0, -1, 10_001):
            yield held(fee_yen)
    yield m.PayCancelled()
    if not world.train_yen:
        yield m.Printed(DOCUMENT_ID)
    yield m.Printed(OTHER_DOCUMENT_ID)
    yield from (m.Receipted(printed=True), m.Receipted(printed=False))
    yield from (m.SlipWanted(), m.SlipPrinted(printed=True), m.SlipPrinted(printed=False))
    yield m.PrintFailed(DOCUMENT_ID, m.PrintFault.PAPER_OUT, 0)
    yield m.Ended(m.EndCause.PERSON)
    yield m.Fault(m.Name("ValueError"), m.Name("errands"), 1)
