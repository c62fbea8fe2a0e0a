"""What is already known around a dot, as places in the table of histories. Part of the printed format.

A window is 32 bits of a row around column x: bit 15 is the dot at x, bit 16 that to its left, bit 0 the 15th to its
right. Five contexts of a dot are stretches around it, hashed; two its place on the page, from the top and from the end.
The seven of a white run are in `white.py`. Not responsible for what histories do with it (`mixer.py`).
"""

from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from hub.scramble.mixing.compiled import compiled, inlined

AHEAD = 15  # dots to the right in a window
RING = 32  # rows whose windows are kept
PIECE = 64  # columns whose places are collected at a time
CONTEXTS, HASHED = 7, 5
_BITS = (16, 20, 20, 20, 20, 20, 20)  # of a place, for each context of a dot
WHITE_BITS = 16  # of a place, for each context of a white run
BASES = tuple(sum(1 << bits for bits in _BITS[:k]) for k in range(CONTEXTS + 1))
SLOTS = BASES[CONTEXTS] + (CONTEXTS << WHITE_BITS)
_PLACES = (1 << _BITS[-1]) - 1
# dots to the left in the row itself, and (rows above, dots to the left, dots to the right)
_STRETCHES = (
    (3, ((1, 2, 2), (2, 2, 2), (3, 1, 1))),
    (5, tuple((row, 4, 4) for row in range(1, 5))),
    (7, tuple((row, 5, 5) for row in range(1, 7))),
    (4, tuple((row, 4, 4) for row in range(1, 11))),
    (6, tuple((row, 6, 6) for row in range(1, 13))),
)
_ROWS = 12
_SEED = 0x4D495832
_MIX = np.uint32(0x9E3779B1)
_FOLD = np.uint32(15)
_LEFT_OF = np.uint32(AHEAD + 1)


class Stretches(NamedTuple):
    """The hashed contexts, as numbers for the compiled functions."""

    masks: NDArray[np.uint32]  # (HASHED, _ROWS); of the windows above
    factors: NDArray[np.uint32]  # (HASHED, _ROWS)
    left_masks: NDArray[np.uint32]  # (HASHED,); of the dots to the left, the nearest in bit 0
    left_factors: NDArray[np.uint32]  # (HASHED,)
    bases: NDArray[np.uint32]  # (HASHED,)
    shifts: NDArray[np.uint32]  # (HASHED,)


def stretches() -> Stretches:
    """Give the hashed contexts; factors are odd words of SplitMix64."""
    masks, lefts = np.zeros((HASHED, _ROWS), np.uint32), np.zeros(HASHED, np.uint32)
    for k, (before, spans) in enumerate(_STRETCHES):
        lefts[k] = (1 << before) - 1
        for row, left, right in spans:
            masks[k, row - 1] = ((1 << (left + right + 1)) - 1) << (AHEAD - right)
    factors = np.array([_word(n) >> 32 | 1 for n in range(HASHED * (_ROWS + 1))], np.uint32)
    shifts = np.array([32 - bits for bits in _BITS[:HASHED]], np.uint32)
    above = factors[HASHED:].reshape(HASHED, _ROWS)
    return Stretches(masks, above, lefts, factors[:HASHED], np.array(BASES[:HASHED], np.uint32), shifts)


def _word(number: int) -> int:
    """Give a word of SplitMix64."""
    most = (1 << 64) - 1
    word = (_SEED + (number + 1) * 0x9E3779B97F4A7C15) & most
    word = (word ^ word >> 30) * 0xBF58476D1CE4E5B9 & most
    word = (word ^ word >> 27) * 0x94D049BB133111EB & most
    return word ^ word >> 31


@compiled
def above(known: Any, windows: Any, hashes: Any, y: int, first: int) -> None:
    """Fill `hashes` of a piece of a row, from column `first`, with what the rows above say."""
    end = min(hashes.shape[1], first + PIECE)
    for k in range(HASHED):
        for x in range(first, end):
            hashes[k, x] = 0
        for row in range(_ROWS):
            mask, factor = known.masks[k, row], known.factors[k, row]
            if mask:
                window = (y - 1 - row) & (RING - 1)
                for x in range(first, end):
                    hashes[k, x] += np.uint32((windows[window, x] & mask) * factor)


@inlined
def place(known: Any, k: int, above_: Any, left: Any) -> Any:
    """Give a hashed context's place, from what the rows above say and the dots to the left."""
    value = np.uint32(above_ + np.uint32((left & known.left_masks[k]) * known.left_factors[k]))
    value = np.uint32((value ^ value >> _FOLD) * _MIX)
    return np.uint32((value >> known.shifts[k]) + known.bases[k])


@compiled
def finish(known: Any, windows: Any, hashes: Any, y: int, first: int) -> None:
    """Make places of the hashes of a piece of a row whose dots are known."""
    end, own = min(hashes.shape[1], first + PIECE), y & (RING - 1)
    for k in range(HASHED):
        for x in range(first, end):
            hashes[k, x] = place(known, k, hashes[k, x], windows[own, x] >> _LEFT_OF)


@inlined
def on_page(row: int, width: int, x: int, k: int) -> Any:
    """Give the place of the context by position, `row` from the top or from the end."""
    return np.uint32(BASES[k] + ((row * width + x) & _PLACES))


@inlined
def nearest(left: Any, one_up: Any, two_up: Any) -> Any:
    """Give the 8 nearest dots, for choosing weights."""
    return np.int64(left & 3) | np.int64(one_up >> 13 & 15) << 2 | np.int64(two_up >> 15 & 3) << 6


@compiled
def look(windows: Any, canvas: Any, margin: int, y: int) -> None:
    """Fill the windows of row `y`, which is known."""
    window, own = np.uint32(0), y & (RING - 1)
    for x in range(AHEAD):
        window = np.uint32(window << np.uint32(1) | np.uint32(canvas[y, margin + x]))
    for x in range(windows.shape[1]):
        window = np.uint32(window << np.uint32(1) | np.uint32(canvas[y, margin + x + AHEAD]))
        windows[own, x] = window
