"""The recorder's judgement, on a clock that the test moves."""

import numpy as np
import pytest

from firmware import config
from firmware.app.messages import Picture
from firmware.app.recorder import health
from firmware.app.recorder.view import View

RATE = 5
SETTINGS = config.Camera(recipient="age1" + "q" * 58, masks=())
LOBBY = np.kron(np.random.default_rng(2).integers(60, 180, (27, 32), dtype=np.uint8), np.ones((20, 20), np.uint8))


def Judge(start_s):  # noqa: N802 - the judge of this file's camera
    view = View(SETTINGS)
    return health.Judge(start_s, View(SETTINGS, view.small(LOBBY)))


DARK, BLANK = np.full_like(LOBBY, 6), np.full_like(LOBBY, 140)
TURNED = np.roll(LOBBY, 40, axis=1)
OTHER = LOBBY[::-1].copy()


def film(judge, start_s, seconds, *, still=LOBBY, alive=True):
    """Show pictures for some seconds; returns the time after them and when each judgement first came."""
    random = np.random.default_rng(1)
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
    ("fault", "picture"),
    [
        ({"alive": False}, Picture.FROZEN),
        ({"still": DARK}, Picture.BLACK),
        ({"still": BLANK}, Picture.COVERED),
        ({"still": TURNED}, Picture.MOVED),
    ],
    ids=["frozen", "black", "covered", "moved"],
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
    _, first = film(judge, now, 1.5, still=DARK)
    assert Picture.BLACK not in first


def test_a_camera_black_from_the_start_is_noticed():
    _, first = film(Judge(0.0), 0.0, 5, still=DARK)
    assert first[Picture.BLACK] <= 2.5


def test_a_frozen_picture_that_is_black_is_bad_in_any_case():
    _, first = film(Judge(0.0), 0.0, 6, still=DARK, alive=False)
    assert {Picture.BLACK, Picture.FROZEN} <= set(first)


def test_a_camera_at_the_edge_of_being_moved_is_not_told_off_and_on():
    judge = Judge(0.0)
    now, _ = film(judge, 0.0, 5)
    now, first = film(judge, now, 6, still=TURNED)
    assert Picture.MOVED in first
    edge = LOBBY.copy()
    edge[:, :490] = OTHER[:, :490]  # not strange enough to be told, not well enough to be forgotten
    now, first = film(judge, now, 10, still=edge)
    assert first.keys() == {Picture.MOVED}
    _, first = film(Judge(0.0), 0.0, 10, still=edge)
    assert first.keys() == {Picture.OK}
