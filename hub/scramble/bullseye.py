"""The fiducial: a disc and a ring in a white square of 32 dots.

One of each panel is drawn with the colours of disc and ring exchanged: it tells which end is up when no label can be
read. Not responsible for finding it.
"""

from functools import cache

import numpy as np
from numpy.typing import NDArray

SIDE_DOTS = 32
_DISC = 4.0
_RING = (7.5, 11.5)
_INVERTED_DISC = 7.5
_EDGE = 14.5


@cache
def bullseye(*, inverted: bool) -> NDArray[np.uint8]:
    """Draw one, `SIDE_DOTS` square, 1 = black."""
    centre = (SIDE_DOTS - 1) / 2
    y, x = np.mgrid[:SIDE_DOTS, :SIDE_DOTS]
    radius = np.hypot(x - centre, y - centre)
    if inverted:
        black = ((radius >= _DISC) & (radius < _INVERTED_DISC)) | ((radius >= _RING[1]) & (radius < _EDGE))
    else:
        black = (radius < _DISC) | ((radius >= _RING[0]) & (radius < _RING[1]))
    drawn = black.astype(np.uint8)
    drawn.flags.writeable = False
    return drawn
