"""The kiosk's machine: theory of operation.

`step(kiosk, event, now, limits)` returns the next state and the commands that follow. It is pure and total: an event
that means nothing in a phase changes nothing. First `facts.observe` notes what the event tells of the devices; then
the phase answers (`_PHASES`, one function a phase, in `phases.py`, `receipt.py`, `slip.py`, `pickup.py`,
`left_behind.py` and `rest.py`); then, if the kiosk is at rest, service is given or refused from the facts alone. What
is filmed, and what is put on record of an alarm, follows from the phases (`filming.py`, `left_behind.py`).
Everything that affects transitions lives in these files.

Money: an order's fee stays in escrow until the printer's completion reply; in every other case the whole escrow goes
back. What a jammed gate owes is tried again until it moves; till then the order has no end. Commands are carried out
in order, `Record` first: nothing is done that the journal does not know.
"""

from __future__ import annotations

from dataclasses import replace

from firmware.app.kiosk import filming, left_behind, phases, pickup, receipt, rest, slip
from firmware.app.kiosk import vocabulary as v
from firmware.app.kiosk.facts import begun, observe
from firmware.app.kiosk.state import (
    AwaitingPickup,
    AwaitingSlip,
    Collecting,
    Ending,
    Idle,
    Kiosk,
    LeftBehind,
    Lending,
    LendingForSlip,
    Limits,
    OutOfService,
    Printing,
    PrintingSlip,
    Receipting,
    Serving,
    Starting,
)
from firmware.app.kiosk.transition import Step, Transition
from firmware.app.messages import CardSeen, PaymentBack, PaymentStuck
from firmware.devices import CardInserted, CardRemoved, EscrowChanged

_PHASES: dict[type, Transition] = {
    Starting: rest.starting,
    Idle: rest.resting,
    OutOfService: rest.resting,
    Serving: phases.serving,
    Collecting: phases.collecting,
    Lending: phases.lending,
    Printing: phases.printing,
    Receipting: receipt.receipting,
    LendingForSlip: slip.lending,
    PrintingSlip: slip.printing,
    AwaitingSlip: slip.awaiting,
    AwaitingPickup: pickup.awaiting_pickup,
    Ending: phases.ending,
    LeftBehind: left_behind.left_behind,
}


def step(kiosk: Kiosk, event: v.Event, now: float, limits: Limits) -> tuple[Kiosk, tuple[v.Command, ...]]:
    """Return the state after `event` at `now` (monotonic seconds), and the commands to carry out in order."""
    led = isinstance(event, v.ClerkSaid) and _is_current(kiosk, event.clerk)
    facts = kiosk.facts if led else observe(kiosk.facts, event)  # a clerk that serves is no spare, whatever it says
    before = replace(kiosk, facts=facts)
    if isinstance(event, v.ClerkSaid) and not led:
        answer = Step(before.phase)
    else:
        answer = _PHASES[type(kiosk.phase)](before, event, now, limits)
    commands = [*answer.commands, *_always(kiosk, event)]
    facts = begun(facts, commands)
    if isinstance(answer.phase, (Idle, OutOfService)):
        answer = rest.at_rest(answer.phase, facts, now, limits, filming.visit_id(kiosk.phase))
        facts, commands = begun(facts, answer.commands), [*commands, *answer.commands]
    spare = None if isinstance(answer.phase, Serving) and isinstance(event, v.Touched) else facts.spare
    commands += left_behind.notes(kiosk.phase, answer.phase)
    commands += filming.marks(kiosk.phase, answer.phase)
    return Kiosk(answer.phase, replace(facts, spare=spare)), tuple(commands)


def _is_current(kiosk: Kiosk, clerk: int) -> bool:
    return kiosk.session is not None and kiosk.session.spare.clerk == clerk


def _emptied_by_hand(jam: v.EscrowMove | None) -> list[v.Command]:
    """Return the end of an order whose money was jammed, and is with somebody whom the sensor does not know."""
    match jam:
        case v.ReturnEscrow(order, outcome) if order and outcome:
            return [v.Record(order, v.OrderState.UNKNOWN)]
        case _:
            return []


def _always(kiosk: Kiosk, event: v.Event) -> list[v.Command]:
    """Return what an event asks for in every phase."""
    match event:
        case v.ClerkGone():
            return [v.StartSpare()]
        case v.EscrowReturned(order, outcome):
            ended = [v.Record(order, outcome)] if order and outcome else []
            session = kiosk.session if kiosk.facts.escrow_moves <= 1 else None
            return [*ended, v.Tell(session.spare.clerk, PaymentBack())] if session else [*ended]
        case v.EscrowStuck(v.ReturnEscrow()) if kiosk.session:
            return [v.Tell(kiosk.session.spare.clerk, PaymentStuck())]
        case EscrowChanged(occupied=False) if not kiosk.facts.escrow_busy:
            return _emptied_by_hand(kiosk.facts.jam)
        case CardInserted() | CardRemoved() if kiosk.session:
            present = isinstance(event, CardInserted)
            return [v.Tell(kiosk.session.spare.clerk, CardSeen(present))]
        case _:
            return []
