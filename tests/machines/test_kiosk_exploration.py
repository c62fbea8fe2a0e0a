"""Every reachable state of the kiosk, every event: no rule is broken, and there is always a way back to service."""

import pytest

from firmware.app.kiosk.state import Idle, OutOfService
from tests.machines.kiosk_moves import KioskMoves
from tests.machines.kiosk_slices import SLICES, known
from tests.machines.kiosk_world import Vary

PHASES = {
    "Starting",
    "Idle",
    "OutOfService",
    "Serving",
    "Collecting",
    "Lending",
    "Printing",
    "Receipting",
    "LendingForSlip",
    "PrintingSlip",
    "AwaitingSlip",
    "AwaitingPickup",
    "Ending",
    "LeftBehind",
}
REST_IN, SERVICE_IN = 6, 15

pytestmark = [pytest.mark.xdist_group("machines explored"), pytest.mark.timeout(300)]


@pytest.mark.parametrize("name", SLICES)
def test_no_rule_is_broken_from_any_start(name):
    moves, found = known(name)
    print(f"{name}: {len(found.states):,} states, {found.transitions:,} transitions")
    assert {type(moves.situation(number).kiosk.phase).__name__ for number in found.states} >= PHASES - {"LeftBehind"}
    assert len(found.states) > 5_000


@pytest.mark.parametrize("name", SLICES)
def test_deadlines_and_sensors_alone_lead_back_to_rest_and_into_service(name):
    moves, found = known(name)
    for goal, most in (((Idle, OutOfService), REST_IN), ((Idle,), SERVICE_IN)):
        farthest, lost = found.distances(
            lambda number, goal=goal: isinstance(moves.situation(number).kiosk.phase, goal)
        )
        assert [moves.situation(number) for number in lost[:1]] == []
        assert 0 < farthest <= most


def test_every_two_kinds_of_trouble_meet_in_some_slice():
    for one in Vary:
        for other in Vary:
            assert any({one, other} <= kinds for kinds in SLICES.values()), f"{one} never meets {other}"


def test_the_story_of_a_state_can_be_told():
    moves, found = known("things left behind")
    assert isinstance(moves, KioskMoves)
    story = found.story(len(found.states) - 1)
    assert story[0].startswith("start:")
    assert len(story) > 5
