"""Masks: the parts of the picture that nobody may see, blacked out in the camera's own planes before anything else.

Screen, PIN pad and paper (`DOMAIN`, issue "what must work" 5). Not responsible for whether they are in the right place:
`kiosk evidence still` shows that to the fitter.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from firmware import config

_BLACK_LUMA = 0
_NO_COLOUR = 128


class Masks:
    """The masks of one camera's configuration. A mask that splits a chroma sample takes the whole of it."""

    def __init__(self, settings: config.Camera) -> None:
        self._size = (settings.width, settings.height)
        self._rectangles = [
            (mask.x // 2 * 2, mask.y // 2 * 2, -(-(mask.x + mask.width) // 2) * 2, -(-(mask.y + mask.height) // 2) * 2)
            for mask in settings.masks
        ]

    def apply(self, planes: NDArray[np.uint8]) -> None:
        """Black out, in place, planes of YUV 4:2:0, shape (height * 3 / 2, width)."""
        width, height = self._size
        chroma = planes[height:].reshape(2, height // 2, width // 2)
        for x0, y0, x1, y1 in self._rectangles:
            planes[y0:y1, x0:x1] = _BLACK_LUMA
            chroma[:, y0 // 2 : y1 // 2, x0 // 2 : x1 // 2] = _NO_COLOUR

    def free(self) -> NDArray[np.bool_]:
        """Return where one may look, shape (height, width)."""
        width, height = self._size
        free = np.ones((height, width), np.bool_)
        for x0, y0, x1, y1 in self._rectangles:
            free[y0:y1, x0:x1] = False
        return free
