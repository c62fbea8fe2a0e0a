"""Where a page stands in a scan of it: SIFT features for the whole, then small shifts of tiles for feed, folds, paper.

Not responsible for differences (`compare.py`). Sources: Lowe, "Distinctive image features" (2004); phase correlation
after Kuglin and Hines (1975).
"""

from dataclasses import dataclass
from typing import Any

import cv2
import numpy as np
from numpy.typing import NDArray

LEAST_INLIERS = 40
_LONGEST_SIDES_PIXELS = (1500, 2400, 3600)  # about one pixel a dot is best: finer shows the dots, not the letters
_CERTAIN_INLIERS = 150
_FEATURES_MAX = 6000
_RATIO = 0.8
_NEAR_DOTS = 4.0
_TILE_DOTS, _STEP_DOTS = 64, 32
_LARGEST_SHIFT_DOTS = 5.0
_LEAST_INK = 0.02
_WORKING_PIXELS_A_DOT = 2.0
_SKEW = 0.15  # how far the two axes may differ in length

Field = NDArray[Any]  # of float32
_library: Any = cv2  # its types are those of a class nobody uses


@dataclass(frozen=True, slots=True)
class Placed:
    """A page in a picture: `matrix` (2 x 3) takes dots to pixels; `inliers` are the features that agree."""

    matrix: NDArray[Any]
    inliers: int

    @property
    def pixels_a_dot(self) -> float:
        """Scale of the scan."""
        return float(np.sqrt(abs(np.linalg.det(self.matrix[:, :2]))))


class Template:
    """A page (ink of 0 or 1, one sample a dot) whose features are known."""

    def __init__(self, ink: Field) -> None:
        self.ink = ink
        self._points, self._described = _features(255 - 255 * cv2.GaussianBlur(ink.astype(np.float32), (0, 0), 1.0))

    def find(self, picture: NDArray[Any]) -> Placed | None:
        """Find the page in a picture, looked at in several sizes, or None."""
        best: Placed | None = None
        for side in _LONGEST_SIDES_PIXELS:
            factor = min(1.0, side / max(picture.shape))
            placed = self._find(picture, factor)
            if placed is not None and (best is None or placed.inliers > best.inliers):
                best = placed
            if factor == 1.0 or (best is not None and best.inliers >= _CERTAIN_INLIERS):
                break
        return best

    def _find(self, picture: NDArray[Any], factor: float) -> Placed | None:
        small = (
            picture if factor == 1.0 else cv2.resize(picture, None, fx=factor, fy=factor, interpolation=cv2.INTER_AREA)
        )
        points, described = _features(small)
        if self._described is None or described is None:
            return None
        pairs = cv2.BFMatcher(cv2.NORM_L2).knnMatch(self._described, described, k=2)
        good = [two[0] for two in pairs if len(two) == 2 and two[0].distance < _RATIO * two[1].distance]  # noqa: PLR2004
        if len(good) < LEAST_INLIERS:
            return None
        here = np.array([self._points[each.queryIdx] for each in good], np.float32)
        there = np.array([points[each.trainIdx] for each in good], np.float32) / factor
        near = _NEAR_DOTS / factor
        matrix, inside = _library.estimateAffine2D(
            here, there, method=cv2.RANSAC, ransacReprojThreshold=near, maxIters=5000
        )
        if matrix is None or int(inside.sum()) < LEAST_INLIERS or not _plausible(matrix):
            return None
        return Placed(matrix, int(inside.sum()))


def straightened(picture: NDArray[Any], placed: Placed, expected: Field) -> Field:
    """Give the scan as the page lies: one sample a dot, as grey as it was; `expected` has the page's shape and dots."""
    reduce = min(1.0, _WORKING_PIXELS_A_DOT / placed.pixels_a_dot)
    small = picture if reduce == 1.0 else cv2.resize(picture, None, fx=reduce, fy=reduce, interpolation=cv2.INTER_AREA)
    rows, columns = expected.shape
    x, y = np.meshgrid(np.arange(columns, dtype=np.float32), np.arange(rows, dtype=np.float32))
    matrix = placed.matrix * reduce
    grey = _sampled(small, matrix, x, y)
    target = cv2.GaussianBlur(expected.astype(np.float32), (0, 0), 1.5)
    for _ in range(2):
        dx, dy = _shifts(target, cv2.GaussianBlur(255 - grey, (0, 0), 1.5) / 255)
        x, y = x + dx, y + dy
        grey = _sampled(small, matrix, x, y)
    return grey


def _sampled(picture: NDArray[Any], matrix: NDArray[Any], x: Field, y: Field) -> Field:
    across = (matrix[0, 0] * x + matrix[0, 1] * y + matrix[0, 2]).astype(np.float32)
    down = (matrix[1, 0] * x + matrix[1, 1] * y + matrix[1, 2]).astype(np.float32)
    smooth = cv2.GaussianBlur(picture, (0, 0), 0.35 * float(np.hypot(matrix[0, 0], matrix[1, 0])))
    return cv2.remap(smooth, across, down, cv2.INTER_LINEAR, borderMode=cv2.BORDER_REPLICATE).astype(np.float32)


def _shifts(target: Field, seen: Field) -> tuple[Field, Field]:
    """Return for each dot how far the scan lies beside it, from tiles that agree with their neighbours."""
    rows, columns = target.shape
    window = cv2.createHanningWindow((_TILE_DOTS, _TILE_DOTS), cv2.CV_32F)
    tops = range(0, max(1, rows - _TILE_DOTS + 1), _STEP_DOTS)
    lefts = range(0, max(1, columns - _TILE_DOTS + 1), _STEP_DOTS)
    found = np.full((len(tops), len(lefts), 2), np.nan, np.float32)
    for i, top in enumerate(tops):
        for j, left in enumerate(lefts):
            part = slice(top, top + _TILE_DOTS), slice(left, left + _TILE_DOTS)
            if target[part].shape != (_TILE_DOTS, _TILE_DOTS) or target[part].std() < _LEAST_INK:
                continue
            shift, response = cv2.phaseCorrelate(target[part], seen[part], window)
            if max(map(abs, shift)) <= _LARGEST_SHIFT_DOTS and response > 0.1:  # noqa: PLR2004 - of 1, as measured
                found[i, j] = shift
    smooth = _median_filled(found)
    dx, dy = (cv2.resize(smooth[..., axis], (columns, rows), interpolation=cv2.INTER_LINEAR) for axis in (0, 1))
    return dx, dy


def _median_filled(found: Field) -> Field:
    """Replace every shift by the median of those around it; where there are none, by that of all."""
    known = found[~np.isnan(found[..., 0])]
    usual = np.median(known, axis=0) if known.size else np.zeros(2, np.float32)
    smooth = np.empty_like(found)
    for i, j in np.ndindex(found.shape[:2]):
        near = found[max(0, i - 1) : i + 2, max(0, j - 2) : j + 3].reshape(-1, 2)
        near = near[~np.isnan(near[:, 0])]
        smooth[i, j] = np.median(near, axis=0) if len(near) else usual
    return smooth


def _features(picture: Any) -> tuple[Any, Any]:
    sift = _library.SIFT_create(nfeatures=_FEATURES_MAX)
    points, described = sift.detectAndCompute(picture.astype(np.uint8), None)
    return [each.pt for each in points], described


def _plausible(matrix: NDArray[Any]) -> bool:
    """Whether it is a turn and a scale and hardly anything else."""
    one, other = np.hypot(*matrix[:, 0]), np.hypot(*matrix[:, 1])
    across = abs(float(matrix[:, 0] @ matrix[:, 1])) / (one * other)
    return bool(np.linalg.det(matrix[:, :2]) > 0 and abs(one / other - 1) < _SKEW and across < _SKEW)
