"""Short panels, whose labels stand in one row: read as all others, and no longer than their payload asks for."""

import numpy as np
import pytest

from firmware.app.clerk.raster import to_bands
from hub.centre.back_panel import Press, draw_back_panels
from hub.scramble.compression import Kind
from hub.scramble.panel import draw_panel
from hub.scramble.profile import Profile
from hub.scramble.reading import Reason, Restored, Unreadable, read_panel
from tests.scramble.channel.print import QUALITIES
from tests.scramble.channel.scan import CONDITIONS, simulate
from tests.scramble.channel.second import PATHS, sent
from tests.scramble.sheet import DOCUMENT_ID, KEY, KEY_ID, SITE

KEYS = {KEY_ID: KEY}


def drawn(head, profile, content_bytes=2600, **how):
    width = head // 8
    page = np.random.default_rng(5).bytes(content_bytes // width * width)
    panel = draw_panel(page, head, DOCUMENT_ID, KEY_ID, KEY, profile, SITE, kind=Kind.JBIG1, **how)
    return page, panel, np.unpackbits(np.frombuffer(panel.dots, np.uint8)).reshape(-1, head)


@pytest.mark.parametrize(
    ("head", "profile", "mm"), [(576, Profile.DENSE, 37), (832, Profile.DENSE, 28), (1728, Profile.STANDARD, 27)]
)
def test_a_short_panel_is_low_and_read_back_over_both_channels(head, profile, mm):
    page, panel, dots = drawn(head, profile)
    assert panel.frame.low
    assert panel.rows <= 8 * mm
    for scan in (simulate(dots, CONDITIONS["folds-300"], QUALITIES["good"], 3), sent(dots, PATHS["askew 8"], 2)):
        result = read_panel(scan, KEYS)
        assert isinstance(result, Restored), result
        assert result.page.dots == page


def test_a_short_panel_as_it_was_drawn_before_is_still_read():
    page, panel, dots = drawn(832, Profile.DENSE, low=False)
    assert not panel.frame.low
    result = read_panel(simulate(dots, CONDITIONS["plain-300"], seed=1), KEYS)
    assert isinstance(result, Restored), result
    assert result.page.dots == page


def test_one_label_of_four_is_enough():
    page, panel, dots = drawn(576, Profile.DENSE)
    side = panel.frame.label_side
    for x, y in panel.frame.labels[:3]:
        dots[48 + y : 48 + y + side, 8 + x : 8 + x + side] = 0
    result = read_panel(simulate(dots, CONDITIONS["plain-300"], seed=4), KEYS)
    assert isinstance(result, Restored), result
    assert result.page.dots == page


def test_without_any_label_a_low_panel_is_not_taken_for_another():
    _, panel, dots = drawn(576, Profile.DENSE)
    dots[48 : 48 + panel.frame.label_side, :] = 0
    result = read_panel(simulate(dots, CONDITIONS["plain-300"], seed=4), KEYS)
    assert isinstance(result, Unreadable)
    assert result.reason in {Reason.MARKERS_MISSING, Reason.DAMAGED}


def test_dense_panels_are_framed_for_the_printer_though_they_hold_its_commands():
    press = Press({1: KEY}, SITE, Kind.JBIG1, Profile.DENSE)
    rng = np.random.default_rng(8)
    commands = 0
    for _ in range(8):
        panel = draw_back_panels([rng.bytes(2592)], 576, rng.bytes(16).hex(), press)[0]
        commands += sum(panel.dots.count(pair) for pair in (b"\x10\x04", b"\x10\x05", b"\x10\x14"))
        to_bands(panel.dots, 576)
    assert commands
