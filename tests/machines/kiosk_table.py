"""What each phase of the kiosk's machine makes of each kind of event, over the states that two explorations reach.

Not responsible for the states (`kiosk_slices.py`), the events (`kiosk_events.py`) or the text (`table.py`).
"""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING

from firmware import devices as d
from firmware.app.kiosk import machine
from firmware.app.kiosk import vocabulary as v
from firmware.app.kiosk.phases import HIGHEST_FEE_YEN
from firmware.app.kiosk.state import Kiosk, LeftBehind, Phase
from tests.machines import kiosk_events as events
from tests.machines.kiosk_slices import known
from tests.machines.kiosk_world import (
    COVER_OPEN,
    DUE_S,
    LIMITS,
    NOW_S,
    PRINTER_OFF,
    READY_PRINTER,
    SERVING,
    VISIT_OVER_S,
    WAITING,
)
from tests.machines.labels import command_label, event_label
from tests.machines.outcomes import Outcomes

if TYPE_CHECKING:
    from collections.abc import Iterator

    from firmware.app.messages import FromClerk

SEEN_IN = ("things left behind", "money")


def phase_label(phase: Phase) -> str:
    """Return the phase's name, with the thing that was left behind."""
    return f"LeftBehind {phase.thing}" if isinstance(phase, LeftBehind) else type(phase).__name__


def _kinds() -> dict[str, v.Event]:
    """Return one event of each kind that the table tells apart."""
    kinds: dict[str, v.Event] = {}
    printers = (d.PrinterChanged(status) for status in (READY_PRINTER, COVER_OPEN, PRINTER_OFF))
    said = (v.ClerkSaid(SERVING, message) for message in events.messages())
    for event in (*events.sensors(), *printers, *events.answers(), *said):
        if not isinstance(event, v.Ticked):
            kinds.setdefault(kind_label(event), event)
    return kinds | {
        "ClerkGone (the serving clerk)": v.ClerkGone(SERVING),
        "ClerkGone (another clerk)": v.ClerkGone(WAITING),
        "another clerk: Ready": v.ClerkSaid(WAITING, next(events.messages())),
    }


def kind_label(event: v.Event) -> str:
    """Return the event's name with what decides in this machine."""
    match event:
        case d.PrinterChanged(status):
            return "PrinterChanged(ready)" if status.ready else "PrinterChanged(not ready)"
        case v.ClerkSaid(_, message):
            return _said(message)
        case v.EscrowStuck():
            return f"EscrowStuck({command_label(event.move)})"
        case d.CameraChanged(health):
            return f"CameraChanged({health})"
        case _:
            return event_label(event)


def _said(message: FromClerk) -> str:
    match message:
        case events.m.Stepped(events.m.Step.TAKE_CARD):
            return "clerk: Stepped(take_card)"
        case events.m.Stepped():
            return "clerk: Stepped(another step)"
        case events.m.Printed(document_id):
            return f"clerk: Printed({'this document' if document_id == events.DOCUMENT_ID else 'another'})"
        case events.m.DocumentHeld(fee_yen=fee_yen):
            fee = "0" if fee_yen == 0 else "possible" if 0 < fee_yen <= HIGHEST_FEE_YEN else "impossible"
            return f"clerk: DocumentHeld(fee {fee})"
        case _:
            return f"clerk: {type(message).__name__}"


def _happened(kiosk: Kiosk) -> Iterator[tuple[str, v.Event, float]]:
    for label, event in _KINDS.items():
        yield label, event, NOW_S
    if kiosk.deadline is not None:
        yield "Ticked", v.Ticked(), DUE_S
        if kiosk.session:
            yield "Ticked, the visit's time is over", v.Ticked(), VISIT_OVER_S


_KINDS = _kinds()


@cache
def kiosk_outcomes() -> Outcomes:
    """Work the table out once in a process."""
    outcomes = Outcomes()
    for name in SEEN_IN:
        moves, found = known(name)
        for kiosk in {moves.situation(number).kiosk: None for number in found.states}:
            before = phase_label(kiosk.phase)
            for label, event, now in _happened(kiosk):
                after, commands = machine.step(kiosk, event, now, LIMITS)
                changed = after != kiosk or commands
                outcome = (phase_label(after.phase), tuple(map(command_label, commands)))
                outcomes.add(before, label, outcome if changed else None)
    return outcomes
