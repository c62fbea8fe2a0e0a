"""Where everything of the grid stands: labels in the corners, bullseyes along the edges, known patches, data modules.

All positions are dots from the grid's upper left corner. Not responsible for drawing on a head's width (`panel.py`).
Format: `docs/reference/scramble.md`, "Layout".
"""

from dataclasses import dataclass
from functools import lru_cache
from math import ceil

import numpy as np
from numpy.typing import NDArray

from hub.scramble.bullseye import SIDE_DOTS
from hub.scramble.profile import Profile
from hub.scramble.shuffle import permutation, words

PATCH = 8
LATTICE = 32
ROW_UNIT = 8
LABEL_MODULE_DOTS = 3
_LABEL_QUIET_DOTS = 9
_EDGE_GAP = 4  # between the grid's edge and the outermost patches
_BULLSEYE_SPACING = 360
_LOW_ROW_MIN = 6  # bullseyes in the lower row of the low layout, so that there are eight at least
_PATCH_SEED = 0x5041544348
_SHUFFLE_SEED = 0x53485546
_BALANCE = (3, 5)  # of 8: black dots of a patch's half


@dataclass(frozen=True, slots=True)
class Frame:
    """Size of a grid in dots and all that follows from it without regard to modules."""

    width: int
    height: int
    label_side: int
    low: bool = False  # the labels stand in one row, two at each end

    @property
    def labels(self) -> list[tuple[int, int]]:
        """(x, y) of the four labels' squares, by slot."""
        side = self.label_side
        right, below = self.width - side, self.height - side
        if self.low:
            return [(0, 0), (right, 0), (side, 0), (right - side, 0)]
        return [(0, 0), (right, 0), (0, below), (right, below)]

    @property
    def bullseyes(self) -> list[tuple[int, int]]:
        """(x, y) of the bullseyes' squares; the first is the inverted one."""
        right, below = self.width - SIDE_DOTS, self.height - SIDE_DOTS
        if self.low:
            between = _spread(2 * self.label_side, right - 2 * self.label_side)
            return [(x, 0) for x in between] + [(x, below) for x in _spread(0, right, _LOW_ROW_MIN)]
        across = _spread(self.label_side, right - self.label_side)
        down = _spread(self.label_side, below - self.label_side)
        return (
            [(x, 0) for x in across]
            + [(x, below) for x in across]
            + [(0, y) for y in down]
            + [(right, y) for y in down]
        )

    @property
    def nodes(self) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
        """Rows and columns of the patches' upper left corners."""
        return _lattice(self.height), _lattice(self.width)

    def reserved(self) -> list[tuple[int, int, int]]:
        """(x, y, side) of all squares that hold neither patches nor data."""
        return [(x, y, self.label_side) for x, y in self.labels] + [(x, y, SIDE_DOTS) for x, y in self.bullseyes]

    def patches(self) -> NDArray[np.bool_]:
        """Which nodes of the lattice carry a patch (rows, columns)."""
        ys, xs = self.nodes
        free = np.ones((ys.size, xs.size), np.bool_)
        for x, y, side in self.reserved():
            rows = (ys > y - PATCH) & (ys < y + side)
            columns = (xs > x - PATCH) & (xs < x + side)
            free &= ~(rows[:, None] & columns[None, :])
        return free

    def data_dots(self) -> int:
        """Count dots that are left for data."""
        taken = sum(side * side for _, _, side in self.reserved())
        return self.width * self.height - taken - PATCH * PATCH * int(self.patches().sum())


@dataclass(frozen=True, slots=True)
class Layout:
    """A grid of modules: known ones with their values, and the data modules in the order of the shuffled bits."""

    frame: Frame
    module: tuple[int, int]
    known: NDArray[np.bool_]  # (rows, columns) of modules: belongs to a patch
    value: NDArray[np.uint8]  # of known modules, 1 = black
    reserved: NDArray[np.bool_]
    order: NDArray[np.int64]  # flat index of the module that carries data bit 0, 1, …


def label_side(version: int) -> int:
    """Side in dots of a label's square with its quiet zone, a multiple of 4."""
    return ceil(((17 + 4 * version) * LABEL_MODULE_DOTS + 2 * _LABEL_QUIET_DOTS) / 4) * 4


def least_height(side: int, *, low: bool = False) -> int:
    """Give the rows of the lowest grid whose labels and bullseyes have room beside one another."""
    return ceil((side + SIDE_DOTS if low else 2 * side + 3 * SIDE_DOTS) / ROW_UNIT) * ROW_UNIT


def least_width(side: int, *, low: bool = False) -> int:
    """Give the width that labels and two bullseyes beside one another need."""
    return (4 if low else 2) * side + 2 * SIDE_DOTS


def smallest_frame(width: int, side: int, data_dots: int, *, low: bool = False) -> Frame:
    """Choose the lowest grid, in steps of `ROW_UNIT`, that has room for the data."""
    height = max(least_height(side, low=low), ceil(data_dots / width / ROW_UNIT) * ROW_UNIT)
    while (frame := Frame(width, height, side, low)).data_dots() < data_dots:
        height += ROW_UNIT
    return frame


@lru_cache(maxsize=12)
def layout(frame: Frame, profile: Profile) -> Layout:
    """Lay out a grid; the result is shared and read only."""
    rows, columns = profile.value.module_rows, profile.value.module_columns
    shape = (frame.height // rows, frame.width // columns)
    reserved = np.zeros(shape, np.bool_)
    for x, y, side in frame.reserved():
        reserved[y // rows : (y + side) // rows, x // columns : (x + side) // columns] = True
    known, value = _patch_modules(frame, shape, (rows, columns))
    data = np.flatnonzero(~(reserved | known))
    order = data[permutation(data.size, _SHUFFLE_SEED)]
    for array in (reserved, known, value, order):
        array.flags.writeable = False
    return Layout(frame, (rows, columns), known, value, reserved, order)


def _patch_modules(
    frame: Frame, shape: tuple[int, int], module: tuple[int, int]
) -> tuple[NDArray[np.bool_], NDArray[np.uint8]]:
    down, across = PATCH // module[0], PATCH // module[1]
    known, value = np.zeros(shape, np.bool_), np.zeros(shape, np.uint8)
    patterns = _patterns(down, across)
    ys, xs = frame.nodes
    for i, j in np.argwhere(frame.patches()):
        top, left = ys[i] // module[0], xs[j] // module[1]
        known[top : top + down, left : left + across] = True
        value[top : top + down, left : left + across] = patterns[(int(i) * 7 + int(j) * 3) % len(patterns)]
    return known, value


@lru_cache(maxsize=4)
def _patterns(down: int, across: int) -> NDArray[np.uint8]:
    """Give 16 patterns, black and white in balance in each half both ways, so that all can be told from a shift."""
    found: list[NDArray[np.uint8]] = []
    half = down * across // 2
    for word in words(4096, _PATCH_SEED):
        bits = np.array([int(word) >> k & 1 for k in range(down * across)], np.uint8).reshape(down, across)
        halves = (bits[: down // 2], bits[down // 2 :], bits[:, : across // 2], bits[:, across // 2 :])
        if all(_BALANCE[0] * half <= 8 * int(part.sum()) <= _BALANCE[1] * half for part in halves):
            found.append(bits)
    return np.stack(found[:16])


def _lattice(length: int) -> NDArray[np.int64]:
    last = length - PATCH - _EDGE_GAP
    count = ceil((last - _EDGE_GAP) / LATTICE) + 1
    return (_EDGE_GAP + np.arange(count) * (last - _EDGE_GAP) // (count - 1)) // 4 * 4


def _spread(first: int, last: int, least: int = 2) -> list[int]:
    """Positions from `first` to `last`, both included, at most `_BULLSEYE_SPACING` apart, multiples of 4."""
    count = max(least, ceil((last - first) / _BULLSEYE_SPACING) + 1)
    return [(first + k * (last - first) // (count - 1)) // 4 * 4 for k in range(count)]
