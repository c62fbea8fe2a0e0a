"""The kiosk's machine: theory of operation.

`step(kiosk, event, now, limits)` returns the next state and the commands that follow. It is pure and total: an event
that means nothing in a phase changes nothing. First `facts.observe` notes what the event tells of the devices; then
the phase answers (`_PHASES`, one function a phase, in `phases.py`, `pickup.py` and `rest.py`); at last, if the kiosk is
at rest, service is given or refused from the facts alone. Everything that affects transitions lives in these files.

Money: an order's fee stays in escrow until the printer's completion reply; in every other case the whole escrow goes
back. Commands are carried out in order, `Record` first: nothing is done that the journal does not know.
"""

from __future__ import annotations

from dataclasses import replace

from firmware.app.kiosk import phases, pickup, rest
from firmware.app.kiosk import vocabulary as v
from firmware.app.kiosk.facts import begun, observe
from firmware.app.kiosk.state import (
    AwaitingPickup,
    Collecting,
    Ending,
    Idle,
    Kiosk,
    LeftBehind,
    Lending,
    Limits,
    OutOfService,
    Printing,
    Serving,
    Starting,
)
from firmware.app.kiosk.transition import Step, Transition
from firmware.app.messages import CardSeen, Id
from firmware.devices import CardInserted, CardRemoved

_PHASES: dict[type, Transition] = {
    Starting: rest.starting,
    Idle: rest.resting,
    OutOfService: rest.resting,
    Serving: phases.serving,
    Collecting: phases.collecting,
    Lending: phases.lending,
    Printing: phases.printing,
    AwaitingPickup: pickup.awaiting_pickup,
    Ending: phases.ending,
    LeftBehind: pickup.left_behind,
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
        answer = rest.at_rest(answer.phase, facts, now, limits, _subject(kiosk))
        facts, commands = begun(facts, answer.commands), [*commands, *answer.commands]
    spare = None if isinstance(answer.phase, Serving) and isinstance(event, v.Touched) else facts.spare
    return Kiosk(answer.phase, replace(facts, spare=spare)), tuple(commands)


def _is_current(kiosk: Kiosk, clerk: int) -> bool:
    return kiosk.session is not None and kiosk.session.spare.clerk == clerk


def _subject(kiosk: Kiosk) -> Id | None:
    """Return the id under which film of the visit in progress is kept; None when there is no visit."""
    match kiosk.phase:
        case Collecting(order=order) | Lending(order=order) | Printing(order=order) | AwaitingPickup(order=order):
            return order.transaction_id
        case Serving(session, transaction_id=transaction_id):
            return transaction_id or session.session_id
        case Ending(session):
            return session.session_id
        case _:
            return None


def _always(kiosk: Kiosk, event: v.Event) -> list[v.Command]:
    """Return what an event asks for in every phase."""
    match event:
        case v.ClerkGone():
            return [v.StartSpare()]
        case v.EscrowReturned(order, outcome) if order and outcome:
            return [v.Record(order, outcome)]
        case v.EscrowStuck(order) if order:
            return [v.Record(order, v.OrderState.UNKNOWN)]
        case CardInserted() | CardRemoved() if kiosk.session:
            present = isinstance(event, CardInserted)
            return [v.Tell(kiosk.session.spare.clerk, CardSeen(present))]
        case _:
            return []
