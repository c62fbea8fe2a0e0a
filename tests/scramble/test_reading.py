"""Panels read back from simulated scans: bit for bit or not at all, with a reason."""

import cv2
import numpy as np
import pytest

from hub.scramble.profile import Profile
from hub.scramble.reading import Reason, Restored, Unreadable, read_panel
from tests.scramble.channel.print import QUALITIES
from tests.scramble.channel.scan import CONDITIONS, Scan, simulate
from tests.scramble.sheet import DOCUMENT_ID, KEY, KEY_ID, SITE, sheet_of

KEYS = {KEY_ID: KEY, 8: b"8" * 32}


@pytest.mark.parametrize(
    ("condition", "quality"),
    [("coarse-150", "worn"), ("fine-600-colour", "good"), ("stains-300", "worn"), ("folds-300", "worn")],
)
def test_a_worn_page_is_restored_dot_for_dot(sheet, condition, quality):
    result = read_panel(simulate(sheet.dots, CONDITIONS[condition], QUALITIES[quality], 5), KEYS)
    assert isinstance(result, Restored), result
    assert result.page.dots == sheet.page
    assert (result.page.document_id, result.site_address) == (DOCUMENT_ID, SITE)


@pytest.mark.parametrize("turns", range(4))
def test_the_sheet_may_lie_any_way_round(sheet, turns):
    scan = Scan(dpi=200, skew=8.0, scale=0.02, quarter=turns)
    result = read_panel(simulate(sheet.dots, scan, seed=turns), KEYS)
    assert isinstance(result, Restored), result
    assert result.page.dots == sheet.page


def test_a_dense_panel_is_restored_from_a_good_print(page_576):
    dense = sheet_of(page_576, 576, Profile.DENSE)
    result = read_panel(simulate(dense.dots, CONDITIONS["plain-300"], seed=2), KEYS)
    assert isinstance(result, Restored), result
    assert result.page.dots == page_576


def test_a_panel_under_another_key_is_not_authentic(page_576):
    forged = sheet_of(page_576, 576, key=b"f" * 32)
    assert _reason(read_panel(_clean(forged), KEYS)) is Reason.NOT_AUTHENTIC


def test_a_panel_whose_key_is_not_given_says_so(page_576):
    assert _reason(read_panel(_clean(sheet_of(page_576, 576, key_id=99)), KEYS)) is Reason.UNKNOWN_KEY


def test_a_panel_relabelled_with_another_key_is_not_authentic(page_576, sheet):
    relabelled = sheet_of(page_576, 576, key_id=8)
    corner = relabelled.panel.frame.label_side
    scan = sheet.dots.copy()
    for rows in (slice(48, 48 + corner), slice(-16 - corner, -16)):
        for columns in (slice(8, 8 + corner), slice(-8 - corner, -8)):
            scan[rows, columns] = relabelled.dots[rows, columns]
    assert _reason(read_panel(_grey(scan), KEYS)) is Reason.NOT_AUTHENTIC


def test_a_page_without_a_panel_has_no_markers():
    noise = np.random.default_rng(1).integers(0, 255, (800, 600), np.uint8)
    assert _reason(read_panel(noise, KEYS)) is Reason.MARKERS_MISSING


@pytest.mark.parametrize("shape", [(30, 30), (200, 200, 2), (200,)])
def test_what_is_no_picture_is_refused(shape):
    assert _reason(read_panel(np.zeros(shape, np.uint8), KEYS)) is Reason.PICTURE_UNUSABLE


def test_a_scan_that_misses_half_the_panel_is_cut_off(sheet):
    scan = _clean(sheet)
    assert _reason(read_panel(scan[: scan.shape[0] // 2], KEYS)) is Reason.CUT_OFF


def test_a_blurred_scan_is_called_blurred(sheet):
    scan = cv2.GaussianBlur(_clean(sheet, 4).astype(np.float32), (0, 0), 10.0)
    scan += np.random.default_rng(2).normal(0, 16, scan.shape)
    assert _reason(read_panel(np.clip(scan, 0, 255).astype(np.uint8), KEYS)) is Reason.BLURRED


def test_a_panel_is_restored_though_no_label_can_be_read(sheet):
    frame = sheet.panel.frame
    dots = sheet.dots.copy()
    for x, y in frame.labels:
        dots[48 + y : 48 + y + frame.label_side, 8 + x : 8 + x + frame.label_side] = 0
    result = read_panel(simulate(dots, Scan(dpi=200, jpeg=60), seed=3), KEYS)
    assert isinstance(result, Restored), result
    assert result.page.dots == sheet.page
    assert result.label.key_id == KEY_ID


def test_a_panel_whose_half_is_gone_is_called_damaged(sheet):
    scan = _clean(sheet)
    scan[200:1000, 250:900] = 255
    assert _reason(read_panel(scan, KEYS)) is Reason.DAMAGED


def test_a_dense_panel_in_a_coarse_scan_needs_more_resolution(page_576):
    dense = sheet_of(page_576, 576, Profile.DENSE)
    scan = simulate(dense.dots, Scan(dpi=110, jpeg=40, blur_mil=4), QUALITIES["worn"], 1)
    assert _reason(read_panel(scan, KEYS)) in {Reason.RESOLUTION_TOO_LOW, Reason.MARKERS_MISSING}


def _clean(sheet, factor=2):
    return _grey(sheet.dots, factor)


def _grey(dots, factor=2):
    white = np.pad(255 * (1 - dots), 20, constant_values=255)
    return white.repeat(factor, axis=0).repeat(factor, axis=1).astype(np.uint8)


def _reason(result):
    assert isinstance(result, Unreadable), result
    return result.reason
