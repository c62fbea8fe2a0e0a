"""What must hold at every transition of an alarm about a thing left behind. Beside the rules of `kiosk_rules.py`.

Source: `DOMAIN`, "Leaving things behind". Not responsible for what can happen (`kiosk_world.py`).
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from firmware.app.kiosk import vocabulary as v
from firmware.app.kiosk.alarms import ClearReason, Noted, Thing
from firmware.app.kiosk.state import LeftBehind, Level, Starting
from firmware.devices import CardRemoved, Media, PaperPresented, PaperTaken

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from tests.machines.kiosk_world import Answer

S = v.OrderState


def only_the_sensor_ends_what_lies_there(answer: Answer) -> Iterator[str]:
    """Whoever cleared the alarm: the next person waits until the tray or the reader is seen to be empty."""
    before, there, event = answer.before.kiosk.phase, answer.after.kiosk.phase, answer.happening.event
    if not isinstance(before, LeftBehind):
        return
    proof = {Thing.PAPER: PaperTaken, Thing.CARD: CardRemoved}[before.thing]
    other = not isinstance(there, LeftBehind) or there.thing is not before.thing
    covered = before.thing is Thing.CARD and isinstance(event, PaperPresented)
    if other and not covered and not isinstance(event, proof):
        yield f"{before.thing} is left alone on {event}"


def an_alarm_falls_silent_only_by_the_sensor_or_the_office(answer: Answer) -> Iterator[str]:
    """And one that was cleared stays so, also after a restart, until another thing is left behind."""
    before, there, event = answer.before.kiosk.phase, answer.after.kiosk.phase, answer.happening.event
    if isinstance(event, v.Recovered) and event.alarm:
        yield from _after_a_restart(event, event.alarm, answer)
    if not (isinstance(before, LeftBehind) and isinstance(there, LeftBehind) and before.thing is there.thing):
        return
    if before.sounds and not there.sounds and not isinstance(event, v.AlarmCleared):
        yield f"the alarm falls silent on {event}"
    if before.cleared and there.sounds:
        yield f"a cleared alarm sounds again on {event}"
    if there.level < before.level:
        yield f"the reminder grows weaker on {event}"


def _after_a_restart(event: v.Recovered, alarm: v.OpenAlarm, answer: Answer) -> Iterator[str]:
    there, facts = answer.after.kiosk.phase, answer.before.kiosk.facts
    silent = isinstance(there, LeftBehind) and there.cleared
    if isinstance(there, LeftBehind) and not alarm.cleared and not there.sounds:
        yield "an alarm does not come back after a restart"
    same = isinstance(there, LeftBehind) and there.thing is alarm.thing
    if alarm.cleared and same and not silent and not event.orders:
        yield "a cleared alarm sounds again after a restart"
    unseen = facts.card is not Media.NOT_PRESENT and facts.tray is not Media.PRESENT
    if alarm.cleared and alarm.thing is Thing.CARD and unseen and not silent:
        yield "the cleared alarm of a card is forgotten before the reader has told that it is gone"


def what_happens_to_an_alarm_is_on_record(answer: Answer) -> Iterator[str]:
    """The record says what the phase says: which thing, of which visit, cleared or not; no other alarm is open."""
    phase, alarm = answer.after.kiosk.phase, answer.after.world.alarm
    if isinstance(phase, Starting):
        return
    on = isinstance(phase, LeftBehind) and phase.level >= Level.ALARM
    wanted = v.OpenAlarm(phase.thing, phase.subject_id, phase.cleared) if on else None
    if alarm != wanted:
        yield f"on record is {alarm}, not {wanted}"
    before = answer.happening.world.alarm
    cleared = any(isinstance(each, v.NoteAlarm) and each.noted is Noted.CLEARED for each in answer.commands)
    if cleared and before and before.cleared:
        yield "a cleared alarm is cleared again on record"


def a_paper_that_the_office_has_is_void(answer: Answer) -> Iterator[str]:
    """Cleared as taken away, it is void at once; cleared as a false alarm, nobody knows where it is."""
    before, event = answer.before.kiosk.phase, answer.happening.event
    if isinstance(event, v.AlarmCleared) and isinstance(before, LeftBehind) and before.sounds and before.order:
        wanted = S.UNKNOWN if event.reason is ClearReason.FALSE_ALARM else S.VOIDED
        if v.Record(before.order, wanted) not in answer.commands:
            yield f"cleared for {event.reason} without recording {wanted}"


ALARM_RULES: tuple[Callable[[Answer], Iterator[str]], ...] = (
    only_the_sensor_ends_what_lies_there,
    an_alarm_falls_silent_only_by_the_sensor_or_the_office,
    what_happens_to_an_alarm_is_on_record,
    a_paper_that_the_office_has_is_void,
)
