"""The slip with the number of a request that was made: the printer is lent for it, and it is to be taken. Pure.

It costs nothing and belongs to no order, so that the journal knows nothing of it; tray, reminder and alarm are those of
a certificate, and the visit goes on once it is taken. Not responsible for what is on it (the clerk).
"""

from __future__ import annotations

from dataclasses import replace

from firmware.app import messages as m
from firmware.app.kiosk import rest
from firmware.app.kiosk import vocabulary as v
from firmware.app.kiosk.alarms import Thing
from firmware.app.kiosk.facts import printer_reason
from firmware.app.kiosk.state import (
    AwaitingSlip,
    Facts,
    Kiosk,
    LeftBehind,
    LendingForSlip,
    Level,
    Limits,
    PrintingSlip,
    Serving,
)
from firmware.app.kiosk.transition import Step
from firmware.devices import Media, PaperPresented, PaperTaken

Slip = LendingForSlip | PrintingSlip | AwaitingSlip


def wanted(phase: Serving, facts: Facts, now: float, limits: Limits) -> Step:
    """Lend the printer for a slip, unless it could not be printed now, or an order is still being undone."""
    possible = (
        phase.step is not m.Step.TAKE_CARD
        and printer_reason(facts) is None
        and not facts.printer_lent
        and facts.tray is Media.NOT_PRESENT
        and not facts.escrow_busy
    )
    if not possible:
        return Step(phase, (v.Tell(phase.session.spare.clerk, m.SlipOver(taken=False)),))
    deadline = min(now + limits.lend_s, phase.session.end_by)
    return Step(LendingForSlip(phase.session, deadline, phase.transaction_id), (v.LendPrinter(),))


def lending(kiosk: Kiosk, event: v.Event, now: float, limits: Limits) -> Step:
    """Wait until the printer is free for the clerk."""
    phase = kiosk.phase
    assert isinstance(phase, LendingForSlip)  # noqa: S101 - the dispatch table says so
    match event:
        case v.PrinterLent():
            printing_ = PrintingSlip(phase.session, now + limits.receipt_s, phase.transaction_id)
            return Step(printing_, (v.Tell(phase.session.spare.clerk, m.PrintSlip()),))
        case v.Ticked():
            return _back(phase, v.ReclaimPrinter(whole=True), taken=False)
        case _:
            return _ended(phase, event, v.ReclaimPrinter(whole=True))


def printing(kiosk: Kiosk, event: v.Event, now: float, limits: Limits) -> Step:
    """Wait until the clerk gives the printer back; take it, if it does not."""
    phase = kiosk.phase
    assert isinstance(phase, PrintingSlip)  # noqa: S101 - the dispatch table says so
    match event:
        case v.ClerkSaid(_, m.SlipPrinted(printed)):
            return _printed(phase, kiosk.facts, now, limits, printed=printed)
        case PaperPresented():
            return Step(replace(phase, seen=True))
        case v.Ticked():
            return rest.leave(v.ReclaimPrinter(whole=False), v.KillClerk(phase.session.spare.clerk))
        case _:
            return _ended(phase, event, v.ReclaimPrinter(whole=False))


def _printed(phase: PrintingSlip, facts: Facts, now: float, limits: Limits, *, printed: bool) -> Step:
    reclaimed = v.ReclaimPrinter(whole=printed)
    waiting = AwaitingSlip(phase.session, now + limits.present_s, phase.transaction_id, whole=printed)
    if facts.tray is Media.PRESENT:
        there = _presented(waiting, now, limits)
        return Step(there.phase, (reclaimed, *there.commands))
    if phase.seen or not printed:
        return _back(phase, reclaimed, taken=printed)
    return Step(waiting, (reclaimed,))


def awaiting(kiosk: Kiosk, event: v.Event, now: float, limits: Limits) -> Step:
    """Wait for the person to take the slip; remind, then raise the alarm."""
    phase = kiosk.phase
    assert isinstance(phase, AwaitingSlip)  # noqa: S101 - the dispatch table says so
    match event:
        case PaperPresented() if not phase.presented:
            return _presented(phase, now, limits)
        case PaperTaken() if phase.presented:
            return _back(phase, taken=phase.whole)
        case v.Ticked() if not phase.presented:
            return _back(phase, taken=False)
        case v.Ticked() if phase.level is Level.PROMPT:
            return Step(replace(phase, level=Level.REMIND, deadline=now + limits.remind_s))
        case v.Ticked():
            subject = phase.transaction_id or phase.session.session_id
            alarm = LeftBehind(Thing.PAPER, Level.ALARM, now + limits.alarm_s, subject)
            return Step(alarm, (v.KillClerk(phase.session.spare.clerk),))
        case _:
            return _ended(phase, event)


def _presented(phase: AwaitingSlip, now: float, limits: Limits) -> Step:
    there = replace(phase, presented=True, deadline=now + limits.prompt_s)
    return Step(there, (v.Tell(phase.session.spare.clerk, m.MediaPresented()),))


def _back(phase: Slip, *commands: v.Command, taken: bool) -> Step:
    """Let the clerk lead on."""
    serving = Serving(phase.session, m.Step.CHOOSE, phase.session.end_by, phase.transaction_id)
    return Step(serving, (*commands, v.Tell(phase.session.spare.clerk, m.SlipOver(taken))))


def _ended(phase: Slip, event: v.Event, *commands: v.Command) -> Step:
    """End the visit when its clerk ends; a slip that lies there is noticed at rest."""
    clerk = phase.session.spare.clerk
    match event:
        case v.ClerkSaid(_, m.Ended() | m.Fault()):
            return rest.leave(*commands, v.KillClerk(clerk))
        case v.ClerkGone(gone) if gone == clerk:
            return rest.leave(*commands)
        case _:
            return Step(phase)
