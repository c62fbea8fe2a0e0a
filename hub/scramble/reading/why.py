"""Why a panel that was found could not be read: from where it lies in the picture and from how it was seen.

A scanner sees the panel's opposite sides at one length; a camera hardly ever does, and who holds one needs other words.
Not responsible for what a person is told in the end (`hub/inquiry/texts.toml`).
"""

import numpy as np

from hub.scramble.layout import Frame
from hub.scramble.profile import Profile
from hub.scramble.reading.arrays import Double, Float, Grey
from hub.scramble.reading.outcome import Reading, Reason
from hub.scramble.reading.register import project

_NEEDED_PIXELS_A_DOT = {Profile.STANDARD: 0.70, Profile.ROBUST: 0.65, Profile.DENSE: 1.1}
_SHARP = 0.75
_OUTSIDE_PIXELS = 4.0
_CAMERA = 0.015  # slant that no scanner has: folds and feed make less
_SLANTED = 0.25
_OF_A_PHOTOGRAPH = {
    Reason.CUT_OFF: Reason.PHOTO_CUT_OFF,
    Reason.RESOLUTION_TOO_LOW: Reason.PHOTO_TOO_FAR,
    Reason.BLURRED: Reason.PHOTO_BLURRED,
}


def why(grey: Grey, homography: Double, frame: Frame, profile: Profile, reading: Reading) -> Reason:
    """Name the likeliest reason; `homography` from the frame's dots to pixels of `grey`."""
    corners = project(homography, *_outline(frame))
    leaning = slant(corners)
    reason = _reason(grey, corners, profile, reading)
    if leaning < _CAMERA:
        return reason
    if leaning > _SLANTED and reason is not Reason.CUT_OFF:
        return Reason.PHOTO_SLANTED
    return _OF_A_PHOTOGRAPH.get(reason, reason)


def slant(corners: Float) -> float:
    """Give by how much the longer of two opposite sides exceeds the other; corners (4, 2) in order around."""
    sides = np.hypot(*(np.roll(corners, -1, axis=0) - corners).T)
    ratios = np.maximum(sides[:2], sides[2:]) / np.maximum(np.minimum(sides[:2], sides[2:]), 1e-6)
    return float(ratios.max()) - 1


def _reason(grey: Grey, corners: Float, profile: Profile, reading: Reading) -> Reason:
    low, high = corners.min(axis=0), corners.max(axis=0)
    if low.min() < -_OUTSIDE_PIXELS or (high > np.array(grey.shape[::-1]) + _OUTSIDE_PIXELS).any():
        return Reason.CUT_OFF
    if reading.pixels_a_dot < _NEEDED_PIXELS_A_DOT[profile]:
        return Reason.RESOLUTION_TOO_LOW
    return Reason.BLURRED if reading.sharpness < _SHARP else Reason.DAMAGED


def _outline(frame: Frame) -> tuple[Double, Double]:
    return np.array([0.0, frame.width, frame.width, 0.0]), np.array([0.0, 0.0, frame.height, frame.height])
