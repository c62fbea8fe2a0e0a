"""The curves of the mixing coder, as integers: probability and log-odds, one into the other.

Probabilities are 16 bit (1/65536), log-odds are in 1/256 of a nat, at most `LIMIT` of them either way. Computed with
`decimal`, whose exp and ln are correctly rounded everywhere; floating point may differ in the last digit by machine.
"""

from decimal import Decimal, localcontext
from functools import cache

import numpy as np
from numpy.typing import NDArray

LIMIT = 3071  # of a mixed result
INPUT_LIMIT = 2047  # of one counter
STRETCH_BINS = 4096
_UNIT = 256
_ONE = 65536

Curve = NDArray[np.int32]


@cache
def squash() -> Curve:
    """Probability of log-odds -LIMIT-1 … LIMIT+1, by index log-odds + LIMIT + 1; never 0 and never 1."""
    with localcontext(prec=30):
        curve = [_ONE / (1 + (Decimal(-odds) / _UNIT).exp()) for odds in range(-LIMIT - 1, LIMIT + 2)]
    return np.array([min(_ONE - 1, max(1, round(value))) for value in curve], np.int32)


@cache
def stretch() -> Curve:
    """Log-odds of a probability, by its upper 12 bits."""
    with localcontext(prec=30):
        halves = [Decimal(2 * k + 1) / 2 for k in range(STRETCH_BINS)]
        curve = [_UNIT * (half / (STRETCH_BINS - half)).ln() for half in halves]
    return np.array([min(INPUT_LIMIT, max(-INPUT_LIMIT, round(value))) for value in curve], np.int32)
