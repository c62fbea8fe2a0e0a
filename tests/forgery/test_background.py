"""The background's dots: clerk and centre draw the same ones from the reference page, and leave the page readable."""

import hashlib
import re
from pathlib import Path

import numpy as np
import pytest

from firmware.app.clerk import background as clerk
from firmware.app.clerk.raster import REAL_TIME, to_bands
from hub.forgery import background as centre
from hub.forgery.optics import EYE_MM, Head, blurred, developed, difference_of_visibility, gain_mm, printed
from tests.forgery.sample import page

REFERENCE = Path(__file__).parents[2] / "docs" / "reference" / "background.md"
VECTOR = re.compile(r"^\| (\d+) \| (\d); (\d) x (\d) \| `([0-9a-f]{64})` \|$", re.MULTILINE)
ID, SEED = "000102030405060708090a0b0c0d0e0f", hashlib.sha256(b"seed").digest()


def vector_page(width_dots):
    """The page of the reference's test vectors: 801 rows, a bar of 120 x 40 dots."""
    dots = bytearray(width_dots // 8 * 801)
    for row in range(100, 140):
        at = row * width_dots // 8
        dots[at + 5 : at + 20] = b"\xff" * 15
    return bytes(dots)


@pytest.mark.parametrize(("width", "fine", "across", "down", "digest"), VECTOR.findall(REFERENCE.read_text("utf-8")))
def test_clerk_and_centre_draw_the_dots_of_the_reference(width, fine, across, down, digest):
    width, fine, across, down = int(width), int(fine), int(across), int(down)
    clear = ((width - 200, 600, 192, 192),)
    one = clerk.drawn_over(vector_page(width), width, clerk.Background(ID, SEED, (fine, across, down), 3, clear))
    other = centre.drawn_over(vector_page(width), width, centre.Background(ID, SEED, fine, (across, down), 3, clear))
    assert hashlib.sha256(one).hexdigest() == digest
    assert hashlib.sha256(other).hexdigest() == digest


def test_the_reference_has_vectors_for_every_head_and_pitch():
    found = {
        (int(width), (int(a), int(b), int(c))) for width, a, b, c, _ in VECTOR.findall(REFERENCE.read_text("utf-8"))
    }
    assert found == {(width, pitches) for width in (576, 832, 1728) for pitches in clerk.PITCHES}


@pytest.mark.parametrize("pitches", clerk.PITCHES)
def test_strokes_stay_and_keep_their_distance_from_the_background(pitches):
    before = centre.unpacked(page(), 576)
    with_background = clerk.drawn_over(page(), 576, clerk.Background(ID, SEED, pitches, 3, ((40, 500, 192, 192),)))
    added = centre.unpacked(with_background, 576) & ~before
    assert (centre.unpacked(with_background, 576) & before).sum() == before.sum()
    assert 0.02 < added.mean() < 0.16
    assert not added[500:692, 40:232].any()
    for down in range(-3, 4):
        for across in range(-3, 4):
            assert not (added & np.roll(before, (down, across), (0, 1)))[3:-3, 3:-3].any()


@pytest.mark.parametrize("pitches", clerk.PITCHES)
def test_a_page_with_background_is_framed_without_real_time_commands(pitches):
    for number in range(3):
        seed = hashlib.sha256(bytes([number])).digest()
        dots = clerk.drawn_over(page(), 576, clerk.Background(seed.hex()[:32], seed, pitches, 3))
        assert not REAL_TIME.search(b"".join(to_bands(dots, 576)))


def test_other_ids_and_seeds_make_other_dots():
    first = clerk.Background(ID, SEED, (3, 6, 6), 3)
    same = clerk.drawn_over(bytes(72 * 200), 576, first)
    for other in (
        clerk.Background(ID[::-1], SEED, (3, 6, 6), 3),
        clerk.Background(ID, bytes(32), (3, 6, 6), 3),
    ):
        assert clerk.drawn_over(bytes(72 * 200), 576, other) != same


@pytest.mark.parametrize(
    "wrong",
    [
        clerk.Background(ID, SEED, (2, 6, 6), 3),
        clerk.Background(ID, SEED[:16], (3, 6, 6), 3),
        clerk.Background(ID, SEED, (3, 6, 6), 9),
        clerk.Background(ID, SEED, (3, 6, 6), -1),
        clerk.Background(ID[:30], SEED, (3, 6, 6), 3),
        clerk.Background(ID, SEED, (3, 6, 6), 3, ((-8, 0, 192, 192),)),
    ],
)
def test_parameters_that_the_reference_does_not_know_are_refused(wrong):
    with pytest.raises(ValueError, match=r"background|quiet"):
        clerk.drawn_over(bytes(72 * 40), 576, wrong)


@pytest.mark.parametrize(
    ("head", "pitches", "plain"),
    [
        (Head(turning=0.36), (3, (6, 6)), 5.0),
        (Head(heat_mm=0.045, turning=0.23), (3, (6, 5)), 5.0),
        (Head(heat_mm=0.045, turning=0.18), (4, (7, 7)), 1.0),
    ],
    ids=["no gain, 3 and 6 x 6", "gain 20 um, 3 and 6 x 5", "gain 30 um, 4 and 7 x 7"],
)
def test_the_letters_cannot_be_seen_on_the_paper_and_stand_out_in_a_copy(head, pitches, plain):
    letters = centre.letters_plane(700, 576)
    background = centre.Background(ID, SEED, *pitches)
    fine, coarse = centre.fine_plane(700, 576, background), centre.coarse_plane(700, 576, pitches[1])
    ink = printed(np.where(letters, coarse, fine), head, np.random.default_rng(1))
    assert difference_of_visibility(blurred(ink, EYE_MM), letters) < 0.2
    for blur_mm in (0.06, 0.08):
        copy = developed(blurred(ink, blur_mm), 0.55, 0.05)
        assert difference_of_visibility(blurred(copy, EYE_MM), letters) >= plain


def test_the_letters_are_of_37_mm_and_whole_on_every_head():
    for width in (576, 832, 1728):
        letters = centre.letters_plane(1400, width)
        assert letters[4 * 8 : 41 * 8].any(axis=1).sum() >= 36 * 8
        columns = np.flatnonzero(letters[: 41 * 8].any(axis=0))
        assert columns[-1] - columns[0] + 1 >= 36 * 8
        assert letters[42 * 8 : 79 * 8].any(axis=1).sum() >= 36 * 8


def test_gain_is_measured_on_lone_squares():
    assert abs(gain_mm(Head(turning=0.5), 2)) < gain_mm(Head(turning=0.3), 2)
