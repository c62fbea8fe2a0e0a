"""A paper in the tray: prompt, remind, then the alarm (`left_behind.py`). Pure.

Rule: `DOMAIN`, "Leaving things behind". Only the sensor that proves it may say *taken*.
"""

from __future__ import annotations

from dataclasses import replace

from firmware.app import messages as m
from firmware.app.kiosk import rest
from firmware.app.kiosk import vocabulary as v
from firmware.app.kiosk.alarms import Thing
from firmware.app.kiosk.state import AwaitingPickup, Ending, Facts, Kiosk, LeftBehind, Level, Limits
from firmware.app.kiosk.transition import Step
from firmware.devices import Media, PaperPresented, PaperTaken


def awaiting_pickup(kiosk: Kiosk, event: v.Event, now: float, limits: Limits) -> Step:
    """Wait for the person to take the paper; remind, then raise the alarm."""
    phase = kiosk.phase
    assert isinstance(phase, AwaitingPickup)  # noqa: S101 - the dispatch table says so
    match event:
        case PaperPresented() if not phase.presented:
            return presented(phase, now, limits, all_seen=phase.order.sheets == 1)
        case PaperTaken() if phase.settling:
            return Step(replace(phase, presented=False))
        case PaperTaken() if phase.presented:
            return taken(phase, now, limits)
        case v.ClerkSaid(clerk, m.Ended() | m.Fault()):
            return Step(replace(phase, alone=True), (v.KillClerk(clerk),))
        case v.ClerkGone(clerk) if clerk == phase.session.spare.clerk:
            return Step(replace(phase, alone=True))
        case v.Ticked() if phase.settling and phase.presented:
            return Step(replace(phase, settling=False, deadline=now + limits.prompt_s))
        case v.Ticked() if phase.settling:
            return taken(phase, now, limits)
        case v.Ticked() if not phase.presented:
            return _never_seen(phase, now, limits)
        case v.Ticked() if phase.level is Level.PROMPT:
            return Step(replace(phase, level=Level.REMIND, deadline=now + limits.remind_s))
        case v.Ticked():
            return _alarm(phase, now, limits)
        case _:
            return Step(phase)


def begin(waiting: AwaitingPickup, facts: Facts, now: float, limits: Limits, *, seen: int, papers: int) -> Step:
    """Begin to wait: of `papers` that were printed, a receipt among them, `seen` fell into an empty tray."""
    if facts.tray is Media.PRESENT:
        return presented(waiting, now, limits, all_seen=seen >= papers)
    if seen >= papers:
        return taken(waiting, now, limits)
    if seen >= waiting.order.sheets:  # the certificate was caught in its fall, the receipt may still fall
        return Step(replace(waiting, settling=True, deadline=now + limits.last_sheet_s))
    return Step(waiting)


def presented(phase: AwaitingPickup, now: float, limits: Limits, *, all_seen: bool) -> Step:
    """Ask the person to take the paper; unless all sheets were seen to fall, give the last one time to fall, too."""
    there = replace(phase, presented=True)
    if all_seen:
        there = replace(there, settling=False, deadline=now + limits.prompt_s)
    elif not phase.settling:
        there = replace(there, settling=True, deadline=now + limits.last_sheet_s)
    return Step(there, (v.Tell(phase.session.spare.clerk, m.MediaPresented()),))


def taken(phase: AwaitingPickup, now: float, limits: Limits) -> Step:
    """Complete the order; the clerk says good-bye."""
    return _bye(phase, m.FinishCause.TAKEN, now, limits, v.Record(phase.order, v.OrderState.TAKEN))


def _bye(phase: AwaitingPickup, cause: m.FinishCause, now: float, limits: Limits, *commands: v.Command) -> Step:
    """End the visit, with a last page if there is still a clerk to show it."""
    if phase.alone:
        return rest.leave(*commands)
    told = v.Tell(phase.session.spare.clerk, m.Finish(cause))
    return Step(Ending(phase.session, now + limits.last_page_s, phase.order.transaction_id), (*commands, told))


def _never_seen(phase: AwaitingPickup, now: float, limits: Limits) -> Step:
    """End without a claim: the printer says printed, the sensor saw nothing, the paper may be anywhere."""
    unknown = v.Record(phase.order, v.OrderState.UNKNOWN)
    film = v.MarkFilm(m.MarkKind.ALARM, phase.order.transaction_id)
    return _bye(phase, m.FinishCause.ENDED, now, limits, unknown, film)


def _alarm(phase: AwaitingPickup, now: float, limits: Limits) -> Step:
    """Forget the person, who is gone, and sound the alarm."""
    subject = phase.order.transaction_id
    alarm = LeftBehind(Thing.PAPER, Level.ALARM, now + limits.alarm_s, subject, phase.order)
    return Step(alarm, (v.KillClerk(phase.session.spare.clerk),))
