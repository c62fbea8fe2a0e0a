"""Finds the lattice of the fine dots in a scan and brings the scan to the dots of the head, one sample a dot.

Theory of operation: the fine dots stand about one to a cell, so the spectrum of the blank areas has four sharp peaks
at one cycle a cell: they give resolution, skew and stretch. Then the phase of these two waves is followed from place to
place (as fringes are), which undoes uneven feed and folds. Which cell is which is not known here (`mark.py`).
"""

import heapq
from dataclasses import dataclass
from typing import Any

import cv2
import numpy as np
from numpy.typing import NDArray

from hub.forgery.scan import Field, Scan

DOTS_PER_MM = 8
WINDOW = 256
STRETCH = 0.06  # of the resolution that the file claims
TILE_DOTS = 32
PHASE_DOTS = 14  # sigma of the area over which a phase is measured
FINEST_PER_MM = 8.0  # samples a millimetre that are enough for the spectrum
SAMPLES = 2  # samples a dot while phases are measured
LEAST_WINDOW_BLANK = 0.2
CLEAR = 0.2  # of the clearest tiles' waves

Complex = NDArray[Any]  # of complex numbers


@dataclass(frozen=True, slots=True)
class Lattice:
    """The scan at one sample a dot, cells `pitch` dots wide from the first row and column on.

    `dark` and `blank` as in `Scan`; `clarity` is the height of the spectral peaks over their surroundings.
    """

    dark: Field
    blank: Field
    pitch: int
    clarity: float


@dataclass(frozen=True, slots=True)
class Wave:
    """Lattice as seen in the scan: samples of the scan a dot, and the turn in radians."""

    samples: float
    turn: float
    clarity: float


def find_wave(scan: Scan, pitch: int) -> Wave:
    """Find size and turn (within a quarter) of the lattice in the mean spectrum of the scan."""
    finest = FINEST_PER_MM / scan.per_mm
    if finest < 1:
        dark, blank = (
            cv2.resize(plane, None, fx=finest, fy=finest, interpolation=cv2.INTER_AREA)
            for plane in (scan.dark, scan.blank)
        )
        wave = find_wave(Scan(dark, blank, FINEST_PER_MM), pitch)
        return Wave(wave.samples / finest, wave.turn, wave.clarity)
    power = _spectrum(scan)
    frequency = DOTS_PER_MM / pitch / scan.per_mm  # cycles a sample
    sizes = np.arange(1 - STRETCH, 1 + STRETCH, 0.0015)
    turns = np.deg2rad(np.arange(-45, 45, 0.1))
    reach, angle = np.meshgrid(frequency * sizes, turns, indexing="ij")
    one = _at(power, reach * np.cos(angle), reach * np.sin(angle))
    other = _at(power, -reach * np.sin(angle), reach * np.cos(angle))
    both = np.minimum(one, other)
    row, column = np.unravel_index(int(np.argmax(both)), both.shape)
    clarity = float(both[row, column] / (np.median(np.maximum(one, other)) + 1e-12))
    return Wave(1 / (reach[row, column] * pitch), float(turns[column]), clarity)


def rectified(scan: Scan, pitch: int, wave: Wave) -> Lattice:
    """Bring the scan to the lattice: turned, stretched, folds and feed undone."""
    rows, columns = scan.dark.shape
    reach = int(np.hypot(rows, columns) / wave.samples) + 2 * TILE_DOTS
    turned = abs(wave.turn)
    height = min(reach, int((rows * np.cos(turned) + columns * np.sin(turned)) / wave.samples) + 2)
    width = min(reach, int((columns * np.cos(turned) + rows * np.sin(turned)) / wave.samples) + 2)
    step = wave.samples
    cosine, sine = np.cos(wave.turn) * step, np.sin(wave.turn) * step
    affine = np.array([[cosine, -sine, 0], [sine, cosine, 0]])
    affine[:, 2] = np.array([columns / 2, rows / 2]) - affine[:, :2] @ np.array([width / 2, height / 2])
    smooth = Scan(_fitted(scan.dark, step / SAMPLES), scan.blank, scan.per_mm)
    dark, blank = (_warped(plane, affine, height, width, SAMPLES) for plane in (smooth.dark, smooth.blank))
    moved = _displacement(dark, blank, pitch)
    y, x = np.mgrid[:height, :width].astype(np.float32)
    moved = cv2.resize(moved, None, fx=TILE_DOTS, fy=TILE_DOTS, interpolation=cv2.INTER_LINEAR)
    moved = cv2.copyMakeBorder(moved, 0, TILE_DOTS, 0, TILE_DOTS, cv2.BORDER_REPLICATE)
    x, y = x + moved[:height, :width, 0], y + moved[:height, :width, 1]
    u = (affine[0, 0] * x + affine[0, 1] * y + affine[0, 2]).astype(np.float32)
    v = (affine[1, 0] * x + affine[1, 1] * y + affine[1, 2]).astype(np.float32)
    final = _fitted(scan.dark, step)
    return Lattice(
        cv2.remap(final, u, v, cv2.INTER_CUBIC, borderMode=cv2.BORDER_CONSTANT, borderValue=0),
        cv2.remap(scan.blank, u, v, cv2.INTER_NEAREST, borderMode=cv2.BORDER_CONSTANT, borderValue=0),
        pitch,
        wave.clarity,
    )


def _fitted(plane: Field, step: float) -> Field:
    """Blur a fine scan to the area of the coming samples."""
    return cv2.GaussianBlur(plane, (0, 0), 0.32 * step) if step > 1.2 else plane  # noqa: PLR2004 - nothing to lose


def _warped(plane: Field, affine: NDArray[np.float64], height: int, width: int, samples: int) -> Field:
    matrix = affine.copy()
    matrix[:, :2] /= samples
    return cv2.warpAffine(
        plane, matrix, (width * samples, height * samples), flags=cv2.INTER_LINEAR | cv2.WARP_INVERSE_MAP
    )


def _spectrum(scan: Scan) -> Field:
    """Return the mean power of windows that are blank enough, each weighted alike."""
    level = cv2.GaussianBlur(scan.dark * scan.blank, (0, 0), 0.6 * scan.per_mm)
    weight = cv2.GaussianBlur(scan.blank, (0, 0), 0.6 * scan.per_mm) + 1e-3
    dots = (scan.dark - level / weight) * scan.blank
    taper = np.outer(np.hanning(WINDOW), np.hanning(WINDOW)).astype(np.float32)
    total = np.zeros((WINDOW * 2, WINDOW * 2), np.float64)
    rows, columns = dots.shape
    for top in range(0, max(rows - WINDOW, 1), WINDOW // 2):
        for left in range(0, max(columns - WINDOW, 1), WINDOW // 2):
            if scan.blank[top : top + WINDOW, left : left + WINDOW].mean() > LEAST_WINDOW_BLANK:
                window = np.zeros((WINDOW, WINDOW), np.float32)
                part = dots[top : top + WINDOW, left : left + WINDOW]
                window[: part.shape[0], : part.shape[1]] = part
                power = np.abs(np.fft.fft2(window * taper, total.shape)) ** 2
                total += power / (power.sum() + 1e-9)
    return np.fft.fftshift(total).astype(np.float32)


def _at(power: Field, fx: NDArray[np.float64], fy: NDArray[np.float64]) -> Field:
    middle = power.shape[0] // 2
    x = (middle + fx * power.shape[1]).astype(np.float32)
    y = (middle + fy * power.shape[0]).astype(np.float32)
    return cv2.remap(power, x, y, cv2.INTER_LINEAR)


def _displacement(dark: Field, blank: Field, pitch: int) -> Field:
    """Return how far (x, y, in dots) each tile has to be moved so that cells begin where they should."""
    level = cv2.GaussianBlur(dark * blank, (0, 0), 3 * SAMPLES)
    weight = cv2.GaussianBlur(blank, (0, 0), 3 * SAMPLES) + 1e-3
    dots = (dark - level / weight) * blank
    tiles = [-(-side // (TILE_DOTS * SAMPLES)) for side in dots.shape]
    lacking = [count * TILE_DOTS * SAMPLES - side for count, side in zip(tiles, dots.shape, strict=True)]
    dots = cv2.copyMakeBorder(dots, 0, lacking[0], 0, lacking[1], cv2.BORDER_CONSTANT, value=0)
    waves: list[Complex] = []
    for axis in (1, 0):
        phase = 2 * np.pi / (SAMPLES * pitch) * np.arange(dots.shape[axis], dtype=np.float32)
        turn: Complex = np.cos(phase) - 1j * np.sin(phase)
        wave: Complex = dots * (turn[None, :] if axis else turn[:, None])
        waves.append(_smoothed(np.real(wave).copy(), tiles) + 1j * _smoothed(np.imag(wave).copy(), tiles))
    moved = _followed(waves, pitch)
    return np.stack(moved, axis=2).astype(np.float32)


def _smoothed(plane: Field, tiles: list[int]) -> Field:
    """Blur to the area of a phase, one value a tile, at its middle."""
    parts = 4  # of a tile's side
    small = cv2.resize(plane, (tiles[1] * parts, tiles[0] * parts), interpolation=cv2.INTER_AREA)
    small = cv2.GaussianBlur(small, (0, 0), PHASE_DOTS * parts / TILE_DOTS)
    return cv2.resize(small, (tiles[1], tiles[0]), interpolation=cv2.INTER_AREA)


def _followed(waves: list[Complex], pitch: int) -> list[Field]:
    """Turn phases into displacements without jumps, going from tile to neighbour, clear ones first.

    A part that no clear tile joins to the rest (behind a fold) goes on from the known tile nearest to it.
    """
    clear = np.minimum(np.abs(waves[0]), np.abs(waves[1]))
    floor = CLEAR * float(np.percentile(clear, 90))
    raw = [-np.angle(wave) * pitch / (2 * np.pi) - 0.5 for wave in waves]  # a cell's dots are 0 or 1 dot into it
    found = [plane.astype(np.float32) for plane in raw]
    known = np.zeros(clear.shape, bool)
    waiting = np.where(clear > floor, clear, 0)
    while waiting.any():
        row, column = (int(side) for side in np.unravel_index(int(np.argmax(waiting)), clear.shape))
        queue = [(-float(clear[row, column]), row, column)]
        waiting[row, column] = 0
        while queue:
            _, row, column = heapq.heappop(queue)
            near = _nearest(known, row, column)
            if near is not None:
                for plane in found:
                    plane[row, column] += pitch * np.round((plane[near].mean() - plane[row, column]) / pitch)
            known[row, column] = True
            for y, x in ((row - 1, column), (row + 1, column), (row, column - 1), (row, column + 1)):
                if 0 <= y < clear.shape[0] and 0 <= x < clear.shape[1] and waiting[y, x] > 0:
                    heapq.heappush(queue, (-float(clear[y, x]), y, x))
                    waiting[y, x] = 0
    weight = np.where(known, clear, 0).astype(np.float32)
    return [_filled(plane, weight) for plane in found]


def _nearest(known: NDArray[np.bool_], row: int, column: int) -> tuple[NDArray[np.intp], NDArray[np.intp]] | None:
    """Return the known tiles among the eight around, else the nearest one, else None."""
    for reach in (1, 2, 4, 8, 16, *known.shape):
        top, left = max(row - reach, 0), max(column - reach, 0)
        rows, columns = np.nonzero(known[top : row + reach + 1, left : column + reach + 1])
        if len(rows):
            rows, columns = rows + top, columns + left
            if reach > 1:
                best = np.argmin((rows - row) ** 2 + (columns - column) ** 2)
                rows, columns = rows[best : best + 1], columns[best : best + 1]
            return rows, columns
    return None


def _filled(plane: Field, weight: Field) -> Field:
    """Smooth a little, and take unclear tiles from their surroundings."""
    near = cv2.GaussianBlur(plane * weight, (0, 0), 0.7), cv2.GaussianBlur(weight, (0, 0), 0.7)
    far = cv2.GaussianBlur(plane * weight, (0, 0), 4), cv2.GaussianBlur(weight, (0, 0), 4)
    least = 1e-3 * float(weight.max())
    mean = float((plane * weight).sum() / max(float(weight.sum()), 1e-9))
    around = np.where(far[1] > least, far[0] / (far[1] + 1e-12), mean)
    return np.where(near[1] > 20 * least, near[0] / (near[1] + 1e-12), around).astype(np.float32)
