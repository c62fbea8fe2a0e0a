"""MMSE equaliser: from the samples around a module to an estimate of it, +1 white, -1 black, for each tile.

Linear in the samples and in products of near ones (a Volterra filter of second order): ink that spreads is not linear.
Each tile's statistics are mixed with those of the whole panel, so a tile with few or bad examples falls back on it.
A second pass takes away what neighbours, as far as they are known, add to a module (soft interference cancellation).
Not responsible for how much an estimate can be trusted (`reliability.py`).
Source: Proakis, Digital Communications, "linear equalization, mean-square-error criterion".
"""

from itertools import product

import numpy as np

from hub.scramble.layout import Layout
from hub.scramble.reading.arrays import Float, Index, Mask, correlate, solve, windows_of, within
from hub.scramble.reading.samples import BORDER

_EXAMPLES_MAX = 60000
_TILE_DOTS = 96
_PRIOR_EXAMPLES = 1500  # weight of the whole panel in each tile
_EXAMPLES_FOR_TILES = 18000
_RIDGE = 1e-3
_BOUND = 3.0
_SEED = 1


class Equaliser:
    """Trained again in every round; `estimate` gives (rows, columns) of modules."""

    def __init__(self, plan: Layout) -> None:
        self._shape = plan.known.shape
        down, across = plan.module
        self._windows = ((8, 8 if across > 1 else 12), (4, 4), (4, 4), (4, 4))
        self._around = (5, 5 if across > 1 else 7)
        tile = (_TILE_DOTS // down, _TILE_DOTS // across)
        self._tiles = (max(1, round(self._shape[0] / tile[0])), max(1, round(self._shape[1] / tile[1])))
        self._random = np.random.default_rng(_SEED)

    def estimate(self, samples: Float, target: Float, weight: Float) -> Float:
        """Train on modules with a weight (`target` -1 … 1) and estimate all."""
        rows, columns = self._examples(weight)
        features = self._features(samples, rows, columns)
        worth = weight[rows, columns][:, None]
        scaled = features * worth
        wanted = target[rows, columns]
        overall = (scaled.T @ features / worth.sum(), scaled.T @ wanted / worth.sum())
        overall[0].flat[:: overall[0].shape[0] + 1] += _RIDGE
        if len(rows) < _EXAMPLES_FOR_TILES:
            return self._apply(samples, solve(*overall), (slice(0, None), slice(0, None)))
        result = np.empty(self._shape, np.float32)
        edges = (_edges(self._shape[0], self._tiles[0]), _edges(self._shape[1], self._tiles[1]))
        for i, j in product(range(self._tiles[0]), range(self._tiles[1])):
            inside = within(rows, edges[0][i : i + 2]) & within(columns, edges[1][j : j + 2])
            gram = scaled[inside].T @ features[inside] + _PRIOR_EXAMPLES * overall[0]
            cross = scaled[inside].T @ wanted[inside] + _PRIOR_EXAMPLES * overall[1]
            area = (slice(edges[0][i], edges[0][i + 1]), slice(edges[1][j], edges[1][j + 1]))
            result[area] = self._apply(samples, solve(gram, cross), area)
        return result

    def estimate_among(self, samples: Float, neighbours: Float, target: Float, sure: Mask) -> Float:
        """Estimate all again, now that something is believed (-1 … 1) of the modules around each.

        Trained only where the truth is certain: a module's own decision says nothing about what its neighbours add.
        """
        rows, columns = self._examples(sure.astype(np.float32))
        down, across = self._around
        near = windows_of(np.pad(neighbours, ((down // 2,) * 2, (across // 2,) * 2)), self._around)[rows, columns]
        near = near.reshape(rows.size, -1)
        middle = down * across // 2
        near = np.concatenate((near[:, :middle], near[:, middle + 1 :]), axis=1)
        features = np.concatenate((self._features(samples, rows, columns), near), axis=1)
        gram = features.T @ features / rows.size
        gram.flat[:: gram.shape[0] + 1] += _RIDGE
        weights = solve(gram, features.T @ target[rows, columns] / rows.size)
        own = features.shape[1] - near.shape[1]
        kernel = np.insert(weights[own:], middle, 0.0).reshape(down, across)
        linear = self._apply(samples, weights[:own], (slice(0, None), slice(0, None)))
        return linear + correlate(neighbours, kernel, (-1, -1), beyond_zero=True)

    def _examples(self, weight: Float) -> tuple[Index, Index]:
        chosen = np.flatnonzero(weight > 0)
        if chosen.size > _EXAMPLES_MAX:
            chosen = self._random.choice(chosen, _EXAMPLES_MAX, replace=False)
        rows, columns = np.divmod(chosen, self._shape[1])
        return rows, columns

    def _features(self, samples: Float, rows: Index, columns: Index) -> Float:
        parts: list[Float] = []
        for plane, window in zip(_planes(samples), self._windows, strict=True):
            top, left = _offset(window)
            around = windows_of(plane, window)[2 * rows + top, 2 * columns + left]
            parts.append(around.reshape(rows.size, -1))
        return np.concatenate((*parts, np.ones((rows.size, 1), np.float32)), axis=1)

    def _apply(self, samples: Float, weights: Float, area: tuple[slice, slice]) -> Float:
        """Filter the tile's samples; one value a module."""
        spans = [slice_.indices(size)[:2] for slice_, size in zip(area, self._shape, strict=True)]
        (first, last), (west, east) = spans
        total = np.full((last - first, east - west), weights[-1], np.float32)
        used = 0
        for plane, (down, across) in zip(_planes(samples), self._windows, strict=True):
            top, left = _offset((down, across))
            part = plane[2 * first + top : 2 * last + top + down, 2 * west + left : 2 * east + left + across]
            kernel = weights[used : used + down * across].reshape(down, across)
            total += correlate(part, kernel, (0, 0))[: 2 * (last - first) : 2, : 2 * (east - west) : 2]
            used += down * across
        return total


def _planes(samples: Float) -> tuple[Float, ...]:
    """Give samples, squares, products with the sample to the right and with the one below: dots that grow together."""
    bounded = np.clip(samples, -_BOUND, _BOUND)
    right = bounded * np.roll(bounded, -1, axis=1)
    below = bounded * np.roll(bounded, -1, axis=0)
    return samples, bounded * bounded, right, below


def _offset(window: tuple[int, int]) -> tuple[int, int]:
    """Where the window of module (0, 0) begins."""
    return 2 * BORDER - window[0] // 2 + 1, 2 * BORDER - window[1] // 2 + 1


def _edges(size: int, count: int) -> list[int]:
    return [size * k // count for k in range(count + 1)]
