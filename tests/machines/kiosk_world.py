"""The kiosk machine in a small world: coins, escrow gates, printer, tray, card, clerks, centre, each able to fail.

States are made finite: ids and clerk numbers are canonical, time is "this deadline is due or it is not", a fee is 200
yen and coins are of 100 and 500. What the world assumes of the devices is in `kiosk_moves.py`; what must hold, in
`kiosk_rules.py`.
"""

from __future__ import annotations

from dataclasses import replace
from enum import StrEnum
from typing import NamedTuple

from firmware.app import messages as m
from firmware.app.kiosk import machine
from firmware.app.kiosk import vocabulary as v
from firmware.app.kiosk.state import Facts, Kiosk, Limits, Order, Reason, Serving, Session, Spare

SESSION_ID, TRANSACTION_ID, DOCUMENT_ID, OTHER_ID = (m.Id(digit * 32) for digit in "abcd")
SERVING_CLERK, SPARE_CLERK, STRANGER = 1, 2, 9
SPARE = Spare(SPARE_CLERK, 4000, OTHER_ID)
DUE, END_BY, LATER = 1.0, 1000.0, 2000.0
LIMITS = Limits(session_s=END_BY)
SESSION = Session(Spare(SERVING_CLERK, 4000, OTHER_ID), SESSION_ID, END_BY)
FEE_YEN = 200
OVERPAID_YEN = 300
ORDER = Order(TRANSACTION_ID, DOCUMENT_ID, FEE_YEN)
FREE = Order(TRANSACTION_ID, DOCUMENT_ID, 0)


class Proc(StrEnum):
    """The one clerk process that there is, besides those whose end the kiosk has heard of."""

    NONE = "none"
    STARTING = "starting"
    WAITING = "waiting"
    SERVING = "serving"
    DYING = "dying"


class Inlet(StrEnum):
    """Whether coins come in; a coin may be on its way when the inlet shuts."""

    OPEN = "open"
    SHUTTING = "shutting"
    SHUT = "shut"


class Gate(NamedTuple):
    """A movement of the escrow that was commanded."""

    command: v.ReturnEscrow | v.StackEscrow
    emptied: bool = False


class World(NamedTuple):
    """The machine's state and the truth around it. `open_order` is the journal's, None when it knows an end."""

    kiosk: Kiosk
    yen: int = 0
    inlet: Inlet = Inlet.SHUT
    gates: tuple[Gate, ...] = ()
    lending: bool = False
    reclaims: tuple[bool, ...] = ()
    clerk: Proc = Proc.NONE
    held: bool = False
    open_order: v.OpenOrder | None = None


class Took(NamedTuple):
    """One transition as the machine made it: raw next state and commands."""

    before: World
    event: v.Event
    kiosk: Kiosk
    commands: tuple[v.Command, ...]


def take(world: World, event: v.Event, now: float = 0.0) -> Took:
    """Give the machine an event."""
    kiosk, commands = machine.step(world.kiosk, event, now, LIMITS)
    return Took(world, event, kiosk, commands)


def canonical(kiosk: Kiosk) -> Kiosk:
    """Return the state with canonical time, clerk numbers and steps."""
    phase, facts = kiosk.phase, kiosk.facts
    changed: dict[str, object] = {}
    if phase.deadline is not None and phase.deadline not in (DUE, END_BY):
        changed["deadline"] = DUE
    if kiosk.session is not None and kiosk.session != SESSION:
        changed["session"] = SESSION
    if isinstance(phase, Serving) and phase.step not in (m.Step.TAKE_CARD, m.Step.LAST_PAGE, m.Step.CHOOSE):
        changed["step"] = m.Step.CHOOSE
    if changed:
        phase = replace(phase, **changed)  # type: ignore[arg-type]
    if facts.spare is not None and facts.spare != SPARE:
        facts = replace(facts, spare=SPARE)
    return Kiosk(phase, facts)


def at_start(facts: Facts, yen: int = 0, open_order: v.OpenOrder | None = None) -> World:
    """Return the world in which the kiosk process has just started."""
    return World(Kiosk(facts=facts), yen=yen, open_order=open_order)


HEALTHY_REASONS: frozenset[Reason] = frozenset()
