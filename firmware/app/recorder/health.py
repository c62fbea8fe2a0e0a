"""Judges whether the camera's pictures are of use: missing, frozen, black, covered or moved.

Pure: fed with pictures and the clock. A real sensor's noise never gives the same picture twice, so equal is frozen.
Not responsible for capturing, nor for how detail and likeness are measured (`view.py`). The time to notice is at most
5 s; one good picture ends a fault.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from firmware.app.messages import Picture

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from firmware.app.recorder.view import View

MISSING_AFTER_S = 3.0
# What must last so long to be told, in the order in which it is told.
AFTER_S = {Picture.FROZEN: 3.0, Picture.BLACK: 2.0, Picture.COVERED: 3.0, Picture.MOVED: 4.0}
BLACK_LUMA = 32.0
LEAST_DETAIL = 0.06
# Measured on photographs: a camera turned by 3 % of its view agrees to 0.0, by 12 degrees about its axis to 0.24 at
# most, towards another place to 0.11; with people before 30 % of its view to 0.45 at least, in a fifth of the light to
# 0.93.
MOVED_BELOW, _BACK_ABOVE = 0.33, 0.45
_STEP = 8


class Judge:
    """The judgement, from the first picture on; before it, the camera is missing once it has had its time."""

    def __init__(self, now_s: float, view: View) -> None:
        self._view = view
        self._last_s = now_s
        self._good_s: dict[Picture, float] = {}
        self._sample: NDArray[np.uint8] | None = None
        self._moved = False

    def see(self, planes: NDArray[np.uint8], now_s: float) -> None:
        """Take a picture, planes of YUV 4:2:0, masked."""
        if not self._good_s or now_s - self._last_s > MISSING_AFTER_S:
            self._good_s = dict.fromkeys(AFTER_S, now_s)  # all periods begin anew
        self._last_s = now_s
        faults = self._faults(planes)
        for picture in AFTER_S.keys() - faults:
            self._good_s[picture] = now_s
        self._moved = Picture.MOVED in faults and (self._moved or self._lasts(Picture.MOVED))

    def verdict(self, now_s: float) -> Picture | None:
        """Return the judgement now; None before the first picture and before the time for it is over."""
        if now_s - self._last_s > MISSING_AFTER_S:
            return Picture.MISSING
        if not self._good_s:
            return None
        # Without a new picture the last one's judgement stands.
        return next((picture for picture in AFTER_S if self._lasts(picture)), Picture.OK)

    def _lasts(self, picture: Picture) -> bool:
        return self._last_s - self._good_s[picture] > AFTER_S[picture]

    def _faults(self, planes: NDArray[np.uint8]) -> set[Picture]:
        """Return what is wrong with this one picture."""
        sample = planes[: planes.shape[0] * 2 // 3 : _STEP, ::_STEP].copy()
        frozen = self._sample is not None and np.array_equal(sample, self._sample)
        self._sample = sample
        faults = {Picture.FROZEN} if frozen else set[Picture]()
        small = self._view.small(planes)
        if self._view.brightness(small) <= BLACK_LUMA:
            return faults | {Picture.BLACK}  # in the dark nothing is told of the view
        if self._view.detail(small) < LEAST_DETAIL:
            return faults | {Picture.COVERED}
        if self._view.agreement(small) < (_BACK_ABOVE if self._moved else MOVED_BELOW):
            faults.add(Picture.MOVED)
        return faults
