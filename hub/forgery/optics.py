"""A model of thermal paper and of eyes and copiers looking at it; enough to choose and to prove the background's dots.

Theory of operation: heat spreads a little from each dot and the paper turns black where it is hot enough (dot gain
comes from both); an eye and a copier blur what they see; a copier then makes light grey white and dark grey black.
Not responsible for real printers: every figure made with it is a figure of this model (docs/reference/background.md).
Pictures are arrays of ink, 0 white to 1 black, `OVER` x `OVER` samples a dot.
"""

import math
from dataclasses import dataclass
from typing import Any

import cv2
import numpy as np
from numpy.typing import NDArray

from hub.forgery.background import Bits

OVER = 4
DOT_MM = 0.125
EYE_MM = 0.25

Ink = NDArray[Any]  # of float32; OpenCV's types know only that it is a number


@dataclass(frozen=True, slots=True)
class Head:
    """A thermal head: spread of heat (sigma, mm), heat at which half of the paper is black (0 to 1), and unevenness.

    `uneven` is the standard deviation of a dot's heat, `grain` that of the paper's blackness from sample to sample.
    """

    heat_mm: float = 0.035
    turning: float = 0.36
    steep: float = 0.05
    uneven: float = 0.05
    grain: float = 0.03


def printed(dots: Bits, head: Head, rng: np.random.Generator) -> Ink:
    """Print dots."""
    heat = dots.astype(np.float32)
    heat *= 1 + head.uneven * rng.standard_normal(dots.shape, np.float32)
    fine = cv2.resize(heat, None, fx=OVER, fy=OVER, interpolation=cv2.INTER_NEAREST)
    fine = blurred(fine, head.heat_mm)
    ink = 1 / (1 + np.exp((head.turning - fine) / head.steep))
    ink *= 1 + head.grain * rng.standard_normal(ink.shape, np.float32)
    ink += 0.01 * rng.standard_normal(ink.shape, np.float32)
    return ink.astype(np.float32)


def blurred(ink: Ink, sigma_mm: float) -> Ink:
    """Blur with a Gaussian of this sigma."""
    return cv2.GaussianBlur(ink, (0, 0), sigma_mm / DOT_MM * OVER)


def developed(ink: Ink, half: float, steep: float) -> Ink:
    """Apply a copier's tone curve: `half` turns half black; the smaller `steep` (0 to 1), the harder."""
    low, high = (1 / (1 + math.exp((half - end) / steep)) for end in (0.0, 1.0))
    return ((1 / (1 + np.exp((half - ink) / steep)) - low) / (high - low)).astype(np.float32)


def gain_mm(head: Head, side_dots: int) -> float:
    """How far the edge of a lone square of `side_dots` dots moves outwards in print, from its area."""
    around = 8
    dots = np.zeros((side_dots + 2 * around,) * 2, bool)
    dots[around:-around, around:-around] = True
    even = Head(head.heat_mm, head.turning, head.steep, uneven=0.0, grain=0.0)
    ink = printed(dots, even, np.random.default_rng(0))
    area = float(ink[ink > 0.05].sum()) / OVER**2  # noqa: PLR2004 - the paper's own noise
    return (math.sqrt(area) - side_dots) * DOT_MM / 2


def difference_of_visibility(seen: Ink, letters: Bits) -> float:
    """Return d': difference of the mean ink of letters and ground over the standard deviation within them."""
    inner = _inside(letters)
    outer = _inside(~letters)
    one, other = seen[inner], seen[outer]
    return float(abs(one.mean() - other.mean()) / math.sqrt((one.var() + other.var()) / 2 + 1e-12))


def _inside(area: Bits) -> Bits:
    """Leave out a rim of half a millimetre, where both kinds of dots are blurred together."""
    rim = np.ones((9, 9), np.uint8)
    inner = cv2.erode(area.astype(np.uint8), rim, borderValue=0)
    return cv2.resize(inner, None, fx=OVER, fy=OVER, interpolation=cv2.INTER_NEAREST).astype(bool)
