"""The guard's own program on MicroPython's real firmware, on an emulated RP2040, beside a kiosk that dies.

`make test-rig-emulated` runs this, not `make test`. UF2 names the firmware. The real kiosk that is killed beside the
same program is in `test_kiosk_dies.py`; here its heartbeat is played, since the chip's time is not this machine's.
"""

import os
from pathlib import Path

import pytest

from firmware import guard as guard_package
from tests.micropython.emulated import EmulatedPico

pytestmark = pytest.mark.timeout(900)
GUARD = Path(guard_package.__file__).parent
UF2 = Path(os.environ.get("UF2", "out/rig/micropython.uf2"))
PINS = {"beat": 2, "paper": 3, "card": 4, "door": 5, "tamper": 6, "key": 7, "buzzer": 10, "light": 25}
BEAT_MS, DIES_MS, ALARM_MS = 125, 3_000, 2_000


@pytest.fixture
def guard():
    """A guard that got power beside a kiosk that lives; the doors are closed, nothing lies there."""
    guard = EmulatedPico(UF2, PINS, GUARD)
    for line, level in (("beat", 0), ("paper", 1), ("card", 1), ("door", 0), ("tamper", 0), ("key", 1)):
        guard.drive(line, level)
    guard.expect_level("light", 0, 2_000)  # the program has its pins
    return guard


def beat(guard, until_ms):
    """The kiosk lives for so long."""
    for number in range(1, until_ms // BEAT_MS + 1):
        guard.drive("beat", number % 2, after_ms=number * BEAT_MS)
    return guard.now_ms + until_ms // BEAT_MS * BEAT_MS


def tone_hz(guard, since_ms, ms):
    rises = [each for each in guard.levels if each.line == "buzzer" and each.level and each.at_ms >= since_ms]
    within = [each.at_ms for each in rises if each.at_ms < since_ms + ms]
    return (len(within) - 1) * 1000 / (within[-1] - within[0])


@pytest.mark.parametrize("left", ["paper", "card"])
def test_when_the_kiosk_dies_with_a_thing_left_the_alarm_sounds_within_two_seconds(guard, left):
    died_ms = beat(guard, DIES_MS)
    guard.drive(left, 0, after_ms=1_000)
    guard.run_ms(DIES_MS)
    assert not guard.edges_ms("buzzer", died_ms - 1_500)  # the kiosk lives: the thing is its business
    guard.expect_level("buzzer", 1, ALARM_MS)
    sounded_ms = guard.now_ms
    print(f"alarm {guard.edges_ms('buzzer', died_ms)[0] - died_ms:.0f} ms after the last beat")
    assert guard.edges_ms("buzzer", died_ms)[0] - died_ms <= ALARM_MS
    guard.run_ms(400)
    assert tone_hz(guard, sounded_ms + 20, 200) == pytest.approx(2700, rel=0.01)
    assert tone_hz(guard, sounded_ms + 280, 100) == pytest.approx(2000, rel=0.01)
    assert guard.level("light") == 1

    guard.drive(left, 1)
    guard.run_ms(150)
    taken_ms = guard.now_ms
    guard.run_ms(300)
    assert not guard.edges_ms("buzzer", taken_ms)


def test_a_kiosk_that_dies_with_nothing_left_is_a_light_and_no_alarm(guard):
    died_ms = beat(guard, DIES_MS)
    guard.run_ms(DIES_MS + ALARM_MS)
    assert guard.level("light") == 1
    assert not guard.edges_ms("buzzer", died_ms - 2_000)


def test_a_door_that_nobody_allowed_sounds_beside_a_living_kiosk(guard):
    beat(guard, 1_500)
    guard.drive("door", 1, after_ms=1_000)
    guard.run_ms(1_200)
    assert tone_hz(guard, guard.now_ms - 100, 100) == pytest.approx(2700, rel=0.01)
