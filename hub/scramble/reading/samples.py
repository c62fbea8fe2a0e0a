"""The scan sampled on the grid: two samples a module each way, with a border, and brought to one contrast.

Not responsible for where the grid is. Sample (2 b + 2 i + p, 2 b + 2 j + q) of border `b` modules lies at the centre
of quarter (p, q) of module (i, j).
"""

import numpy as np

from hub.scramble.layout import PATCH, Layout
from hub.scramble.reading.arrays import Double, Float, Grey, Mask, box_mean, interpolate, look, mesh
from hub.scramble.reading.register import project

BORDER = 3  # modules
_WIDE_DOTS = 41
_NEAR_DOTS = 13
_FAINT = 0.35  # of the usual contrast: below it noise is not raised further


class Sampler:
    """Samples one registered scan; `move` refines where it looks."""

    def __init__(self, grey: Grey, homography: Double, field: Float, plan: Layout) -> None:
        self._grey = grey
        self._homography = homography
        rows, columns = plan.module
        self._y = _positions(plan.known.shape[0], rows)
        self._x = _positions(plan.known.shape[1], columns)
        ys, xs = plan.frame.nodes
        at_row = interpolate(self._y, ys + PATCH / 2, np.arange(ys.size))
        at_column = interpolate(self._x, xs + PATCH / 2, np.arange(xs.size))
        self._shift = look(field, np.stack(mesh(at_column, at_row), axis=-1).astype(np.float32))
        self._module = plan.module

    def move(self, shift: Float) -> None:
        """Add to the displacement of every sample: (rows, columns, 2), (x, y) in dots."""
        self._shift += shift

    def sample(self) -> tuple[Float, Float]:
        """Give the samples with local mean 0 and deviation about 1, and local contrast against the usual one."""
        x, y = mesh(self._x, self._y)
        where = project(self._homography, x + self._shift[..., 0], y + self._shift[..., 1])
        raw = look(self._grey, where, cubic=True)
        wide, near = self._window(_WIDE_DOTS), self._window(_NEAR_DOTS)
        level = raw - box_mean(raw, wide)
        power = level * level
        deviation = np.sqrt(np.maximum(box_mean(power, wide), 0))
        usual = max(float(np.median(deviation)), 1e-3)
        contrast = np.sqrt(np.maximum(box_mean(power, near), 0)) / np.float32(usual)
        contrast *= self._inside(where)
        return level / np.maximum(deviation, np.float32(_FAINT * usual)), contrast

    def _inside(self, where: Float) -> Mask:
        """Which positions lie in the picture: beyond it its edge is repeated, which looks like print."""
        rows, columns = self._grey.shape
        x, y = where[..., 0], where[..., 1]
        return (x > -1) & (y > -1) & (x < columns) & (y < rows)

    def _window(self, dots: int) -> tuple[int, int]:
        rows, columns = self._module
        return (int(2 * dots / columns) | 1, int(2 * dots / rows) | 1)


def of_modules(samples: Float) -> Float:
    """Take the value at the upper left quarter of every module: (rows, columns) of modules."""
    return samples[2 * BORDER : -2 * BORDER : 2, 2 * BORDER : -2 * BORDER : 2]


def _positions(modules: int, dots: int) -> Double:
    """Centres of the samples along one side, in dots."""
    return (np.arange(2 * (modules + 2 * BORDER), dtype=np.float64) + 0.5) * dots / 2 - BORDER * dots
