"""A paper in the tray, and things left behind: prompt, remind, alarm, louder, until the sensor says: gone. Pure.

Rule: `DOMAIN`, "Leaving things behind". Only the sensor that proves it may say *taken*.
"""

from __future__ import annotations

from dataclasses import replace

from firmware.app import messages as m
from firmware.app.kiosk import rest
from firmware.app.kiosk import vocabulary as v
from firmware.app.kiosk.state import AwaitingPickup, Ending, Kiosk, LeftBehind, Level, Limits, Order, Session, Thing
from firmware.app.kiosk.transition import Step
from firmware.devices import CardRemoved, PaperPresented, PaperTaken


def awaiting_pickup(kiosk: Kiosk, event: v.Event, now: float, limits: Limits) -> Step:
    """Wait for the person to take the paper; remind, then raise the alarm."""
    phase = kiosk.phase
    assert isinstance(phase, AwaitingPickup)  # noqa: S101 - the dispatch table says so
    match event:
        case PaperPresented() if not phase.presented:
            told = v.Tell(phase.session.spare.clerk, m.MediaPresented())
            return Step(replace(phase, presented=True, deadline=now + limits.prompt_s), (told,))
        case PaperTaken() if phase.presented:
            return taken(phase.session, phase.order, now, limits)
        case v.Ticked() if not phase.presented:
            return _never_seen(phase, now, limits)
        case v.Ticked() if phase.level is Level.PROMPT:
            return Step(replace(phase, level=Level.REMIND, deadline=now + limits.remind_s))
        case v.Ticked():
            return _alarm(phase, now, limits)
        case _:
            return Step(phase)


def taken(session: Session, order: Order, now: float, limits: Limits) -> Step:
    """Complete the order; the clerk says good-bye."""
    bye = v.Tell(session.spare.clerk, m.Finish(m.FinishCause.TAKEN))
    return Step(Ending(session, now + limits.last_page_s), (v.Record(order, v.OrderState.TAKEN), bye))


def _never_seen(phase: AwaitingPickup, now: float, limits: Limits) -> Step:
    """End without a claim: the printer says printed, the sensor saw nothing, the paper may be anywhere."""
    commands = (
        v.Record(phase.order, v.OrderState.UNKNOWN),
        v.MarkFilm(m.MarkKind.ALARM, phase.order.transaction_id),
        v.Tell(phase.session.spare.clerk, m.Finish(m.FinishCause.ENDED)),
    )
    return Step(Ending(phase.session, now + limits.last_page_s), commands)


def _alarm(phase: AwaitingPickup, now: float, limits: Limits) -> Step:
    """Forget the person, who is gone, and sound the alarm."""
    subject = phase.order.transaction_id
    commands = (v.KillClerk(phase.session.spare.clerk), v.MarkFilm(m.MarkKind.ALARM, subject))
    return Step(LeftBehind(Thing.PAPER, Level.ALARM, now + limits.alarm_s, subject, phase.order), commands)


def left_behind(kiosk: Kiosk, event: v.Event, now: float, limits: Limits) -> Step:
    """Escalate until the thing is gone."""
    phase = kiosk.phase
    assert isinstance(phase, LeftBehind)  # noqa: S101 - the dispatch table says so
    match event:
        case PaperTaken() if phase.thing is Thing.PAPER:
            record = (v.Record(phase.order, v.OrderState.TAKEN),) if phase.order else ()
            return rest.leave(*record)
        case CardRemoved() if phase.thing is Thing.CARD:
            return rest.leave()
        case PaperPresented() if phase.thing is Thing.CARD:
            return Step(replace(phase, thing=Thing.PAPER))
        case v.Ticked() if phase.level is Level.PROMPT:
            return Step(replace(phase, level=Level.REMIND, deadline=now + limits.remind_s))
        case v.Ticked() if phase.level is Level.REMIND:
            return _sound(phase, now, limits)
        case v.Ticked():
            return Step(replace(phase, level=Level.LOUD, deadline=None))
        case _:
            return Step(phase)


def _sound(phase: LeftBehind, now: float, limits: Limits) -> Step:
    film = (v.MarkFilm(m.MarkKind.ALARM, phase.subject_id),) if phase.subject_id else ()
    return Step(replace(phase, level=Level.ALARM, deadline=now + limits.alarm_s), film)
