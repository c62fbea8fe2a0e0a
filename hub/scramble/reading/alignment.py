"""Fine alignment from decisions: the picture that the believed modules would give, moved onto the one there is.

Not responsible for decisions. Source: Lucas and Kanade, "An iterative image registration technique" (1981), with a
window that follows the panel's bends; the forward model is a linear filter fitted to the scan.
"""

import numpy as np

from hub.scramble.layout import Layout
from hub.scramble.reading.arrays import Float, correlate, gaussian, slopes, solve, windows_of
from hub.scramble.reading.samples import BORDER

_WINDOW_DOTS = 12.0
_TAPS = 5
_EXAMPLES_MAX = 20000
_CLIP = 1.5
_STEADY = 0.1  # weight of staying where it is, against the usual gradient
_STEP_MAX_MODULES = 0.5
_SEED = 2


def misalignment(samples: Float, belief: Float, plan: Layout) -> Float:
    """Displacement to add to every sample's position, (x, y) in dots."""
    model = _forward(samples, belief, plan)
    inner = np.zeros(samples.shape, np.float32)
    inner[_inner(0, 0, belief.shape, 1)] = (~plan.reserved).repeat(2, axis=0).repeat(2, axis=1)
    error = np.clip((samples - model) * inner, -_CLIP, _CLIP)
    gx, gy = slopes(model)
    rows, columns = plan.module
    sigma_x, sigma_y = 2 * _WINDOW_DOTS / columns, 2 * _WINDOW_DOTS / rows

    def smooth(values: Float) -> Float:
        return gaussian(values * inner, sigma_x, sigma_y)

    xx, yy, xy, ex, ey = smooth(gx * gx), smooth(gy * gy), smooth(gx * gy), smooth(gx * error), smooth(gy * error)
    steady = _STEADY * float(np.median(xx[inner > 0]))
    xx, yy = xx + steady, yy + steady
    size = xx * yy - xy * xy
    dx, dy = (yy * ex - xy * ey) / size, (xx * ey - xy * ex) / size  # in samples: half modules
    limit = 2 * _STEP_MAX_MODULES
    shift = np.stack((np.clip(dx, -limit, limit) * columns / 2, np.clip(dy, -limit, limit) * rows / 2), axis=-1)
    return np.asarray(-shift, np.float32)


def _forward(samples: Float, belief: Float, plan: Layout) -> Float:
    """Fit, for each quarter of a module, a filter from modules to samples; apply it."""
    model = np.zeros_like(samples)
    shape = belief.shape
    pad = _TAPS // 2
    around = windows_of(np.pad(belief, pad), (_TAPS, _TAPS))
    free = np.flatnonzero(~plan.reserved)
    chosen = np.random.default_rng(_SEED).choice(free, min(_EXAMPLES_MAX, free.size), replace=False)
    rows, columns = np.divmod(chosen, shape[1])
    features = np.column_stack((around[rows, columns].reshape(rows.size, -1), np.ones(rows.size, np.float32)))
    gram = features.T @ features + 1e-3 * rows.size * np.eye(features.shape[1], dtype=np.float32)
    for down in range(2):
        for across in range(2):
            part = samples[_inner(down, across, shape, 2)]
            taps = solve(gram, features.T @ part[rows, columns])
            kernel = taps[:-1].reshape(_TAPS, _TAPS)
            model[_inner(down, across, shape, 2)] = correlate(belief, kernel, (-1, -1), beyond_zero=True) + taps[-1]
    return model


def _inner(down: int, across: int, shape: tuple[int, ...], step: int) -> tuple[slice, slice]:
    """Give the slices of the samples inside the border, from quarter (down, across)."""
    top, left = 2 * BORDER + down, 2 * BORDER + across
    return slice(top, top + 2 * shape[0] - down, step), slice(left, left + 2 * shape[1] - across, step)
