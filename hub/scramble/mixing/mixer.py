"""Histories of contexts, their mixing in the logistic domain, and what is learnt from each dot.

Each of a dot's contexts has a history (`history.py`); a map, learnt for each context, says which probability it stands
for. Two weight sets mix the contexts, one chosen by the nearest dots, one by how much four contexts have seen; a last
table corrects the result. Not responsible for which contexts (`contexts.py`) nor for the stream (`stream.py`).
Source of the method: Mahoney, "Adaptive weighing of context models for lossless data compression" (2005).
"""

from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from hub.scramble.mixing import tables
from hub.scramble.mixing.compiled import inlined
from hub.scramble.mixing.contexts import CONTEXTS, SLOTS
from hub.scramble.mixing.history import PROBABILITY_BITS, histories
from hub.scramble.mixing.stream import code
from hub.scramble.mixing.tables import LIMIT

_BIAS = 256
_LEARN, _LEARN_SHIFT = 8, 18
_NEAR, _SEEN, _WHITE = 256, 256, 512
SEEN, WHITE, WHITE_SEEN = _NEAR, _NEAR + _SEEN, _NEAR + _SEEN + _WHITE  # first weight sets of each kind
_SETS = _NEAR + _SEEN + _WHITE + 2 * _SEEN
BENDS, _STEPS, _STEP_BITS = 128, 33, 8
_FIRST_SEEN, _COUNT_SEEN = 1, 4  # the contexts whose experience chooses the second weight set
_ONE, _HALF = 65536, 32768
_MAP_RATE, _BEND_RATE = 7, 6
_SURPRISE = 1000  # errors up to this (1/65536) teach the weights nothing
_WHITE_AT_FIRST = 20000  # 1/2**22


class State(NamedTuple):
    """Everything that is learnt. Arrays: histories, what they stand for, weights (1/65536), corrections, repeats."""

    slots: NDArray[np.uint8]  # (SLOTS,)
    maps: NDArray[np.int32]  # (2, CONTEXTS, 256); dots, then white runs; 1/2**22
    weights: NDArray[np.int32]  # (_SETS, CONTEXTS + 1)
    bends: NDArray[np.int32]  # (BENDS, _STEPS)
    repeats: NDArray[np.int64]  # (4,)

    def copy(self) -> "State":
        """Give one of its own, to go on from here."""
        return State(self.slots.copy(), self.maps.copy(), self.weights.copy(), self.bends.copy(), self.repeats.copy())


class Curves(NamedTuple):
    """The tables that never change."""

    squash: NDArray[np.int32]
    stretch: NDArray[np.int32]
    following: NDArray[np.uint8]
    trust: NDArray[np.uint8]


class Dot(NamedTuple):
    """Scratch of one dot: places of its histories, the histories, inputs of the mixer."""

    places: NDArray[np.uint32]
    seen: NDArray[np.uint8]
    inputs: NDArray[np.int32]


def curves() -> Curves:
    """Give the curves."""
    known = histories()
    return Curves(tables.squash(), tables.stretch(), known.following, known.trust)


def untaught() -> State:
    """Give the state before anything was learnt: white runs are likelier than not."""
    maps = np.tile(histories().likely, (2, CONTEXTS, 1))
    maps[1, :, 0] = _WHITE_AT_FIRST
    weights = np.full((_SETS, CONTEXTS + 1), _ONE * 3 // 10, np.int32)
    line = tables.squash()[np.minimum(np.arange(_STEPS) << _STEP_BITS, 2 * LIMIT + 1)]
    return State(np.zeros(SLOTS, np.uint8), maps, weights, np.tile(line, (BENDS, 1)), np.full(4, _HALF, np.int64))


def dot() -> Dot:
    """Give scratch for one page."""
    return Dot(np.zeros(CONTEXTS, np.uint32), np.zeros(CONTEXTS, np.uint8), np.zeros(CONTEXTS + 1, np.int32))


@inlined
def coded(  # noqa: PLR0917 - compiled
    state: Any, curve: Any, it: Any, stream: Any, kind: int, chosen: int, first_seen: int, bend: int, bit: Any
) -> Any:
    """Write or read a bit by the contexts at `it.places` and learn from it; `kind`: 0 a dot, 1 a white run."""
    second = first_seen + _inputs(state, curve, it, kind)
    near, far = np.int64(_HALF), np.int64(_HALF)
    for k in range(CONTEXTS + 1):
        near += np.int64(state.weights[chosen, k]) * np.int64(it.inputs[k])
        far += np.int64(state.weights[second, k]) * np.int64(it.inputs[k])
    near, far = min(LIMIT, max(-LIMIT, near >> 16)), min(LIMIT, max(-LIMIT, far >> 16))
    odds = (near + far) >> 1
    step, rest = (odds + LIMIT + 1) >> _STEP_BITS, (odds + LIMIT + 1) & ((1 << _STEP_BITS) - 1)
    low, high = np.int64(state.bends[bend, step]), np.int64(state.bends[bend, step + 1])
    bent = (low * ((1 << _STEP_BITS) - rest) + high * rest) >> _STEP_BITS
    probability = max(1, min(_ONE - 1, (3 * np.int64(curve.squash[odds + LIMIT + 1]) + bent) >> 2))
    bit = code(stream, probability, bit)
    target = bit * (_ONE - 1)
    step += rest >> (_STEP_BITS - 1)
    state.bends[bend, step] += (target - state.bends[bend, step]) >> _BEND_RATE
    if abs(target - probability) > _SURPRISE:
        _adjust(state, it, chosen, (target - curve.squash[near + LIMIT + 1]) * _LEARN)
        _adjust(state, it, second, (target - curve.squash[far + LIMIT + 1]) * _LEARN)
    for k in range(CONTEXTS):
        seen = it.seen[k]
        known = state.maps[kind, k, seen]
        state.maps[kind, k, seen] = known + (((bit << PROBABILITY_BITS) - bit - known) >> _MAP_RATE)
        state.slots[it.places[k]] = curve.following[seen, bit]
    return bit


@inlined
def _inputs(state: Any, curve: Any, it: Any, kind: int) -> Any:
    """Fill the mixer's inputs; returns how much the four contexts have seen, 2 bits each."""
    for k in range(CONTEXTS):
        seen = state.slots[it.places[k]]
        it.seen[k] = seen
        it.inputs[k] = curve.stretch[state.maps[kind, k, seen] >> (PROBABILITY_BITS - 12)]
    it.inputs[CONTEXTS] = _BIAS
    told = 0
    for k in range(_FIRST_SEEN, _FIRST_SEEN + _COUNT_SEEN):
        told = told << 2 | np.int64(curve.trust[it.seen[k]])
    return told


@inlined
def _adjust(state: Any, it: Any, chosen: int, error: int) -> None:
    """Move one weight set against its error."""
    for k in range(CONTEXTS + 1):
        moved = (np.int64(it.inputs[k]) * error + (1 << (_LEARN_SHIFT - 1))) >> _LEARN_SHIFT
        state.weights[chosen, k] += np.int32(moved)
