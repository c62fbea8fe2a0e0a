"""Judges whether the camera's pictures are of use: missing, frozen or black.

Pure: fed with brightness samples and the clock. A real sensor's noise never gives the same picture twice, so equal
is frozen. Not responsible for capturing. The time to notice is at most 5 s.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from firmware.app.messages import Picture

if TYPE_CHECKING:
    from numpy.typing import NDArray

MISSING_AFTER_S = 3.0
FROZEN_AFTER_S = 3.0
BLACK_AFTER_S = 2.0
_BLACK_LUMA = 32.0
_STEP = 8


class Judge:
    """The judgement, from the first picture on; before it, the camera is missing once it has had its time."""

    def __init__(self, now_s: float) -> None:
        self._last_s = now_s
        self._moved_s = now_s
        self._bright_s = now_s
        self._sample: NDArray[np.uint8] | None = None
        self._seen = False

    def see(self, planes: NDArray[np.uint8], now_s: float) -> None:
        """Take a picture, planes of YUV 4:2:0."""
        sample = planes[: planes.shape[0] * 2 // 3 : _STEP, ::_STEP].copy()
        new = self._sample is None or not np.array_equal(sample, self._sample)
        # A return from missing starts all other periods anew.
        if new or now_s - self._last_s > MISSING_AFTER_S:
            self._moved_s = now_s
        if float(sample.mean()) > _BLACK_LUMA or not self._seen or now_s - self._last_s > MISSING_AFTER_S:
            self._bright_s = now_s
        self._sample = sample
        self._last_s = now_s
        self._seen = True

    def verdict(self, now_s: float) -> Picture | None:
        """Return the judgement now; None before the first picture and before the time for it is over."""
        if now_s - self._last_s > MISSING_AFTER_S:
            return Picture.MISSING
        if not self._seen:
            return None
        # Without a new picture the last one's judgement stands.
        if self._last_s - self._moved_s > FROZEN_AFTER_S:
            return Picture.FROZEN
        if self._last_s - self._bright_s > BLACK_AFTER_S:
            return Picture.BLACK
        return Picture.OK
