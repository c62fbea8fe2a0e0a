"""How faithfully the keyed dots of a known document stand in a scan, place by place: the paper itself, or a copy of it.

Theory of operation: what a scanner does to the dots that a head printed is nearly linear: each dot leaves the same
spot. So a patch of the scan is the known dots, blurred by one small kernel, and little else; the share of its variance
that such a kernel explains does not depend on blur, contrast or dot gain. A copier and a second head add what no kernel
explains: dots that fade, move onto another grid, merge and vanish. Each patch is looked at alone and moved by whole
cells where a fold or the feed took the lattice out of step, so that folds and stains cost patches and not the verdict.
Source: `docs/reference/background.md`, "Detection".
"""

import math
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from hub.forgery.background import BLOCK, Background, Bits, fine_plane, letters_plane, mark_bits
from hub.forgery.lattice import Lattice
from hub.forgery.mark import LEAST_CELLS, MOST_COLUMNS, PATCH_CELLS, SLIP_CELLS, Cells, Place
from hub.forgery.scan import Field

LEAST_DOTS = 500
LEAST_PATCHES = 6
KERNEL = 5  # dots across
STIFFNESS = 1e-5  # keeps the kernel's equations solvable where a patch has hardly any dots
_REACH = KERNEL // 2
_solve: Any = np.linalg.solve  # its types are not complete
_RIM_CELLS = SLIP_CELLS + 1  # known around the scan's cells


@dataclass(frozen=True, slots=True)
class Fidelity:
    """`patches` that could be judged; `explained`: share of variance in the middle one; `score` in sigmas."""

    patches: int
    explained: float
    score: float


@dataclass(frozen=True, slots=True)
class _Known:
    """What should stand around the scan's cells: keyed bits (-1, 1), fine cells, and the dots themselves.

    All begin `_RIM_CELLS` before the scan; cells a value or `pitch` x `pitch` dots.
    """

    bits: Field
    fine: Bits
    dots: Bits


def fidelity(lattice: Lattice, cells: Cells, place: Place, background: Background, width_dots: int) -> Fidelity:
    """Compare all patches with the document's dots; `lattice` is turned as `place` says."""
    rows, columns = cells.down.shape
    known = _known(place, rows, columns, background, width_dots)
    explained: list[float] = []
    scores: list[float] = []
    for top in range(0, rows, PATCH_CELLS):
        for left in range(0, columns, PATCH_CELLS):
            soft = cells.down[top : top + PATCH_CELLS, left : left + PATCH_CELLS]
            if np.count_nonzero(soft) >= LEAST_CELLS:
                down, across, straight = _slip(soft, known, top, left)
                scores.append(straight)
                share = _explained(lattice, soft, known, (top, left), (down, across))
                if share is not None:
                    explained.append(share)
    middle = float(np.median(explained)) if explained else 0.0
    return Fidelity(len(explained), middle, sum(scores) / math.sqrt(max(len(scores), 1)))


def _slip(soft: Field, known: _Known, top: int, left: int) -> tuple[int, int, float]:
    """Return the offset (down, across; in cells) that fits best, and the score without any offset."""
    rows, columns = soft.shape
    straight, best, at = 0.0, -math.inf, (_RIM_CELLS, _RIM_CELLS)
    offsets = range(_RIM_CELLS - SLIP_CELLS, _RIM_CELLS + SLIP_CELLS + 1)
    for down in offsets:
        for across in offsets:
            window = np.s_[top + down : top + down + rows, left + across : left + across + columns]
            product = soft * known.bits[window] * known.fine[window]
            sigmas = float(product.sum() / math.sqrt(float((product**2).sum()) + 1e-9))
            if down == across == _RIM_CELLS:
                straight = sigmas
            if sigmas > best:
                best, at = sigmas, (down, across)
    return *at, straight


def _explained(
    lattice: Lattice, soft: Field, known: _Known, corner: tuple[int, int], slip: tuple[int, int]
) -> float | None:
    """Return the share of the patch's variance that the known dots under one kernel explain; None if too little."""
    pitch = lattice.pitch
    rows, columns = soft.shape
    height, width = rows * pitch, columns * pitch
    top, left = corner[0] * pitch, corner[1] * pitch
    seen = lattice.dark[top : top + height, left : left + width]
    first, second = corner[0] + slip[0], corner[1] + slip[1]
    used = (soft != 0) & known.fine[first : first + rows, second : second + columns]
    used = used.repeat(pitch, axis=0).repeat(pitch, axis=1)
    if np.count_nonzero(used) < LEAST_DOTS:
        return None
    y, x = first * pitch - _REACH, second * pitch - _REACH
    around = known.dots[y : y + height + 2 * _REACH, x : x + width + 2 * _REACH]
    windows: NDArray[Any] = np.lib.stride_tricks.sliding_window_view(around, (KERNEL, KERNEL))[used]
    inputs = windows.reshape(-1, KERNEL * KERNEL).astype(np.float64)
    inputs -= inputs.mean(axis=0)
    values: NDArray[np.float64] = seen[used].astype(np.float64)
    values -= values.mean()
    square = inputs.T @ inputs + STIFFNESS * len(values) * np.eye(KERNEL * KERNEL)
    kernel = _solve(square, inputs.T @ values)
    rest = float(((values - inputs @ kernel) ** 2).mean())
    free = 1 - KERNEL * KERNEL / len(values)
    return 1 - rest / free / (float((values**2).mean()) + 1e-12)


def _known(place: Place, rows: int, columns: int, background: Background, width_dots: int) -> _Known:
    pitch = background.fine_pitch
    row, column = np.indices((rows + 2 * _RIM_CELLS, columns + 2 * _RIM_CELLS))
    row += place.row - _RIM_CELLS
    column += place.column - _RIM_CELLS
    inside = (row >= 0) & (column >= 0) & (column < min(MOST_COLUMNS, width_dots // pitch))
    row, column = np.where(inside, row, 0), np.where(inside, column, 0)
    last = int(row.max()) + 1
    bits = 2.0 * mark_bits(last, MOST_COLUMNS, background.seed)[row, column] - 1
    letters = letters_plane(last * pitch + BLOCK, width_dots)
    ends = (-1, pitch)  # the cell with a rim of one dot
    corners = [
        letters[np.maximum(row * pitch + down, 0), np.clip(column * pitch + right, 0, width_dots - 1)]
        for down in ends
        for right in ends
    ]
    plane = fine_plane(last * pitch, width_dots // pitch * pitch, background)
    dots = plane.reshape(last, pitch, -1, pitch)[row, :, column].transpose(0, 2, 1, 3)
    dots = dots & inside[:, None, :, None]
    whole = dots.reshape(row.shape[0] * pitch, row.shape[1] * pitch)
    return _Known(bits.astype(np.float32), inside & ~np.any(corners, axis=0), whole)
