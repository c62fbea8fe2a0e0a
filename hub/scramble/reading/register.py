"""Lay the grid over the scan: labels give a first guess, bullseyes found outwards from them give the homography.

Not responsible for what bends inside the panel (`field.py`). Coordinates: dots of the grid and pixels of the picture,
both with the origin at a corner's outer edge, so a pixel's centre is at .5.
"""

import numpy as np

from hub.scramble.bullseye import SIDE_DOTS, bullseye
from hub.scramble.label import symbol_version
from hub.scramble.layout import LABEL_MODULE_DOTS, Frame
from hub.scramble.reading.arrays import Double, Float, Grey, gaussian, homography, look, match, mesh
from hub.scramble.reading.labels import FoundLabel

_MATCH_MIN = 0.5
_REACH_DOTS = 10
_REACH_GROWTH = 0.06  # of the distance to the nearest point that is known
_RANSAC_DOTS = 5.0
_ANCHORS_FOR_HOMOGRAPHY = 8
_CORNERS_FOR_HOMOGRAPHY = 12  # of three labels
_SPAN = 0.6


def project(h: Double, x: Double, y: Double) -> Float:
    """Map dots to pixels; returns (…, 2) for `cv2.remap`, whose origin is a pixel's centre."""
    depth = h[2, 0] * x + h[2, 1] * y + h[2, 2]
    u = (h[0, 0] * x + h[0, 1] * y + h[0, 2]) / depth - 0.5
    v = (h[1, 0] * x + h[1, 1] * y + h[1, 2]) / depth - 0.5
    return np.stack((u, v), axis=-1).astype(np.float32)


def pixels_a_dot(grid: Double, frame: Frame) -> float:
    """Mean pixels a dot at the grid's centre."""
    x = np.array([0.0, 1.0, 0.0]) + frame.width / 2
    y = np.array([0.0, 0.0, 1.0]) + frame.height / 2
    at = project(grid, x, y).astype(np.float64)
    return float(np.sqrt(abs(np.linalg.det(at[1:] - at[0]))))


def register(grey: Grey, frame: Frame, labels: list[FoundLabel]) -> Double:
    """Find the homography from dots to pixels; always returns one, at worst the labels' alone."""
    dots, pixels = _label_points(frame, labels)
    return follow_bullseyes(grey, frame, dots, pixels)


def follow_bullseyes(grey: Grey, frame: Frame, dots: Double, pixels: Double) -> Double:
    """Find bullseyes outwards from four points or a multiple of four, (4 n, 2) in dots and in pixels."""
    guess = _fit(np.zeros((0, 2)), np.zeros((0, 2)), dots, pixels, frame)
    known_dots = [point.mean(axis=0) for point in dots.reshape(-1, 4, 2)]
    known_pixels = [point.mean(axis=0) for point in pixels.reshape(-1, 4, 2)]
    waiting = [(centre, index == 0) for index, centre in enumerate(bullseye_centres(frame))]
    while waiting:
        distances = [min(float(np.hypot(*(at - point))) for point in known_dots) for at, _ in waiting]
        nearest = int(np.argmin(distances))
        at, inverted = waiting.pop(nearest)
        reach = int(_REACH_DOTS + _REACH_GROWTH * distances[nearest])
        found = _find(grey, guess, at, reach, inverted=inverted)
        if found is not None:
            known_dots.append(at)
            known_pixels.append(found)
            guess = _fit(np.array(known_dots), np.array(known_pixels), dots, pixels, frame)
    return guess


def bullseye_centres(frame: Frame) -> Double:
    """Centres in dots, (n, 2); the first is the inverted one."""
    return np.array(frame.bullseyes, np.float64) + SIDE_DOTS / 2


def _fit(
    dots: Double,
    pixels: Double,
    label_dots: Double,
    label_pixels: Double,
    frame: Frame,
) -> Double:
    """Fit what is known: a homography as soon as enough bullseyes or labels far apart hold it, else an affine map."""
    all_dots, all_pixels = np.concatenate((dots, label_dots)), np.concatenate((pixels, label_pixels))
    if len(dots) >= _ANCHORS_FOR_HOMOGRAPHY:
        used = (dots, pixels)
    elif len(label_dots) >= _CORNERS_FOR_HOMOGRAPHY and _spans(label_dots, frame):
        used = (all_dots, all_pixels)
    else:
        return _affine(all_dots, all_pixels)
    scale = np.sqrt(np.ptp(used[1], axis=0).prod() / np.ptp(used[0], axis=0).prod())
    found = homography(*used, _RANSAC_DOTS * float(scale))
    return _affine(all_dots, all_pixels) if found is None else found


def _spans(dots: Double, frame: Frame) -> bool:
    """Whether points reach over most of the panel both ways, as labels in one row or in one corner do not."""
    return bool((np.ptp(dots, axis=0) > _SPAN * np.array((frame.width, frame.height))).all())


def _affine(dots: Double, pixels: Double) -> Double:
    design = np.column_stack((dots, np.ones(len(dots))))
    solved = np.linalg.lstsq(design, pixels, rcond=None)[0]
    return np.vstack((solved.T, (0.0, 0.0, 1.0)))


def _label_points(frame: Frame, labels: list[FoundLabel]) -> tuple[Double, Double]:
    """Corners of the labels' symbols in dots and in pixels, (4 n, 2) each."""
    dots: list[Double] = []
    for found in labels:
        side = (17 + 4 * symbol_version(len(found.text.encode()))) * LABEL_MODULE_DOTS
        x, y = np.array(frame.labels[found.label.slot]) + (frame.label_side - side) // 2
        dots.append(np.array([(x, y), (x + side, y), (x + side, y + side), (x, y + side)], np.float64))
    return np.concatenate(dots), np.concatenate([found.corners for found in labels])


def _find(grey: Grey, guess: Double, at: Double, reach: int, *, inverted: bool) -> Double | None:
    """Find a bullseye near where it should be; returns its centre in pixels."""
    side = SIDE_DOTS + 2 * reach
    steps = np.arange(side) + 0.5 - side / 2
    window = look(grey, project(guess, *mesh(at[0] + steps, at[1] + steps)))
    drawn = 255 * (1 - bullseye(inverted=inverted).astype(np.float32))
    score = match(window, gaussian(drawn, 1.0, 1.0))
    best = np.unravel_index(int(np.argmax(score)), score.shape)
    row, column = int(best[0]), int(best[1])
    if score[row, column] < _MATCH_MIN:
        return None
    shift = np.array((column + peak(score[row], column), row + peak(score[:, column], row))) - reach
    moved = at + shift
    return project(guess, moved[0:1], moved[1:2])[0].astype(np.float64) + 0.5


def peak(score: Float, index: int) -> float:
    """Where a parabola through three neighbours has its top, from `index`, -0.5 … 0.5."""
    if not 0 < index < len(score) - 1:
        return 0.0
    left, top, right = (float(score[index + k]) for k in (-1, 0, 1))
    bend = left - 2 * top + right
    return float(np.clip(0.5 * (left - right) / bend, -0.5, 0.5)) if bend < 0 else 0.0
