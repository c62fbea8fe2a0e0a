"""A scan as the detector needs it: how dark each sample is beside the paper around it, and where only background is.

Not responsible for files (`detect.py`) nor for geometry (`lattice.py`).
"""

from dataclasses import dataclass
from typing import Any

import cv2
import numpy as np
from numpy.typing import NDArray

Field = NDArray[Any]  # of float32; OpenCV's types know only that it is a number
PAPER_MM = 2.0
AREA_MM = 0.35
LEAST_DOTS, BLACK = 0.03, 0.45  # mean darkness of an area that has dots, and of one that is no background any more
LINE_MM = 0.6
LINE_SHARE = 0.36  # of the way from the gaps between dots to black: darker all along a line is a stroke
STROKE_RIM_MM = 0.55


@dataclass(frozen=True, slots=True)
class Scan:
    """`dark`: 0 for the paper, 1 for black; `blank`: 1 where there are no strokes; `per_mm`: samples a millimetre."""

    dark: Field
    blank: Field
    per_mm: float


def prepared(grey: NDArray[np.uint8], per_mm: float) -> Scan:
    """Level the light and find the strokes of the page; `grey` is 0 black to 255 white."""
    side = max(3, round(PAPER_MM * per_mm) | 1)
    paper = cv2.dilate(cv2.GaussianBlur(grey, (0, 0), 0.06 * per_mm), np.ones((side, side), np.uint8))
    paper = np.maximum(cv2.GaussianBlur(paper.astype(np.float32), (0, 0), PAPER_MM * per_mm / 2), 8)
    dark = np.clip(1 - grey / paper, -0.2, 1).astype(np.float32)
    mean = cv2.GaussianBlur(dark, (0, 0), AREA_MM * per_mm)
    lines = _lines(dark, per_mm)
    dots = lines[(mean > LEAST_DOTS) & (mean < BLACK)]
    low = float(np.median(dots)) if dots.size else 0.0
    high = max(float(np.percentile(dark, 99.5)), low)
    strokes = ((mean > BLACK) | (lines > low + LINE_SHARE * (high - low))).astype(np.uint8)
    rim = round(STROKE_RIM_MM * per_mm) * 2 + 1
    blank = 1 - cv2.dilate(strokes, np.ones((rim, rim), np.uint8)).astype(np.float32)
    return Scan(dark, blank, per_mm)


def _lines(dark: Field, per_mm: float) -> Field:
    """Return how dark the lightest sample of a short line through each place is, for the darkest of four directions."""
    length = max(3, round(LINE_MM * per_mm))
    across = max(3, round(LINE_MM * per_mm / np.sqrt(2)))
    level, steep = np.ones((1, length), np.uint8), np.eye(across, dtype=np.uint8)
    found = [cv2.erode(dark, line) for line in (level, level.T, steep, steep[::-1].copy())]
    return np.maximum.reduce(found).astype(np.float32)
