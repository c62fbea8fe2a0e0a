"""How much each estimate can be trusted: log-likelihood ratios from local signal and noise.

Ink blots and bright folds look certain; they are caught by their lack of local contrast, and in later rounds by the
modules around them whose value is known. Variances have a floor before anything is divided by them.
"""

import numpy as np

from hub.scramble.layout import Layout
from hub.scramble.reading.arrays import Float, Mask, box_mean
from hub.scramble.reading.samples import of_modules

_LIMIT = 16.0
_WIDE_DOTS = 48
_NEAR_DOTS = 16
_SURE_DOTS = 32
_NOISE_FLOOR = 0.4  # of the median variance
_DARK, _CLEAR = 0.30, 0.60  # local contrast: below the first nothing is believed
_SIGNAL_MIN = 0.02


def log_ratios(estimate: Float, contrast: Float, belief: Float, sure: Mask, plan: Layout) -> Float:
    """Ratios (positive: white) of all modules from the equaliser's estimates.

    `belief`: -1 … 1 of each module so far (0: nothing known); `sure`: modules whose belief is certain.
    """
    guess = np.where(np.abs(belief) > 0, belief, np.where(estimate >= 0, 1, -1)).astype(np.float32)
    free = ~plan.reserved
    signal, noise = _fit(estimate, guess, free.astype(np.float32), _box(plan, _WIDE_DOTS))
    near = _fit(estimate, guess, free.astype(np.float32), _box(plan, _NEAR_DOTS))[1]
    noise = np.maximum(noise, near)
    if sure.mean() > 2 * plan.known.mean():
        weight = sure.astype(np.float32) + np.float32(1e-3)
        signal, noise = _fit(estimate, guess, weight, _box(plan, _SURE_DOTS))
    noise = np.maximum(noise, _NOISE_FLOOR * float(np.median(noise[free])))
    gate = np.clip((of_modules(contrast) - _DARK) / (_CLEAR - _DARK), 0, 1)
    ratios = 2 * estimate * np.maximum(signal, _SIGNAL_MIN) / np.maximum(noise, 1e-4) * gate
    return np.clip(ratios, -_LIMIT, _LIMIT).astype(np.float32)


def _fit(estimate: Float, guess: Float, weight: Float, box: tuple[int, int]) -> tuple[Float, Float]:
    """Local slope of estimate over guess, and variance of what is left."""
    total = np.maximum(box_mean(weight, box), 1e-6)
    energy = np.maximum(box_mean(weight * guess * guess, box), 1e-6)
    slope = box_mean(weight * guess * estimate, box) / energy
    rest = estimate - slope * guess
    return slope, box_mean(weight * rest * rest, box) / total


def _box(plan: Layout, dots: int) -> tuple[int, int]:
    rows, columns = plan.module
    return (max(3, dots // columns | 1), max(3, dots // rows | 1))
