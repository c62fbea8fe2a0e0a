"""OpenCV and numpy functions used here, with the types they have in this package: pictures in, float32 planes out.

Their own stubs lose the element type. Not responsible for anything but types and the choice of interpolation.
"""

from typing import Any

import cv2
import numpy as np
from numpy.typing import NDArray

Float = NDArray[np.floating[Any]]  # planes of samples or modules: float32 wherever they are large
Double = NDArray[np.float64]
Grey = NDArray[np.uint8]
Mask = NDArray[np.bool_]
Index = NDArray[np.int64]
_cv: Any = cv2
_np: Any = np


def mesh(x: NDArray[Any], y: NDArray[Any]) -> tuple[Double, Double]:
    """Coordinates of a grid: two planes of (len(y), len(x))."""
    across, down = _np.meshgrid(x, y)
    return across, down


def interpolate(at: Double, known_at: NDArray[Any], known: NDArray[Any]) -> Float:
    """Interpolate linearly, constant outside."""
    return _np.interp(at, known_at, known).astype(np.float32)


def look(picture: NDArray[Any], where: Float, *, cubic: bool = False) -> Float:
    """Values of a picture or a plane of vectors at (…, 2) positions (x, y) of pixel centres; edges are repeated."""
    how = cv2.INTER_CUBIC if cubic else cv2.INTER_LINEAR
    found = _cv.remap(picture, where[..., 0], where[..., 1], how, borderMode=cv2.BORDER_REPLICATE)
    return found.astype(np.float32)


def box_mean(values: Float, box: tuple[int, int]) -> Float:
    """Mean in a box of (width, height)."""
    return _cv.blur(_plane(values), box)


def gaussian(values: Float, sigma_x: float, sigma_y: float) -> Float:
    """Weighted mean under a bell."""
    return _cv.GaussianBlur(_plane(values), (0, 0), sigmaX=sigma_x, sigmaY=sigma_y)


def slopes(values: Float) -> tuple[Float, Float]:
    """Differences a sample, across and down."""
    values = _plane(values)
    return _cv.Sobel(values, -1, 1, 0, ksize=3) / 8, _cv.Sobel(values, -1, 0, 1, ksize=3) / 8


def correlate(values: Float, kernel: Float, anchor: tuple[int, int], *, beyond_zero: bool = False) -> Float:
    """Sum of products with a kernel laid at `anchor`; beyond the edge are zeros or the edge again."""
    edge = cv2.BORDER_CONSTANT if beyond_zero else cv2.BORDER_REPLICATE
    return _cv.filter2D(_plane(values), -1, _plane(kernel), anchor=anchor, borderType=edge)


def match(window: Float, template: Float) -> Float:
    """Correlation coefficient of the template at each place in the window; 0 where a window is all of one tone."""
    found = _cv.matchTemplate(window, template, cv2.TM_CCOEFF_NORMED)
    return _np.nan_to_num(found, nan=0.0, posinf=0.0, neginf=0.0)


def summits(score: Float, radius: int, least: float) -> tuple[Double, Float]:
    """Local maxima of at least `least`: (n, 2) positions (x, y) and their values, the highest first."""
    around = _cv.dilate(_plane(score), np.ones((2 * radius + 1, 2 * radius + 1), np.uint8))
    rows, columns = np.nonzero((score >= around) & (score >= least))
    order = np.argsort(-score[rows, columns])
    return np.column_stack((columns, rows)).astype(np.float64)[order], score[rows, columns][order]


def within(values: Index, bounds: list[int]) -> Mask:
    """Which values are at least the first bound and below the second."""
    return (values >= bounds[0]) & (values < bounds[1])


def windows_of(values: Float, size: tuple[int, int]) -> Float:
    """All windows of a size as a view: (rows, columns, *size)."""
    return _np.lib.stride_tricks.sliding_window_view(values, size)


def solve(gram: NDArray[Any], right: NDArray[Any]) -> Float:
    """Solution of the normal equations."""
    return _np.linalg.solve(gram, right).astype(np.float32)


def resized(grey: Grey, factor: float) -> Grey:
    """Make a picture smaller by averaging or larger by cubic interpolation."""
    if factor == 1:
        return grey
    return _cv.resize(grey, None, fx=factor, fy=factor, interpolation=cv2.INTER_AREA if factor < 1 else cv2.INTER_CUBIC)


def sharpened(grey: Grey, sigma: float) -> Grey:
    """Subtract a blurred copy (unsharp mask)."""
    return _cv.addWeighted(grey, 4.0, _cv.GaussianBlur(grey, (0, 0), sigma), -3.0, 0)


def even_light(grey: Grey) -> Grey:
    """Raise local contrast (CLAHE)."""
    return _cv.createCLAHE(4.0, (8, 8)).apply(grey)


def mean_of(first: Grey, second: Grey) -> Grey:
    """Mean of two channels."""
    return _cv.addWeighted(first, 0.5, second, 0.5, 0)


def homography(dots: Double, pixels: Double, tolerance_pixels: float) -> Double | None:
    """Fit a homography, leaving out what does not agree; None when nothing does."""
    found, _ = _cv.findHomography(dots, pixels, cv2.RANSAC, tolerance_pixels)
    return found


def _plane(values: Float) -> Float:
    return np.ascontiguousarray(values, np.float32)
