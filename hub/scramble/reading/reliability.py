"""How much each estimate can be trusted: log-likelihood ratios from local signal and noise.

Ink blots, bright scrapes and folds look certain. What tells them is how estimates lie around their two levels nearby:
signal, offset and noise are fitted without knowing the modules (expectation maximisation), so that a stain through
which the print can still be seen is read, and one that hides it is not believed, however dark or light it is.
Variances have a floor before anything is divided by them.
Source: Dempster, Laird, Rubin, "Maximum likelihood from incomplete data via the EM algorithm" (1977).
"""

import numpy as np

from hub.scramble.layout import Layout
from hub.scramble.reading.arrays import Float, Mask, box_mean
from hub.scramble.reading.samples import of_modules

_LIMIT = 16.0
_NEAR_DOTS = 16
_SURE_DOTS = 32
_STEPS = 6
_NOISE_FLOOR = 0.4  # of the median variance
_DARK, _CLEAR = 0.02, 0.05  # local contrast: below the first there is nothing but noise and rounding
_LEAST = 1e-4


def log_ratios(estimate: Float, contrast: Float, belief: Float, sure: Mask, plan: Layout) -> Float:
    """Ratios (positive: white) of all modules from the equaliser's estimates.

    `belief`: -1 … 1 of each module so far (0: nothing known); `sure`: modules whose belief is certain.
    """
    free = ~plan.reserved
    known = sure.mean() > 2 * plan.known.mean()
    weight = (sure.astype(np.float32) + np.float32(1e-3)) * free if known else free.astype(np.float32)
    guess = np.where(sure, belief, np.sign(estimate)).astype(np.float32)
    box = _box(plan, _SURE_DOTS if known else _NEAR_DOTS)
    ratios = guess
    for _ in range(_STEPS):
        signal, offset, noise = _fit(estimate, guess, weight, box)
        noise = np.maximum(noise, _NOISE_FLOOR * float(np.median(noise[free])))
        ratios = 2 * (estimate - offset) * np.maximum(signal, 0) / np.maximum(noise, _LEAST)
        guess = np.where(sure, belief, np.tanh(np.clip(ratios, -_LIMIT, _LIMIT) / 2)).astype(np.float32)
    gate = np.clip((of_modules(contrast) - _DARK) / (_CLEAR - _DARK), 0, 1)
    return np.clip(ratios * gate, -_LIMIT, _LIMIT).astype(np.float32)


def _fit(estimate: Float, guess: Float, weight: Float, box: tuple[int, int]) -> tuple[Float, Float, Float]:
    """Fit estimate = offset + signal * module nearby, each module being ±1 with mean `guess`; and the variance left."""
    total = np.maximum(box_mean(weight, box), 1e-6)

    def mean(values: Float) -> Float:
        return box_mean(weight * values, box) / total

    level, balance, both, power = mean(estimate), mean(guess), mean(guess * estimate), mean(estimate * estimate)
    signal = (both - balance * level) / np.maximum(1 - balance * balance, 0.1)
    offset = level - signal * balance
    return signal, offset, power - offset * (2 * level - offset) - signal * (2 * both - 2 * offset * balance - signal)


def _box(plan: Layout, dots: int) -> tuple[int, int]:
    rows, columns = plan.module
    return (max(3, dots // columns | 1), max(3, dots // rows | 1))
