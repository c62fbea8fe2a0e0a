"""Stretches of white: one bit for up to 32 dots below which nothing can be seen, and where black begins if it does.

A dot is *clear* when the five dots above it and the three above those are white. Not responsible for other dots
(`coder.py`). Part of the printed format.
"""

from typing import Any

import numpy as np

from hub.scramble.mixing.compiled import compiled, inlined
from hub.scramble.mixing.contexts import BASES, CONTEXTS, RING, WHITE_BITS
from hub.scramble.mixing.mixer import WHITE, WHITE_SEEN, coded

SHORTEST = 4
_LONGEST = 32
_ROWS = 16  # rows above that are looked at
_FAR = 255
_AGE_MAX = 15
_BENDS = 64
_DOTS, _DOTS_SEEN = 256, 256  # weight sets of single dots stand behind those of runs
_ABOVE_ONE, _ABOVE_TWO = np.uint32(0x3E000), np.uint32(0x1C000)
_SPREAD, _FINISH = np.uint64(0x9E3779B97F4A7C15), np.uint64(0xD6E8FEB86659FD93)
_FOLD = 0x2545F491


@compiled
def measure(windows: Any, clear: Any, y: int) -> None:
    """Fill `clear` with the number of clear dots from each column to the right."""
    count, one, two = 0, (y - 1) & (RING - 1), (y - 2) & (RING - 1)
    for x in range(windows.shape[1] - 1, -1, -1):
        near = (windows[one, x] & _ABOVE_ONE) | (windows[two, x] & _ABOVE_TWO)
        count = 0 if near else count + 1
        clear[x] = count


@compiled
def run(  # noqa: PLR0917 - compiled
    state: Any, curve: Any, it: Any, stream: Any, page: Any, y: int, x: int, last: int, row: Any
) -> int:
    """Code a run of white from column `x`, and the dots up to the first black one if it is none.

    `last` is the column of the last black dot, `row` the canvas row; returns the column after what was coded.
    """
    length, size = _LONGEST, 3
    while length > page.clear[x]:
        length, size = length >> 1, size - 1
    black = 0
    for k in range(length):
        black |= np.int64(row[x + k])
    begun = page.begun[0]
    around = _places(page, it, y, x, min(_FAR, x - 1 - last), size, begun, x + (length >> 1))
    black = coded(state, curve, it, stream, 1, WHITE + around, WHITE_SEEN, _BENDS + size, black)
    end = x + length
    if not black:
        return end
    page.begun[0] = begun + 1
    dot = 0
    while not dot:
        dot = 1
        if x + 1 < end:
            size = 4 + min(31, end - x)
            around = _places(page, it, y, x, min(_FAR, x - 1 - last), size, begun, x)
            first_seen = WHITE_SEEN + _DOTS_SEEN
            dot = coded(state, curve, it, stream, 1, WHITE + around, first_seen, _BENDS + size, np.int64(row[x]))
        row[x] = dot
        x += 1
    for k in range(max(0, x - 8), min(len(page.started), x + 8)):
        page.started[k] = y
    return x


@compiled
def _places(  # noqa: PLR0917 - compiled
    page: Any, it: Any, y: int, x: int, since: int, size: int, begun: int, middle: int
) -> Any:
    """Fill the places; returns 9 bits for choosing weights: the size, and where black is above."""
    windows, below = page.windows, page.canvas.shape[0] - y
    above = np.uint32(0)
    for row in range(1, _ROWS + 1):
        above |= windows[(y - row) & (RING - 1), x]
    found = np.int64(above >> 15 & 0x7FFF != 0) | np.int64(above & 0xFFFF != 0) << 1 | np.int64(above >> 15 & 1) << 2
    distance = 0 if since >= _FAR else 1 if since < 24 else 2 if since < 60 else 3  # noqa: PLR2004
    around = (size * 4 + distance) * 8 + found
    starts, age = min(3, begun), max(0, min(_AGE_MAX, y - page.started[middle]))
    deep = np.int64(0)
    for row in range(3, 9):
        deep = deep * _FOLD + np.int64(windows[(y - row) & (RING - 1), x])
    it.places[0] = _place(x * 2048 + around, 0)
    it.places[1] = _place(y * 2048 + around, 1)
    it.places[2] = _place((y * 2048 + x) * 64 + size, 2)
    it.places[3] = _place((below * 2048 + x) * 64 + size, 3)
    it.places[4] = _place((around * 4 + starts) * 64 + age, 4)
    it.places[5] = _place(deep * 64 + size, 5)
    it.places[7] = _place((y * 2048 + around) * 4 + starts, 6)
    return size * 8 + found


@inlined
def _place(value: int, k: int) -> Any:
    """Hash a context's value."""
    mixed = np.uint64(value) * _SPREAD
    mixed = (mixed ^ mixed >> np.uint64(32)) * _FINISH
    return np.uint32(np.uint64(BASES[CONTEXTS] + (k << WHITE_BITS)) + (mixed >> np.uint64(64 - WHITE_BITS)))
