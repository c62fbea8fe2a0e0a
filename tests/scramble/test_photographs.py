"""What is told of photographs that cannot be read: other words than of scans, since other things help."""

import numpy as np
import pytest

from hub.inquiry.texts import LANGUAGES, texts_in
from hub.scramble.layout import Frame
from hub.scramble.profile import Profile
from hub.scramble.reading import Reading, Reason, Restored, Unreadable, read_panel
from hub.scramble.reading.why import why
from tests.scramble.channel.second import Path, sent
from tests.scramble.sheet import KEY, KEY_ID

FRAME = Frame(560, 688, 108)
PICTURE = np.zeros((1400, 1200), np.uint8)
SCANNED = np.diag((2.0, 2.0, 1.0))
LEANING = np.array([(2.0, 0, 20), (0, 2.0, 0), (0, 0.0001, 1)])
SLANTED = np.array([(2.0, 0, 20), (0, 2.0, 0), (0, 0.0006, 1)])
BEYOND = np.array([(2.0, 0, -200), (0, 2.0, 0), (0, 0.0001, 1)])


@pytest.mark.parametrize(
    ("homography", "scale", "sharpness", "reason"),
    [
        (SCANNED, 2.0, 0.9, Reason.DAMAGED),
        (SCANNED, 2.0, 0.6, Reason.BLURRED),
        (SCANNED, 0.6, 0.9, Reason.RESOLUTION_TOO_LOW),
        (LEANING, 2.0, 0.9, Reason.DAMAGED),
        (LEANING, 2.0, 0.6, Reason.PHOTO_BLURRED),
        (LEANING, 0.6, 0.9, Reason.PHOTO_TOO_FAR),
        (SLANTED, 2.0, 0.9, Reason.PHOTO_SLANTED),
        (BEYOND, 2.0, 0.9, Reason.PHOTO_CUT_OFF),
    ],
)
def test_what_went_wrong_is_told_to_who_scans_and_to_who_photographs(homography, scale, sharpness, reason):
    reading = Reading(scale, 0, 8, 8, sharpness)
    assert why(PICTURE, homography, FRAME, Profile.STANDARD, reading) is reason


def test_every_reason_has_words_in_every_language():
    for language in LANGUAGES:
        assert {f"reason_{reason.value}" for reason in Reason} <= set(texts_in(language))


def test_a_photograph_from_a_slant_is_restored(sheet):
    result = read_panel(
        sent(sheet.dots, Path(dpi=260, tilt=0.2, skew=5, light=0.4, jpeg=80, bed=0.3), 4), {KEY_ID: KEY}
    )
    assert isinstance(result, Restored), result
    assert result.page.dots == sheet.page


def test_a_photograph_from_afar_is_called_one(sheet):
    result = read_panel(sent(sheet.dots, Path(dpi=90, tilt=0.12, light=0.4, jpeg=80, bed=0.3), 3), {KEY_ID: KEY})
    assert isinstance(result, Unreadable)
    assert result.reason is Reason.PHOTO_TOO_FAR
