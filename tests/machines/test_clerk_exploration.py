"""Every state of the clerk's machine that can be reached, times every event: the rules hold, and it always ends."""

import pytest

from firmware.app.clerk.state import Asking, Page, Question, Saying, Work, Working
from tests.machines.clerk_graph import TICKS_TO_THE_END, clerk_graph, phase_label, ticks_to_the_end
from tests.machines.clerk_rules import KIOSK_MUST_SPEAK
from tests.machines.clerk_world import FROM_KIOSK, NOW_S, SERIAL, answer, results

pytestmark = [pytest.mark.xdist_group("machines explored"), pytest.mark.timeout(300)]


@pytest.fixture(scope="module")
def states():
    return list(clerk_graph().explored.states)


def test_every_rule_holds_in_every_state_for_every_event(states, capsys):
    explored = clerk_graph().explored
    with capsys.disabled():
        print(f"\nclerk machine: {len(states)} states, {explored.transitions} transitions explored")
    assert explored.transitions > 50 * len(states) > 0


def test_every_question_every_work_every_phase_and_every_last_page_is_reached(states):
    reached = {phase_label(situation.clerk.phase) for situation in states}
    assert {f"Asking {question}" for question in Question} <= reached
    assert {f"Working {work}" for work in Work} <= reached
    assert {kind.__name__ for kind in KIOSK_MUST_SPEAK} <= reached
    assert {phase.page for phase in (each.clerk.phase for each in states) if isinstance(phase, Saying)} == set(Page)
    print(f"dialogue.states_reached: {len(reached)}")


def test_deadlines_alone_lead_to_the_end_except_where_the_kiosk_must_speak(states):
    slowest = 0
    for situation in states:
        ticks = ticks_to_the_end(situation.clerk)
        if isinstance(situation.clerk.phase, KIOSK_MUST_SPEAK):
            assert ticks is None
        else:
            assert ticks is not None, situation
            slowest = max(slowest, ticks)
    assert slowest <= TICKS_TO_THE_END


def test_where_the_kiosk_must_speak_its_words_or_the_printer_s_lead_on(states):
    for situation in states:
        if isinstance(situation.clerk.phase, KIOSK_MUST_SPEAK):
            answers = [answer(situation, event, NOW_S) for event in (*FROM_KIOSK, *results(SERIAL))]
            assert any(type(each.clerk.phase) is not type(situation.clerk.phase) for each in answers), situation


def test_a_question_is_asked_again_only_where_the_page_says_why(states):
    again = {s.clerk.phase.question for s in states if isinstance(s.clerk.phase, Asking) and s.clerk.phase.again}
    assert again <= {Question.HOLD_CARD, Question.ENTER_PIN, Question.LAST_TRY}


def test_the_card_is_worked_with_only_in_an_open_transaction(states):
    for situation in states:
        phase, visit = situation.clerk.phase, situation.clerk.visit
        if isinstance(phase, Working) and phase.work not in (Work.AVAILABILITY, Work.OPEN):
            assert visit.transaction_id is not None
            assert situation.kiosk_knows
