"""What must hold at every transition around the slip with a request's number. Beside the rules of `kiosk_rules.py`.

Not responsible for what can happen (`kiosk_world.py`).
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from firmware.app import messages as m
from firmware.app.kiosk import vocabulary as v
from firmware.app.kiosk.state import AwaitingSlip, LendingForSlip, PrintingSlip, Serving
from firmware.devices import Media, PaperTaken

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from tests.machines.kiosk_world import Answer

SLIPS = (LendingForSlip, PrintingSlip, AwaitingSlip)


def a_slip_has_the_printer_and_the_tray_to_itself(answer: Answer) -> Iterator[str]:
    """It is told once the printer is let go of, begins with an empty tray, and moves no coin."""
    before, after, world = answer.before.kiosk, answer.after.kiosk, answer.happening.world
    begins = isinstance(after.phase, LendingForSlip) and not isinstance(before.phase, LendingForSlip)
    if begins and (before.facts.tray is not Media.NOT_PRESENT or before.facts.printer_lent):
        yield "the printer is lent for a slip with the tray occupied, or twice"
    changing = world.lending or world.reclaiming or not after.facts.printer_lent
    for command in answer.commands:
        match command:
            case v.Tell(_, m.PrintSlip()) if changing:
                yield "a slip is told while the printer changes hands"
            case v.ReturnEscrow() | v.StackEscrow() if isinstance(after.phase, SLIPS):
                yield "a slip moves coins"
            case _:
                pass


def a_slip_is_taken_before_the_visit_goes_on(answer: Answer) -> Iterator[str]:
    """*Taken* is said of a slip that lay in the tray and is gone, or was caught in its fall."""
    before, event = answer.before.kiosk.phase, answer.happening.event
    lay_there = isinstance(before, AwaitingSlip) and before.presented
    gone = lay_there and isinstance(event, PaperTaken)
    caught = isinstance(before, PrintingSlip) and before.seen
    if any(isinstance(each, v.Tell) and each.message == m.SlipOver(taken=True) for each in answer.commands) and (
        not (gone or caught) or answer.after.kiosk.facts.tray is not Media.NOT_PRESENT
    ):
        yield f"a slip is called taken on {event} in {type(before).__name__}"
    if lay_there and isinstance(answer.after.kiosk.phase, Serving) and not gone:
        yield f"the visit goes on over a slip in the tray on {event}"


def the_clerk_hears_how_a_slip_ended(answer: Answer) -> Iterator[str]:
    """The clerk waits for the kiosk's word: it comes whenever the visit goes on."""
    before, after = answer.before.kiosk.phase, answer.after.kiosk.phase
    told = [each for each in answer.commands if isinstance(each, v.Tell) and isinstance(each.message, m.SlipOver)]
    asked = isinstance(before, Serving) and answer.happening.event == v.ClerkSaid(1, m.SlipWanted())
    goes_on = isinstance(after, Serving) and (isinstance(before, SLIPS) or asked)
    if len(told) != int(goes_on):
        yield f"{len(told)} words on a slip, from {type(before).__name__} to {type(after).__name__}"


SLIP_RULES: tuple[Callable[[Answer], Iterator[str]], ...] = (
    a_slip_has_the_printer_and_the_tray_to_itself,
    a_slip_is_taken_before_the_visit_goes_on,
    the_clerk_hears_how_a_slip_ended,
)
