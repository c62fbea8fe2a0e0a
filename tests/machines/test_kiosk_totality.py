"""The kiosk's machine answers every event in every state, and what it shows can always be worked out."""

import json
from collections import defaultdict
from dataclasses import replace
from functools import cache

import pytest

from firmware import devices as d
from firmware.app import messages as m
from firmware.app.kiosk import machine, outputs
from firmware.app.kiosk import vocabulary as v
from firmware.app.kiosk.facts import printer_reason
from firmware.app.kiosk.state import Facts, Kiosk, LeftBehind, Level, Serving
from tests.machines import kiosk_events as events
from tests.machines.kiosk_slices import explored
from tests.machines.kiosk_world import (
    DUE_S,
    FEE_YEN,
    LIMITS,
    NOW_S,
    READY_PRINTER,
    SERVING,
    SESSION,
    STRANGER,
    VISIT_OVER_S,
    WAITING,
    Vary,
    order,
)

FACTS_A_PHASE = 12
SMALL = frozenset({Vary.CARD, Vary.TRAY, Vary.LATE_COINS})


@cache
def kiosks():
    """States of the machine: every phase that is reached, each with some of the facts it was reached with."""
    moves, found = explored(SMALL)
    by_phase = defaultdict(dict)
    for number in found.states:
        kiosk = moves.situation(number).kiosk
        by_phase[kiosk.phase][kiosk.facts] = kiosk
    chosen = []
    for of_phase in by_phase.values():
        every = list(of_phase.values())
        chosen += every[:: max(1, len(every) // FACTS_A_PHASE)]
    return tuple(chosen)


@pytest.mark.parametrize("now", [NOW_S, DUE_S, VISIT_OVER_S])
def test_no_event_in_any_state_raises_and_every_output_follows(now):
    every = (*events.sensors(), *events.answers(), *events.clerks(SERVING, WAITING, STRANGER))
    shown = set()
    for kiosk in kiosks():
        for event in every:
            after, commands = machine.step(kiosk, event, now, LIMITS)
            assert isinstance(commands, tuple)
            shown.add(after)
    assert len(shown) > len(kiosks())
    for kiosk in shown:
        assert json.dumps(outputs.published(kiosk))
        assert outputs.screen_of(kiosk)
        assert outputs.buzzer_of(kiosk) in d.BuzzerPattern
        assert outputs.alarms_of(kiosk) <= {"left_behind_card", "left_behind_paper"}


def test_a_stranger_changes_nothing_in_any_state():
    for kiosk in kiosks():
        for message in events.messages():
            if not isinstance(message, m.Ready):
                after, commands = machine.step(kiosk, v.ClerkSaid(STRANGER, message), NOW_S, LIMITS)
                assert (after, commands) == (kiosk, ()), message


def test_the_printer_can_take_a_job_exactly_when_it_says_that_it_is_ready():
    for status in events.printer_statuses():
        assert (printer_reason(Facts(printer=status, paper_left_mm=10_000)) is None) == status.ready, status


def test_an_alarm_is_heard_and_published_and_a_prompt_is_silent():
    for kiosk in kiosks():
        if isinstance(kiosk.phase, LeftBehind):
            cleared = kiosk.phase.cleared
            loud = kiosk.phase.level >= Level.ALARM and not cleared
            assert bool(outputs.alarms_of(kiosk)) == loud
            silent = cleared or kiosk.phase.level is Level.PROMPT
            assert (outputs.buzzer_of(kiosk) is d.BuzzerPattern.SILENT) == silent


@pytest.mark.parametrize("fee_yen", [0, FEE_YEN])
@pytest.mark.parametrize("busy", [{"printer_lent": True}, {"escrow_moves": 1}])
def test_no_fee_is_asked_for_while_the_last_order_is_still_being_undone(fee_yen, busy):
    ready = Facts(printer=READY_PRINTER, tray=d.Media.NOT_PRESENT, escrow=d.Media.NOT_PRESENT)
    serving = Serving(SESSION, m.Step.ISSUE, VISIT_OVER_S)
    second = v.ClerkSaid(SERVING, events.held(fee_yen))
    for facts, refused in ((ready, False), (replace(ready, **busy), True)):
        kiosk, commands = machine.step(Kiosk(serving, facts), second, NOW_S, LIMITS)
        assert (v.Record(order(fee_yen), v.OrderState.CANCELLED) in commands) is refused
        assert (kiosk.phase == serving) is refused


_OPEN_STATES = [state for state in v.OrderState if state not in v.FINAL]


def another_order():
    """An older order than the one in `order()`."""
    return type(order())(m.Id("1" * 32), m.Id("2" * 32), FEE_YEN)


@pytest.mark.parametrize("escrow", list(d.Media))
@pytest.mark.parametrize("tray", list(d.Media))
@pytest.mark.parametrize(
    "states", [(), *((one,) for one in _OPEN_STATES)] + [(a, b) for a in _OPEN_STATES for b in _OPEN_STATES]
)
def test_at_start_each_open_order_comes_to_an_end_and_the_escrow_moves_at_most_once(states, tray, escrow):
    orders = (another_order(), order())[2 - len(states) :] if states else ()
    found = tuple(v.OpenOrder(each, state) for each, state in zip(orders, states, strict=True))
    kiosk, commands = machine.step(Kiosk(facts=Facts(tray=tray, escrow=escrow)), v.Recovered(found), NOW_S, LIMITS)
    ends = {}
    for command in commands:
        match command:
            case v.Record(of, state) | v.ReturnEscrow(of, state) if of:
                assert of not in ends
                ends[of] = state
            case _:
                pass
    in_the_tray = kiosk.phase.order if isinstance(kiosk.phase, LeftBehind) else None
    for each in found:
        if each.order == in_the_tray:
            assert (each.state, tray) == (v.OrderState.PRINTED, d.Media.PRESENT)
        else:
            assert ends[each.order] in v.FINAL
    moves = [command for command in commands if isinstance(command, (v.ReturnEscrow, v.StackEscrow))]
    assert len(moves) == (escrow is d.Media.PRESENT and (tray is not d.Media.PRESENT or bool(found)))
    assert not any(isinstance(command, v.StackEscrow) for command in moves) or found[-1].state is v.OrderState.PRINTED
