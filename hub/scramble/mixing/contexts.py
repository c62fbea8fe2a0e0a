"""What is already known around a dot, as places in the counters' tables.

Row registers: bit k of `rows[0]` is the dot k + 1 to the left; bit `AHEAD` - d of `rows[n]` is the dot d to the right
in the n-th row above. Not responsible for what the counters do with it (`mixer.py`). Part of the printed format.
"""

from typing import Any

import numba
import numpy as np
from numpy.typing import NDArray

ROWS = 16  # rows above that are looked at
AHEAD = 15  # dots to the right in them
BITS = 20  # of a place in a table
QUIET, BUSY = 4, 14  # contexts of a dot with nothing black near it, and of any other
_ONE = np.uint64(1)
_SPREAD = np.uint64(0x9E3779B97F4A7C15)
_FINISH = np.uint64(0xD6E8FEB86659FD93)
_FOLD = np.uint64(0x2545F4914F6CDD1D)
_HALF, _PART = np.uint64(32), np.uint64(29)
_jit: Any = numba.njit

Registers = NDArray[np.uint64]
Places = NDArray[np.int64]


@_jit(inline="always")
def place(value: Any, number: int, bits: int) -> Any:
    """Hash a context's value to `bits` bits; contexts with another number go elsewhere."""
    mixed = (value + np.uint64(number)) * _SPREAD
    mixed ^= mixed >> _HALF
    mixed *= _FINISH
    return np.int64(mixed >> np.uint64(64 - bits))


@_jit(inline="always")
def span(row: Any, left: int, right: int) -> Any:
    """Dots from `left` to the left to `right` to the right in a row above."""
    return (row >> np.uint64(AHEAD - right)) & ((_ONE << np.uint64(left + right + 1)) - _ONE)


@_jit(inline="always")
def folded(rows: Registers, before: int, count: int, left: int, right: int) -> Any:
    """Fold `before` dots to the left and the same stretch of `count` rows above into one value."""
    value = rows[0] & ((_ONE << np.uint64(before)) - _ONE)
    for row in range(1, count + 1):
        value = (value * _FOLD) ^ span(rows[row], left, right) ^ (value >> _PART)
    return value


@_jit(inline="always")
def is_quiet(rows: Registers) -> Any:
    """Nothing black in the 11 dots next to this one."""
    return ((rows[0] & np.uint64(7)) | span(rows[1], 2, 2) | span(rows[2], 1, 1)) == np.uint64(0)


@_jit(inline="always")
def nearest(rows: Registers) -> Any:
    """Give the 8 nearest dots, for choosing weights."""
    left = rows[0] & np.uint64(3)
    return np.int64(left | span(rows[1], 1, 2) << np.uint64(2) | span(rows[2], 1, 0) << np.uint64(6))


@_jit(inline="always")
def surroundings(rows: Registers, since: int) -> Any:
    """Give 6 bits of a quiet dot's wider surroundings: where black is above, and how far back in this row."""
    above = np.uint64(0)
    for row in range(1, ROWS + 1):
        above |= rows[row]
    found = np.int64(span(above, 14, 0) != np.uint64(0))
    found |= np.int64(span(above, 0, 15) != np.uint64(0)) << 1
    found |= np.int64(span(above, 0, 0) != np.uint64(0)) << 2
    found |= np.int64((rows[0] & np.uint64(0xFFFF00)) != np.uint64(0)) << 5
    return found | (0 if since >= 255 else 1 if since < 24 else 2 if since < 60 else 3) << 3  # noqa: PLR2004


@_jit(inline="always")
def quiet_places(around: int, x: int, y: int, below: int, places: Places) -> None:
    """Fill `places` of a quiet dot: by column, by row, by place from the page's top and from its end."""
    places[0] = place(np.uint64(x * 64 + around), 15, BITS)
    places[1] = place(np.uint64(y * 64 + around), 16, BITS)
    places[2] = place(np.uint64(y * 2048 + x), 17, BITS)
    places[3] = place(np.uint64(below * 2048 + x), 18, BITS)


@_jit
def busy_places(rows: Registers, x: int, y: int, below: int, places: Places) -> None:
    """Fill `places` of any other dot: stretches of growing size, then by column, and from the page's top and end."""
    three = np.uint64(3)
    places[0] = place(folded(rows, 3, 2, 2, 2) ^ span(rows[3], 1, 1), 1, BITS)
    places[1] = place(folded(rows, 4, 3, 3, 3), 2, BITS)
    places[2] = place(folded(rows, 5, 4, 4, 4), 3, BITS)
    places[3] = place(folded(rows, 7, 6, 5, 5), 4, BITS)
    places[4] = place(folded(rows, 4, 10, 4, 4), 5, BITS)
    places[5] = place(folded(rows, 6, 12, 6, 6), 6, BITS)
    places[6] = place(folded(rows, 10, 8, 10, 10), 7, BITS)
    places[7] = place(folded(rows, 14, 16, 14, 8), 8, BITS)
    places[8] = place(folded(rows, 5, 16, 6, 12), 9, BITS)
    places[9] = place(folded(rows, 12, 4, 15, 15), 10, BITS)
    places[10] = place(folded(rows, 24, 6, 24, 4), 11, BITS)
    near = (rows[0] & np.uint64(7)) | span(rows[1], 1, 1) << three
    places[11] = place(np.uint64(x) << np.uint64(8) | near, 12, BITS)
    places[12] = place(np.uint64(y * 2048 + x), 13, BITS)
    places[13] = place(np.uint64(below * 2048 + x), 14, BITS)
