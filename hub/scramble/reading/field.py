"""Where the known patches really are: displacements of the lattice's nodes against the homography.

Each patch is compared with the scan within 5 dots; the patches then agree by passing messages along rows and columns,
so that a smooth bend, a feed error common to a row and the jump at a fold all survive, and a single false match does
not. Not responsible for the finer alignment that follows once bits are known (`alignment.py`).
Source: Hirschmueller, "Stereo processing by semiglobal matching" (2008).
"""

from typing import Any

import numba
import numpy as np

from hub.scramble.layout import PATCH, Layout
from hub.scramble.reading.arrays import Double, Float, Grey, gaussian, look, match, mesh
from hub.scramble.reading.register import peak, project

SAMPLES_A_DOT = 2
REACH = 5 * SAMPLES_A_DOT
NEAR = SAMPLES_A_DOT
_SLOPE = 0.03  # cost of neighbours that differ by one sample
_JUMP = 0.30  # cost of any larger jump
_CREDIBLE = 0.05
_jit: Any = numba.njit


def find_field(grey: Grey, homography: Double, plan: Layout) -> Float:
    """Find (x, y) displacements in dots at every node: shape (rows, columns, 2)."""
    scores = _scores(grey, homography, plan)
    side = 2 * REACH + 1
    total = _agree(-(np.maximum(scores, 0) ** 2), _SLOPE, _JUMP)
    best = total.argmin(axis=2)
    shape = total.shape[:2]
    field = np.zeros((*shape, 2), np.float32)
    for i, j in np.ndindex(shape):
        row, column = divmod(int(best[i, j]), side)
        near = scores[i, j].reshape(side, side)
        fine_x, fine_y = (
            (peak(near[row], column), peak(near[:, column], row)) if near[row, column] > _CREDIBLE else (0, 0)
        )
        field[i, j] = ((column + fine_x - REACH) / SAMPLES_A_DOT, (row + fine_y - REACH) / SAMPLES_A_DOT)
    return field


def patch_scores(grey: Grey, homography: Double, plan: Layout) -> Float:
    """Best correlation of each patch that is there, within a dot of its place."""
    scores = _scores(grey, homography, plan)[plan.frame.patches()]
    near = slice(REACH - NEAR, REACH + NEAR + 1)
    return scores.reshape(len(scores), 2 * REACH + 1, 2 * REACH + 1)[:, near, near].max(axis=(1, 2))


def _scores(grey: Grey, homography: Double, plan: Layout) -> Float:
    """Correlation of each patch at each displacement: (rows, columns, side * side); 0 where a node has no patch."""
    frame, pad = plan.frame, 8
    step = 1 / SAMPLES_A_DOT
    x, y = mesh(
        np.arange(-pad, frame.width + pad, step) + step / 2, np.arange(-pad, frame.height + pad, step) + step / 2
    )
    flat = look(grey, project(homography, x, y))
    ys, xs = frame.nodes
    present = frame.patches()
    side, size = 2 * REACH + 1, PATCH * SAMPLES_A_DOT
    scores = np.zeros((*present.shape, side * side), np.float32)
    for i, j in np.argwhere(present):
        top, left = (ys[i] + pad) * SAMPLES_A_DOT - REACH, (xs[j] + pad) * SAMPLES_A_DOT - REACH
        window = flat[top : top + size + 2 * REACH, left : left + size + 2 * REACH]
        scores[i, j] = match(window, _template(plan, int(ys[i]), int(xs[j]))).ravel()
    return scores


def _template(plan: Layout, y: int, x: int) -> Float:
    rows, columns = plan.module
    value = plan.value[y // rows : (y + PATCH) // rows, x // columns : (x + PATCH) // columns]
    drawn = value.repeat(rows * SAMPLES_A_DOT, axis=0).repeat(columns * SAMPLES_A_DOT, axis=1)
    return gaussian(1 - drawn.astype(np.float32), 0.45 * SAMPLES_A_DOT, 0.45 * SAMPLES_A_DOT)


@_jit(cache=True)
def _agree(cost: Float, slope: float, jump: float) -> Float:
    """Sum of the costs of the best paths from four sides to each node and label."""
    rows, columns, labels = cost.shape
    side = int(np.sqrt(labels))
    total = cost.copy()
    message = np.empty(labels, np.float32)
    for direction in range(4):
        vertical, backward = direction % 2, direction // 2
        lines, length = (columns, rows) if vertical else (rows, columns)
        for line in range(lines):
            message[:] = 0
            for step in range(length):
                at = length - 1 - step if backward else step
                i, j = (at, line) if vertical else (line, at)
                for k in range(labels):
                    total[i, j, k] += message[k]
                    message[k] += cost[i, j, k]
                _relax(message, side, slope, jump)
    return total


@_jit(cache=True)
def _relax(message: Float, side: int, slope: float, jump: float) -> None:
    """Lower each label's cost to the cheapest neighbour's plus the cost of the difference; the least becomes 0."""
    least = message.min()
    for k in range(side * side):
        message[k] = min(message[k] - least, jump)
    for i in range(side):
        for j in range(1, side):
            message[i * side + j] = min(message[i * side + j], message[i * side + j - 1] + slope)
        for j in range(side - 2, -1, -1):
            message[i * side + j] = min(message[i * side + j], message[i * side + j + 1] + slope)
    for i in range(1, side):
        for j in range(side):
            message[i * side + j] = min(message[i * side + j], message[(i - 1) * side + j] + slope)
    for i in range(side - 2, -1, -1):
        for j in range(side):
            message[i * side + j] = min(message[i * side + j], message[(i + 1) * side + j] + slope)
