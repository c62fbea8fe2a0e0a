"""What is printed must be readable in ten years: numbers, labels and layout may not change by accident."""

from hashlib import sha256

import numpy as np
import pytest
import zxingcpp
from hypothesis import given
from hypothesis import strategies as st

from hub.scramble import shuffle
from hub.scramble.bullseye import SIDE_DOTS
from hub.scramble.label import BadAddress, Label, label_modules, label_text, parse_label
from hub.scramble.layout import PATCH, Frame, label_side, layout, least_height
from hub.scramble.panel import _frame
from hub.scramble.profile import Profile

labels = st.builds(
    Label,
    st.sampled_from(Profile),
    st.sampled_from([576, 832, 1728]),
    st.integers(20, 1000).map(lambda rows: rows * 8),
    st.integers(1, 1023),
    st.integers(0, 0xFFFF),
    st.integers(0, 3),
    st.booleans(),
)


def test_the_random_numbers_are_those_of_splitmix64():
    assert shuffle.words(3, 1234567).tolist() == [6457827717110365317, 3203168211198807973, 9817491932198370423]
    assert sorted(shuffle.permutation(1000, 9)) == list(range(1000))


@given(label=labels, path=st.text("abcdefgh/-.", max_size=12))
def test_a_label_is_read_as_it_was_written(label, path):
    address = f"https://inquiry.example.jp/{path}"
    assert parse_label(label_text(label, address)) == (label, address)


@given(label=labels, place=st.integers(0, 9), letter=st.sampled_from("AZaz09-_"))
def test_a_label_with_another_character_is_not_a_label_or_the_same(label, place, letter):
    text = label_text(label, "https://a.example/")
    at = len(text) - 10 + place
    changed = text[:at] + letter + text[at + 1 :]
    assert changed == text or parse_label(changed) is None


def test_a_phone_reads_the_label():
    text = label_text(Label(Profile.STANDARD, 576, 800, 80, 7), "https://inquiry.example.jp/")
    symbol = 255 * (1 - np.pad(label_modules(text), 4).repeat(4, axis=0).repeat(4, axis=1))
    assert zxingcpp.read_barcode(symbol.astype(np.uint8)).text == text


@pytest.mark.parametrize("address", ["ftp://a/", "https://a/#b", "", "https://" + "a" * 100])
def test_an_address_that_no_label_can_hold_is_refused(address):
    label = Label(Profile.STANDARD, 576, 800, 80, 7)
    with pytest.raises(BadAddress):
        label_modules(label_text(label, address))


@pytest.mark.parametrize("width", [560, 816, 1664])
@pytest.mark.parametrize("profile", Profile)
@pytest.mark.parametrize(("low", "height"), [(False, 640), (False, 312), (True, 144), (True, 304)])
def test_marks_patches_and_data_share_the_grid_without_overlap(width, profile, low, height):
    frame = Frame(width, height, label_side(3), low)
    plan = layout(frame, profile)
    used = np.zeros(plan.known.shape, int)
    used += plan.known
    used += plan.reserved
    used.ravel()[plan.order] += 1
    assert (used == 1).all()
    assert plan.order.size * plan.module[0] * plan.module[1] == frame.data_dots()
    marks = np.zeros((frame.height, frame.width), int)
    for x, y, side in frame.reserved():
        marks[y : y + side, x : x + side] += 1
    assert marks.max() == 1
    assert len(frame.bullseyes) >= 8


def test_known_patches_stand_about_every_32_dots():
    frame = Frame(816, 640, label_side(3))
    for positions in frame.nodes:
        assert np.diff(positions).max() <= 32
    assert frame.patches().mean() > 0.85
    assert PATCH == 8
    assert SIDE_DOTS == 32


def test_the_layout_of_today_is_the_layout_of_tomorrow():
    plan = layout(Frame(560, 640, label_side(3)), Profile.STANDARD)
    printed = (plan.order.tobytes(), np.packbits(plan.known).tobytes(), plan.value.tobytes())
    assert sha256(b"".join(printed)).hexdigest() == LAYOUT_SHA256


def test_the_low_layout_of_today_is_that_of_tomorrow():
    frame = Frame(560, 216, label_side(3), low=True)
    plan = layout(frame, Profile.DENSE)
    printed = (plan.order.tobytes(), np.packbits(plan.known).tobytes(), plan.value.tobytes())
    assert sha256(b"".join(printed)).hexdigest() == LOW_LAYOUT_SHA256
    assert frame.labels == [(0, 0), (452, 0), (108, 0), (344, 0)]
    assert frame.bullseyes[:2] == [(216, 0), (312, 0)]


@pytest.mark.parametrize(("version", "low"), [(3, True), (4, True), (5, False)])
def test_a_short_panel_is_low_where_its_labels_have_room(version, low):
    side = label_side(version)
    for frame, data in ((_frame(560, side, 60_000, low=True), 60_000), (_frame(560, side, 200_000, low=True), 200_000)):
        assert frame.low == (low and data < 100_000)
        assert frame.height >= least_height(side, low=frame.low)
    assert not _frame(560, side, 60_000, low=False).low


LAYOUT_SHA256 = "f52c4ad7c1ded01ca59384381d873fbed6d9796a7695c87cbae77233c2cd9fbf"
LOW_LAYOUT_SHA256 = "c992ede80f6aa1806a86def2c6838ff3107388c34549e67f3dd5af91917a32b8"
