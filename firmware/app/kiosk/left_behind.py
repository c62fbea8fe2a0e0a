"""A thing left behind: louder and louder, then the paper void, until the sensor says: gone. Pure.

The office may clear an alarm with a reason: it falls silent, and the next person still has to wait for the sensor.
What happens to an alarm is put on record by what changes in the phase (`notes`), as its film is (`filming.py`).
Rule: `DOMAIN`, "Leaving things behind". Only the sensor that proves it may say *taken*.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from firmware.app.kiosk import rest
from firmware.app.kiosk import vocabulary as v
from firmware.app.kiosk.alarms import ClearReason, Noted, Thing
from firmware.app.kiosk.state import Kiosk, LeftBehind, Level, Limits, Phase
from firmware.app.kiosk.transition import Step
from firmware.devices import CardRemoved, PaperPresented, PaperTaken


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
            deadline = phase.deadline or now + limits.alarm_s
            return Step(replace(phase, thing=Thing.PAPER, cleared=False, deadline=deadline))
        case v.AlarmCleared(reason=reason) if phase.sounds:
            return _cleared(phase, reason)
        case v.Ticked():
            return _louder(phase, now, limits)
        case _:
            return Step(phase)


def _louder(phase: LeftBehind, now: float, limits: Limits) -> Step:
    """Take the next step; after the last one a paper that still lies there is void, and the alarm goes on."""
    match phase.level:
        case Level.PROMPT:
            return Step(replace(phase, level=Level.REMIND, deadline=now + limits.remind_s))
        case Level.REMIND:
            return Step(replace(phase, level=Level.ALARM, deadline=now + limits.alarm_s))
        case Level.ALARM:
            void_at = now + limits.void_s if phase.order else None
            return Step(replace(phase, level=Level.LOUD, deadline=void_at))
        case Level.LOUD:
            void = (v.Record(phase.order, v.OrderState.VOIDED),) if phase.order else ()
            return Step(replace(phase, deadline=None, order=None), void)


def _cleared(phase: LeftBehind, reason: ClearReason) -> Step:
    """Fall silent; the paper is void, unless none lies there: then nobody knows who has it."""
    outcome = v.OrderState.UNKNOWN if reason is ClearReason.FALSE_ALARM else v.OrderState.VOIDED
    end = (v.Record(phase.order, outcome),) if phase.order else ()
    return Step(replace(phase, cleared=True, deadline=None, order=None), end)


def notes(before: Phase, after: Phase) -> Iterator[v.NoteAlarm]:
    """Give what a transition puts on record of an alarm."""
    was, now = _alarm(before), _alarm(after)
    same = was is not None and now is not None and was.thing is now.thing
    if was and not same:
        yield v.NoteAlarm(Noted.LOST_SIGHT if now else Noted.GONE, was.thing, was.subject_id)
    if now and now.sounds and not same:
        document_id = now.order.document_id if now.order else None
        yield v.NoteAlarm(Noted.RAISED, now.thing, now.subject_id, document_id)
    if was and now and same and now.cleared and not was.cleared:
        yield v.NoteAlarm(Noted.CLEARED, now.thing, now.subject_id)


def _alarm(phase: Phase) -> LeftBehind | None:
    return phase if isinstance(phase, LeftBehind) and phase.level >= Level.ALARM else None
