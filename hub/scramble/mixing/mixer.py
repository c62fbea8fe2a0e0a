"""Counters, their mixing in the logistic domain, and what they learn from each dot.

A counter is 32 bits: probability that the dot is black (upper 16), and how many it has seen (lower 8). Two weight sets
mix the counters of a dot, one chosen by the nearest dots, one by how much the wide contexts have seen; a last table
corrects the result. Not responsible for which counters (`contexts.py`) nor for the stream (`coder.py`).
Source of the method: Mahoney, "Adaptive weighing of context models for lossless data compression" (2005).
"""

from typing import Any, NamedTuple

import numba
import numpy as np
from numpy.typing import NDArray

from hub.scramble.mixing import tables
from hub.scramble.mixing.contexts import BITS, BUSY, QUIET, Places
from hub.scramble.mixing.tables import LIMIT

_jit: Any = numba.njit
INPUTS = 2 * BUSY + 1
_BIAS = 77
_LEARN, _LEARN_SHIFT = 8, 18
_SETS_NEAR, _SETS_QUIET, _SETS_SEEN = 256, 64, 256
SETS = _SETS_NEAR + _SETS_QUIET + 2 * _SETS_SEEN
BENDS, _STEPS = 1024, 33
_WIDTH = 2 * LIMIT + 2
_WIDE = 4  # first of the four contexts whose experience chooses the second weight set
_ONE = 65536
_HALF = 32768
_SMALL = 2  # contexts of few dots: their counters go on averaging for longer
_SEEN_MAX, _SEEN_MAX_WIDE = 250, 120


class State(NamedTuple):
    """Everything that is learnt. Arrays: counters, weights (1/65536), corrections, flags of repeated rows."""

    counters: NDArray[np.uint32]  # (contexts, 2 ** BITS)
    weights: NDArray[np.int32]  # (SETS, INPUTS)
    bends: NDArray[np.int64]  # (BENDS, _STEPS)
    repeats: NDArray[np.int64]  # (4,)

    def copy(self) -> "State":
        """Give one of its own, to go on from here."""
        return State(self.counters.copy(), self.weights.copy(), self.bends.copy(), self.repeats.copy())


class Curves(NamedTuple):
    """The tables that never change."""

    squash: NDArray[np.int64]
    stretch: NDArray[np.int64]
    rates: NDArray[np.int64]
    trust: NDArray[np.int64]


class Work(NamedTuple):
    """Scratch of one dot: places of its counters, inputs of the mixer, and sums."""

    places: Places
    inputs: NDArray[np.int32]
    found: NDArray[np.int64]  # weight sets, their probabilities, row and step of the correction


def curves() -> Curves:
    """Give the curves."""
    return Curves(tables.squash(), tables.stretch(), tables.rates(), tables.trust())


def untaught() -> State:
    """Give the state before anything was learnt: white is likelier where nothing is near."""
    counters = np.full((QUIET + BUSY, 1 << BITS), _HALF << 16, np.uint32)
    counters[BUSY:] = 700 << 16
    weights = np.zeros((SETS, INPUTS), np.int32)
    weights[:, 0 : 2 * BUSY : 2] = 16384
    weights[_SETS_NEAR : _SETS_NEAR + _SETS_QUIET, : 2 * QUIET : 2] = 22938
    weights[-_SETS_SEEN:, : 2 * QUIET : 2] = 22938
    line = tables.squash()[np.minimum(np.arange(_STEPS) * _WIDTH // (_STEPS - 1), _WIDTH)]
    return State(counters, weights, np.repeat(line[None], BENDS, 0), np.full(4, _HALF, np.int64))


def work() -> Work:
    """Give scratch for one page."""
    return Work(np.zeros(BUSY, np.int64), np.zeros(INPUTS, np.int32), np.zeros(6, np.int64))


@_jit(inline="always")
def predicted(  # noqa: PLR0917 - compiled
    state: State, curve: Curves, it: Work, first: int, count: int, chosen: int, bend: int
) -> int:
    """Give the probability (1 … 65535) that the dot is black, from counters `first` … `first + count - 1`."""
    seen = 0
    for k in range(count):
        counter = np.int64(state.counters[first + k, it.places[k]])
        times = counter & 255
        probability, trust = counter >> 16, curve.trust[times]
        it.inputs[2 * k] = curve.stretch[probability >> 4] * trust >> 8
        it.inputs[2 * k + 1] = (probability - _HALF) * trust >> 13
        if count == QUIET or _WIDE <= k < _WIDE + 4:
            seen = seen << 2 | min(times, 3)
    it.inputs[2 * count] = _BIAS
    second = _SETS_NEAR + _SETS_QUIET + (_SETS_SEEN if count == QUIET else 0) + seen
    by_near, by_seen = np.int64(_HALF), np.int64(_HALF)
    near, far = state.weights[chosen], state.weights[second]
    for k in range(2 * count + 1):
        by_near += np.int64(near[k]) * np.int64(it.inputs[k])
        by_seen += np.int64(far[k]) * np.int64(it.inputs[k])
    by_near = min(LIMIT, max(-LIMIT, by_near >> 16))
    by_seen = min(LIMIT, max(-LIMIT, by_seen >> 16))
    odds = (by_near + by_seen) >> 1
    scaled = (odds + LIMIT + 1) * (_STEPS - 1)
    step, rest = scaled // _WIDTH, scaled % _WIDTH
    bent = (state.bends[bend, step] * (_WIDTH - rest) + state.bends[bend, step + 1] * rest) // _WIDTH
    it.found[0], it.found[1] = chosen, second
    it.found[2], it.found[3] = curve.squash[by_near + LIMIT + 1], curve.squash[by_seen + LIMIT + 1]
    it.found[4], it.found[5] = bend, step + (2 * rest >= _WIDTH)
    return max(1, min(_ONE - 1, (3 * curve.squash[odds + LIMIT + 1] + bent) >> 2))


@_jit(inline="always")
def learn(  # noqa: PLR0917 - compiled
    state: State, curve: Curves, it: Work, first: int, count: int, bit: int
) -> None:
    """Move counters, weights and correction towards the dot that came."""
    by_near, by_seen = state.weights[it.found[0]], state.weights[it.found[1]]
    bend, step = it.found[4], it.found[5]
    target = bit * (_ONE - 1)
    near_error, seen_error = (bit * _ONE - it.found[2]) * _LEARN, (bit * _ONE - it.found[3]) * _LEARN
    half = 1 << (_LEARN_SHIFT - 1)
    for k in range(2 * count + 1):
        given = np.int64(it.inputs[k])
        by_near[k] += np.int32((given * near_error + half) >> _LEARN_SHIFT)
        by_seen[k] += np.int32((given * seen_error + half) >> _LEARN_SHIFT)
    state.bends[bend, step] += (target - state.bends[bend, step]) >> 6
    for k in range(count):
        counter = np.int64(state.counters[first + k, it.places[k]])
        times, probability = counter & 255, counter >> 16
        probability += (target - probability) * curve.rates[times] >> 16
        if times < (_SEEN_MAX if k < _SMALL or count == QUIET else _SEEN_MAX_WIDE):
            times += 1
        state.counters[first + k, it.places[k]] = np.uint32(probability << 16 | times)
