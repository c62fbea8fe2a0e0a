"""Mistakes planted in what the kiosk does about a thing left behind: the exploration finds each, and names the rule."""

from dataclasses import replace

import pytest

from firmware.app.kiosk import left_behind, machine, rest
from firmware.app.kiosk import vocabulary as v
from firmware.app.kiosk.alarms import Noted
from firmware.app.kiosk.state import LeftBehind, Level
from firmware.app.kiosk.transition import Step
from tests.machines.exploration import RuleBroken
from tests.machines.kiosk_slices import SLICES, explored
from tests.machines.test_kiosk_mistakes import changed, without


def let_the_next_person_start_when_the_office_cleared_the_alarm(patch):
    patch.setattr(left_behind, "_cleared", lambda _phase, _reason: rest.leave())


def fall_silent_by_itself(patch):
    def mistake(step, event, _kiosk):
        tired = isinstance(event, v.Ticked) and isinstance(step.phase, LeftBehind) and step.phase.level is Level.LOUD
        return replace(step, phase=replace(step.phase, cleared=True)) if tired else step

    patch.setitem(machine._PHASES, *changed(LeftBehind, mistake))


def begin_anew_with_a_prompt(patch):
    def mistake(step, event, _kiosk):
        loud = isinstance(event, v.Ticked) and isinstance(step.phase, LeftBehind) and step.phase.level is Level.LOUD
        return replace(step, phase=replace(step.phase, level=Level.PROMPT, deadline=0.0)) if loud else step

    patch.setitem(machine._PHASES, *changed(LeftBehind, mistake))


def clear_without_a_record(patch):
    right = left_behind.notes
    patch.setattr(
        left_behind, "notes", lambda *phases: [each for each in right(*phases) if each.noted is not Noted.CLEARED]
    )


def clear_twice_on_record(patch):
    right = left_behind.notes

    def mistake(before, after):
        yield from right(before, after)
        if isinstance(before, LeftBehind) and before.cleared and isinstance(after, LeftBehind):
            yield v.NoteAlarm(Noted.CLEARED, after.thing, after.subject_id)

    patch.setattr(left_behind, "notes", mistake)


def keep_an_alarm_open_on_record(patch):
    right = left_behind.notes
    patch.setattr(
        left_behind, "notes", lambda *phases: [each for each in right(*phases) if each.noted is not Noted.GONE]
    )


def clear_and_leave_the_paper_valid(patch):
    right = left_behind._cleared

    def mistake(phase, reason):
        return without(right(phase, reason), v.Record)

    patch.setattr(left_behind, "_cleared", mistake)


def never_void_a_paper(patch):
    def mistake(step, _event, _kiosk):
        loud = isinstance(step.phase, LeftBehind) and step.phase.level is Level.LOUD
        return replace(step, phase=replace(step.phase, deadline=None)) if loud else step

    patch.setitem(machine._PHASES, *changed(LeftBehind, mistake))


def void_a_paper_twice(patch):
    right = left_behind._louder

    def mistake(phase, now, limits):
        step = right(phase, now, limits)
        return Step(replace(step.phase, order=phase.order, deadline=now), step.commands)

    patch.setattr(left_behind, "_louder", mistake)


def forget_at_start_that_the_office_cleared_it(patch):
    right = rest._paper_found
    patch.setattr(
        rest,
        "_paper_found",
        lambda newest, still_on, *limits: right(newest, still_on and replace(still_on, cleared=False), *limits),
    )


def stay_silent_after_a_restart(patch):
    right = rest._paper_found
    patch.setattr(rest, "_paper_found", lambda *arguments: replace(right(*arguments), cleared=True))


def take_the_card_for_a_paper_once_cleared(patch):
    right = left_behind.left_behind

    def mistake(kiosk, event, now, limits):
        covered = replace(kiosk, phase=replace(kiosk.phase, thing=left_behind.Thing.PAPER))
        return right(covered if isinstance(event, v.AlarmCleared) else kiosk, event, now, limits)

    patch.setitem(machine._PHASES, LeftBehind, mistake)


MISTAKES = [
    (
        let_the_next_person_start_when_the_office_cleared_the_alarm,
        "an_alarm_falls_silent_only_by_the_sensor_or_the_office",
    ),
    (fall_silent_by_itself, "an_alarm_falls_silent_only_by_the_sensor_or_the_office"),
    (begin_anew_with_a_prompt, "an_alarm_falls_silent_only_by_the_sensor_or_the_office"),
    (clear_without_a_record, "what_happens_to_an_alarm_is_on_record"),
    (clear_twice_on_record, "what_happens_to_an_alarm_is_on_record"),
    (keep_an_alarm_open_on_record, "what_happens_to_an_alarm_is_on_record"),
    (clear_and_leave_the_paper_valid, "a_paper_that_the_office_has_is_void"),
    (never_void_a_paper, "every_wait_has_an_end"),
    (void_a_paper_twice, "the_journal_only_goes_forward"),
    (forget_at_start_that_the_office_cleared_it, "an_alarm_falls_silent_only_by_the_sensor_or_the_office"),
    (stay_silent_after_a_restart, "what_happens_to_an_alarm_is_on_record"),
    (take_the_card_for_a_paper_once_cleared, "only_the_sensor_ends_what_lies_there"),
]


@pytest.mark.parametrize(("mistake", "rule"), MISTAKES, ids=[mistake.__name__ for mistake, _ in MISTAKES])
def test_the_exploration_finds(mistake, rule, monkeypatch):
    mistake(monkeypatch)
    with pytest.raises(RuleBroken) as found:
        explored(SLICES["things left behind"])
    assert rule in {broken.partition(":")[0] for broken in found.value.rules}
