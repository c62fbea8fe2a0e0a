"""The recorder's judgement, on a clock that the test moves."""

import numpy as np
import pytest

from firmware.app.messages import Picture
from firmware.app.recorder.health import Judge

RATE = 5


def film(judge, start_s, seconds, *, luma=120, alive=True):
    """Show pictures for some seconds; returns the time after them and when each judgement first came."""
    random = np.random.default_rng(1)
    still = np.full((540, 640), luma, np.uint8)
    first = {}
    for number in range(round(seconds * RATE)):
        now = start_s + number / RATE
        picture = still + random.integers(0, 3, still.shape, dtype=np.uint8) if alive else still
        judge.see(picture, now)
        first.setdefault(judge.verdict(now), now)
    return start_s + seconds, first


def test_a_living_picture_is_ok_from_the_first_on():
    _, first = film(Judge(0.0), 0.5, 10)
    assert first == {Picture.OK: 0.5}


def test_nothing_is_said_before_the_first_picture_until_it_is_late():
    judge = Judge(0.0)
    assert judge.verdict(2.9) is None
    assert judge.verdict(3.1) is Picture.MISSING


@pytest.mark.parametrize(
    ("fault", "picture"), [({"alive": False}, Picture.FROZEN), ({"luma": 6}, Picture.BLACK)], ids=["frozen", "black"]
)
def test_a_bad_picture_is_noticed_within_5_s_and_its_end_at_once(fault, picture):
    judge = Judge(0.0)
    now, _ = film(judge, 0.0, 5)
    after, first = film(judge, now, 6, **fault)
    assert first[picture] - now < 5
    _, first = film(judge, after, 2)
    assert first[Picture.OK] == after


def test_a_camera_that_falls_silent_is_missing_within_5_s():
    judge = Judge(0.0)
    now, _ = film(judge, 0.0, 5)
    assert judge.verdict(now + 2.7) is Picture.OK
    assert judge.verdict(now + 4.9) is Picture.MISSING
    _, first = film(judge, now + 60, 2)
    assert first == {Picture.OK: now + 60}


def test_a_short_dark_moment_is_no_fault():
    judge = Judge(0.0)
    now, _ = film(judge, 0.0, 5)
    _, first = film(judge, now, 1.5, luma=6)
    assert Picture.BLACK not in first


def test_a_camera_black_from_the_start_is_noticed():
    _, first = film(Judge(0.0), 0.0, 5, luma=6)
    assert first[Picture.BLACK] <= 2.5


def test_a_frozen_picture_that_is_black_is_bad_in_any_case():
    _, first = film(Judge(0.0), 0.0, 6, luma=6, alive=False)
    assert {Picture.BLACK, Picture.FROZEN} <= set(first)
