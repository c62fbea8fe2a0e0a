"""The guard's machine under real MicroPython, through stories in its own time: when it sounds, and when it does not."""

import json
import os
import subprocess
import sys
from itertools import pairwise
from pathlib import Path

from firmware import guard

GUARD = Path(guard.__file__).parent
HERE = Path(__file__).parents[1] / "micropython"
PATH = f"{GUARD}:{HERE}:.frozen"
LONG_MS = 300_000


def told(*story):
    """What the guard did: (ms, state, hz, light) at each change."""
    done = subprocess.run(
        [Path(sys.prefix, "bin", "micropython"), HERE / "step_guard.py"],
        input=json.dumps([[0, {"alive": 1}], *story]) + "\n",
        capture_output=True, text=True, check=True, timeout=60, env={**os.environ, "MICROPYPATH": PATH},
    )  # fmt: skip
    return [json.loads(line) for line in done.stdout.splitlines()]


def states(*story):
    """The states in order, each with when it began."""
    found = []
    for ms, state, _, _ in told(*story):
        if not found or found[-1][1] != state:
            found.append((ms, state))
    return found


def test_while_the_kiosk_beats_paper_and_card_are_its_own_business():
    assert states([500, {"paper": 1, "card": 1}], [60_000, {}]) == [(0, "ok")]


def test_a_paper_left_when_the_kiosk_dies_is_alarmed_within_two_seconds():
    (_, _), (alarmed_ms, state) = states([5_000, {"paper": 1}], [6_000, {"alive": 0}], [20_000, {}])
    assert state == "left"
    assert 6_000 < alarmed_ms <= 8_000


def test_a_card_left_when_the_kiosk_dies_is_alarmed_too():
    assert [state for _, state in states([5_000, {"card": 1}], [6_000, {"alive": 0}], [20_000, {}])] == ["ok", "left"]


def test_a_kiosk_that_died_with_nothing_left_is_no_alarm_but_a_light():
    assert [each[1:] for each in told([6_000, {"alive": 0}], [60_000, {}])] == [["ok", 0, 0], ["waiting", 0, 1]]


def test_the_alarm_ends_when_the_thing_is_taken_and_not_before():
    story = [2_000, {"paper": 1}], [3_000, {"alive": 0}], [LONG_MS, {"paper": 0}], [LONG_MS + 5_000, {}]
    found = states(*story)
    assert [state for _, state in found] == ["ok", "left", "waiting"]
    assert LONG_MS < found[-1][0] < LONG_MS + 100


def test_the_alarm_ends_when_the_kiosk_lives_again_and_takes_over():
    story = [2_000, {"paper": 1}], [3_000, {"alive": 0}], [30_000, {"alive": 1}], [40_000, {}]
    assert [state for _, state in states(*story)] == ["ok", "left", "ok"]


def test_a_paper_that_is_put_down_after_the_death_is_alarmed():
    assert [s for _, s in states([3_000, {"alive": 0}], [9_000, {"paper": 1}], [12_000, {}])] == [
        "ok",
        "waiting",
        "left",
    ]


def test_the_alarm_changes_between_two_tones():
    tones = [(ms, hz) for ms, _, hz, _ in told([2_000, {"paper": 1}], [3_000, {"alive": 0}], [6_000, {}]) if hz]
    assert [hz for _, hz in tones[:4]] == [2700, 2000, 2700, 2000]
    assert {after - before for (before, _), (after, _) in pairwise(tones)} == {250}


def test_chatter_of_a_switch_is_nothing():
    chatter = [[2_000 + 10 * n, {"door": n % 2}] for n in range(20)]
    assert states(*chatter, [2_200, {"door": 0}], [5_000, {}]) == [(0, "ok")]


def test_a_door_that_nobody_allowed_is_alarmed_also_while_the_kiosk_lives_and_after_it_was_closed():
    found = states([2_000, {"door": 1}], [3_000, {"door": 0}], [60_000, {}])
    assert [state for _, state in found] == ["ok", "opened"]


def test_the_tamper_switch_is_alarmed_and_only_the_offices_key_ends_it():
    story = [2_000, {"tamper": 1}], [2_500, {"tamper": 0}], [9_000, {"key": 1}], [10_000, {"key": 0}], [11_000, {}]
    assert [state for _, state in states(*story)] == ["ok", "opened", "ok"]


def test_with_the_key_turned_doors_may_be_opened_and_a_dead_kiosk_is_silent():
    story = [2_000, {"key": 1}], [3_000, {"door": 1, "paper": 1}], [4_000, {"alive": 0}], [60_000, {}]
    assert [state for _, state in states(*story)] == ["ok", "waiting"]


def test_a_guard_that_starts_beside_a_dead_kiosk_alarms_what_lies_there():
    assert [state for _, state in states([0, {"alive": 0, "paper": 1}], [9_000, {}])] == ["ok", "left"]
