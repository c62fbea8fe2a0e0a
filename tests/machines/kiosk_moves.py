"""What can happen to the kiosk, and what its commands do to the world.

Assumed of the devices (their drivers' contracts): a sensor's report comes before anything that takes a person or a
deadline; a coin that is on its way when the inlet shuts still falls in, but no later than that; escrow movements are
carried out one after the other, and end after the sensor said *empty*, or get stuck; the lent printer is silent.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple

from firmware import devices as d
from firmware.app import messages as m
from firmware.app.kiosk import outputs
from firmware.app.kiosk import vocabulary as v
from firmware.app.kiosk.state import Facts, Kiosk, Starting
from firmware.devices import CameraHealth, DeviceState, Media, Paper, PrinterStatus
from tests.machines.kiosk_world import (
    DOCUMENT_ID,
    DUE,
    END_BY,
    FEE_YEN,
    LATER,
    OTHER_ID,
    OVERPAID_YEN,
    SERVING_CLERK,
    SESSION_ID,
    SPARE_CLERK,
    TRANSACTION_ID,
    Gate,
    Inlet,
    Proc,
    Took,
    World,
    canonical,
)

READY = PrinterStatus(DeviceState.ONLINE, Paper.FULL)
COVER_OPEN = PrinterStatus(DeviceState.OFFLINE, Paper.FULL, cover_open=True)
POWER_OFF = PrinterStatus(DeviceState.POWER_OFF)
PRINTERS = (READY, COVER_OPEN, POWER_OFF)

STEPPED = (m.Stepped(m.Step.TAKE_CARD), m.Stepped(m.Step.CHOOSE))
HELD = tuple(m.DocumentHeld(TRANSACTION_ID, DOCUMENT_ID, fee, 1, 1, 200) for fee in (FEE_YEN, 0, 20_000))
PRINTED = m.Printed(DOCUMENT_ID)
SAID = (
    *STEPPED,
    m.TransactionOpened(TRANSACTION_ID),
    *HELD,
    m.PayCancelled(),
    PRINTED,
    m.Printed(OTHER_ID),
    m.PrintFailed(DOCUMENT_ID, m.PrintFault.PAPER_OUT, 0),
    m.Ended(m.EndCause.PERSON),
    m.Fault(m.Name("KeyError"), m.Name("runner"), 1),
)


class Move(NamedTuple):
    """Something that happens: the event, the time, and the world in which the machine hears of it."""

    event: v.Event
    world: World
    now: float = 0.0


class Scope(NamedTuple):
    """Which parts of the world move; the rest stays as it is."""

    money: bool = False
    printer: bool = False
    tray: bool = False
    card: bool = False
    service: bool = False
    crash: bool = False


EVERYTHING = Scope(*(True,) * len(Scope._fields))


def moves(world: World, scope: Scope) -> Iterator[Move]:
    """Return everything that can happen now."""
    kiosk = world.kiosk
    if isinstance(kiosk.phase, Starting):
        found = (world.open_order,) if world.open_order else ()
        yield Move(v.Recovered(found), world)
        return
    occupied = world.yen > 0
    reported = kiosk.facts.escrow is (Media.PRESENT if occupied else Media.NOT_PRESENT)
    if not reported:
        yield Move(d.EscrowChanged(occupied), world)
    yield from _clerk(world, scope)
    yield from _printer(world, scope)
    yield from _gates(world, scope, reported=reported)
    if scope.money:
        yield from _coins(world)
    yield from _sensors(world, scope)
    if reported:
        yield from _slow(world)


def _slow(world: World) -> Iterator[Move]:
    kiosk = world.kiosk
    later = world._replace(inlet=_shut(world.inlet))
    if kiosk.deadline is not None:
        yield Move(v.Ticked(), later, kiosk.deadline)
        if kiosk.deadline == DUE and kiosk.session:
            yield Move(v.Ticked(), later, LATER)
    yield Move(v.Touched(SESSION_ID, m.Language.JA), later)


def _shut(inlet: Inlet) -> Inlet:
    return Inlet.SHUT if inlet is Inlet.SHUTTING else inlet


def _clerk(world: World, scope: Scope) -> Iterator[Move]:
    gone = world._replace(clerk=Proc.NONE)
    match world.clerk:
        case Proc.STARTING:
            yield Move(v.ClerkSaid(SPARE_CLERK, m.Ready(4000, OTHER_ID)), world._replace(clerk=Proc.WAITING))
            yield Move(v.ClerkGone(SPARE_CLERK), gone)
        case Proc.WAITING:
            yield Move(v.ClerkGone(SPARE_CLERK), gone)
        case Proc.SERVING:
            yield Move(v.ClerkGone(SERVING_CLERK), gone)
            for message in SAID:
                if isinstance(message, m.DocumentHeld):
                    if not world.held:
                        yield Move(v.ClerkSaid(SERVING_CLERK, message), world._replace(held=True))
                elif isinstance(message, (m.Printed, m.PrintFailed)):
                    yield Move(v.ClerkSaid(SERVING_CLERK, message), world._replace(inlet=_shut(world.inlet)))
                else:
                    yield Move(v.ClerkSaid(SERVING_CLERK, message), world)
        case Proc.DYING:
            yield Move(v.ClerkGone(SERVING_CLERK), gone)


def _printer(world: World, scope: Scope) -> Iterator[Move]:
    if world.lending:
        yield Move(v.PrinterLent(), world._replace(lending=False))
    for index, _whole in enumerate(world.reclaims):
        left = (*world.reclaims[:index], *world.reclaims[index + 1 :])
        yield Move(v.PrinterSettled(clean=True), world._replace(reclaims=left))
        if scope.printer:
            yield Move(v.PrinterSettled(clean=False), world._replace(reclaims=left))
    facts = world.kiosk.facts
    if scope.printer and not facts.printer_lent:
        yield from (Move(d.PrinterChanged(status), world) for status in PRINTERS if status != facts.printer)


def _gates(world: World, scope: Scope, *, reported: bool) -> Iterator[Move]:
    if not world.gates:
        return
    gate, *rest = world.gates
    if not gate.emptied:
        emptied = (gate._replace(emptied=True), *rest)
        empty = world._replace(yen=0, gates=emptied, inlet=_shut(world.inlet))
        if world.yen:
            yield Move(d.EscrowChanged(occupied=False), empty)
        else:
            yield Move(_moved(gate), empty._replace(gates=tuple(rest)))
        if scope.money and world.yen:
            stuck = world._replace(gates=tuple(rest), inlet=_shut(world.inlet))
            yield Move(stuck_event(gate), stuck)
    elif reported:
        yield Move(_moved(gate), world._replace(gates=tuple(rest)))


def _moved(gate: Gate) -> v.Event:
    match gate.command:
        case v.ReturnEscrow(order, outcome):
            return v.EscrowReturned(order, outcome)
        case _:
            return v.EscrowStacked()


def stuck_event(gate: Gate) -> v.Event:
    """Return the event that tells that a gate did not empty the escrow."""
    return v.EscrowStuck()


def _coins(world: World) -> Iterator[Move]:
    if world.inlet is not Inlet.SHUT:
        for yen in (100, 500):
            yield Move(d.CoinInserted(yen), world._replace(yen=_sum(world.yen + yen)))
        yield Move(d.CoinRejected(3), world)
        yield Move(d.CoinRejected(3), world._replace(yen=_sum(world.yen + 1)))
    if world.kiosk.facts.coin_fault and world.yen and not world.gates:
        yield Move(d.EscrowChanged(occupied=False), world._replace(yen=0))


def _sum(yen: int) -> int:
    return OVERPAID_YEN if yen > FEE_YEN else yen


def _sensors(world: World, scope: Scope) -> Iterator[Move]:
    facts = world.kiosk.facts
    if scope.tray:
        if facts.tray is not Media.PRESENT:
            yield Move(d.PaperPresented(), world)
        if facts.tray is not Media.NOT_PRESENT:
            yield Move(d.PaperTaken(), world)
    if facts.reader and (scope.card or facts.card is Media.UNKNOWN):
        if facts.card is not Media.PRESENT:
            yield Move(d.CardInserted(), world)
        if facts.card is not Media.NOT_PRESENT:
            yield Move(d.CardRemoved(), world)
    if scope.card:
        yield Move(d.ReaderOffline("80100017") if facts.reader else d.ReaderOnline("reader"), world)
    if scope.service:
        yield from _service(world, facts)


def _service(world: World, facts: Facts) -> Iterator[Move]:
    if facts.hub is not False:
        yield Move(v.HubLost(), world)
    yield from (Move(v.HubAnswered(on), world) for on in (True, False) if (facts.hub, facts.open) != (True, on))
    for health in (CameraHealth.OK, CameraHealth.INOPERATIVE):
        if facts.camera is not health:
            yield Move(d.CameraChanged(health), world)


def after(took: Took, world: World) -> World:
    """Return the world after the machine's commands; `world` is the one of the move."""
    for command in took.commands:
        world = _carried_out(world, command)
    kiosk = canonical(took.kiosk)
    inlet = world.inlet
    if outputs.coins_open(kiosk):
        inlet = Inlet.OPEN
    elif inlet is Inlet.OPEN:
        inlet = Inlet.SHUTTING
    clerk = world.clerk
    if took.before.kiosk.session is None and took.kiosk.session is not None:
        clerk = Proc.SERVING
    held = world.held and kiosk.session is not None
    return world._replace(kiosk=kiosk, inlet=inlet, clerk=clerk, held=held)


def _carried_out(world: World, command: v.Command) -> World:
    match command:
        case v.Record(order, state):
            found = None if state in v.FINAL else v.OpenOrder(order, state)
            return world._replace(open_order=found)
        case v.StartSpare():
            return world._replace(clerk=Proc.STARTING)
        case v.KillClerk() if world.clerk is Proc.SERVING:
            return world._replace(clerk=Proc.DYING)
        case v.ReturnEscrow() | v.StackEscrow():
            return world._replace(gates=(*world.gates, Gate(command)))
        case v.LendPrinter():
            return world._replace(lending=True)
        case v.ReclaimPrinter(whole):
            return world._replace(reclaims=(*world.reclaims, whole))
        case _:
            return world


def restarted(world: World) -> World:
    """Return the world after the process died and started anew: journal, money and tray are what is left."""
    facts = world.kiosk.facts
    escrow = Media.PRESENT if world.yen else Media.NOT_PRESENT
    return World(Kiosk(facts=Facts(tray=facts.tray, escrow=escrow)), yen=world.yen, open_order=world.open_order)


ENDS = END_BY
