"""Dots to a stream and back: an arithmetic coder driven by the mixer's probabilities, row by row.

A row that repeats the one above costs one bit of little weight. Not responsible for whether data is authentic: any
bytes decode to some page, in bounded time. Source: the carry-less binary coder of Mahoney's lpaq (2007).
"""

from typing import Any, NamedTuple

import numba
import numpy as np
from numpy.typing import NDArray

from hub.scramble.mixing import contexts
from hub.scramble.mixing.contexts import AHEAD, BUSY, QUIET, ROWS, Registers
from hub.scramble.mixing.mixer import Curves, State, Work, curves, learn, predicted, work

_jit: Any = numba.njit
_LEFT = 32  # white columns beside the page, so that no context looks outside
_ALL = 0xFFFFFFFF
_ONE = np.uint64(1)
_QUIET_SETS, _QUIET_BENDS = 256, 512
_FAR = 255
_MOST_BYTES_A_DOT = 3  # a dot costs at most 16 bits
_SPARE = 64
_READ, _WRITE = 0, 1


class Row(NamedTuple):
    """What a known row needs of the tables, collected before it is coded."""

    places: NDArray[np.int32]  # (dots, BUSY)
    chosen: NDArray[np.int64]  # (dots,); weight set; from _QUIET_SETS on: a quiet dot
    fetched: NDArray[np.uint32]  # (1,)


def encode(state: State, dots: bytes, width: int, rows: int) -> bytes:
    """Compress rows of `width` dots (a multiple of 8, most significant bit left); `state` has learnt the page after."""
    page = np.unpackbits(np.frombuffer(dots, np.uint8)).reshape(rows, width)
    canvas = np.pad(page, ((ROWS, 0), (_LEFT, _LEFT)))
    stream = np.zeros(_MOST_BYTES_A_DOT * page.size + _SPARE, np.uint8)
    used = _run(state, curves(), work(), canvas, stream, 0, _WRITE)
    return stream[:used].tobytes()


def decode(state: State, data: bytes, width: int, rows: int) -> bytes:
    """Undo `encode`, from the same state; never fails: bytes that were not made by it give another page."""
    canvas = np.zeros((rows + ROWS, width + 2 * _LEFT), np.uint8)
    _run(state, curves(), work(), canvas, np.array(bytearray(data), np.uint8), len(data), _READ)
    return np.packbits(canvas[ROWS:, _LEFT : _LEFT + width], axis=1).tobytes()


@_jit(cache=True, nogil=True)
def _run(  # noqa: PLR0917 - arrays written in place
    state: State, curve: Curves, it: Work, canvas: NDArray[np.uint8], stream: NDArray[np.uint8], size: int, writes: int
) -> int:
    """Code the page on the canvas, or fill the canvas from the stream; returns bytes used."""
    range_ = np.array([0, _ALL, 0, 0], np.int64)  # low, high, code, place in the stream
    if not writes:
        for _ in range(4):
            _shift_in(range_, stream, size)
    dots = canvas.shape[1] - 2 * _LEFT
    row = Row(np.zeros((dots, BUSY), np.int32), np.zeros(dots, np.int64), np.zeros(1, np.uint32))
    registers = np.zeros(ROWS + 1, np.uint64)
    flags = 0
    for y in range(ROWS, canvas.shape[0]):
        same = 0
        if writes:
            same = np.int64((canvas[y] == canvas[y - 1]).all())
        same = _code(range_, stream, size, state.repeats[flags], same, writes)
        state.repeats[flags] += (same * 65535 - state.repeats[flags]) >> 5
        state.repeats[flags] = min(65000, max(500, state.repeats[flags]))
        flags = (flags << 1 | same) & 3
        if same:
            canvas[y] = canvas[y - 1]
        elif writes:
            _look(it, canvas, y, registers, row)
            _fetch(state, row)
            _write_row(state, curve, it, canvas, y, row, range_, stream, size)
        else:
            _read_row(state, curve, it, canvas, y, registers, range_, stream, size)
    if writes:
        stream[range_[3]] = (range_[0] >> 24) + 1
        return range_[3] + 1
    return range_[3]


@_jit
def _begin(canvas: NDArray[np.uint8], y: int, registers: Registers) -> None:
    """Fill the registers with what is above the row's beginning."""
    registers[:] = 0
    for row in range(1, ROWS + 1):
        for x in range(AHEAD):
            registers[row] = registers[row] << _ONE | np.uint64(canvas[y - row, _LEFT + x])


@_jit
def _look(it: Work, canvas: NDArray[np.uint8], y: int, registers: Registers, row: Row) -> None:
    """Collect the places and weight sets of all dots of a row that is known."""
    _begin(canvas, y, registers)
    since, top, below = _FAR, y - ROWS, canvas.shape[0] - y
    for x in range(canvas.shape[1] - 2 * _LEFT):
        for above in range(1, ROWS + 1):
            registers[above] = registers[above] << _ONE | np.uint64(canvas[y - above, _LEFT + x + AHEAD])
        count = QUIET
        if contexts.is_quiet(registers):
            around = contexts.surroundings(registers, since)
            contexts.quiet_places(around, x, top, below, it.places)
            row.chosen[x] = _QUIET_SETS + around
        else:
            contexts.busy_places(registers, x, top, below, it.places)
            row.chosen[x] = contexts.nearest(registers)
            count = BUSY
        for k in range(count):
            row.places[x, k] = it.places[k]
        bit = canvas[y, _LEFT + x]
        registers[0] = registers[0] << _ONE | np.uint64(bit)
        since = 0 if bit else min(_FAR, since + 1)


@_jit
def _fetch(state: State, row: Row) -> None:
    """Touch a row's counters in one go: the processor waits for many of them at a time, not for each in turn."""
    fetched = np.uint32(0)
    for x in range(len(row.chosen)):
        if row.chosen[x] >= _QUIET_SETS:
            for k in range(QUIET):
                fetched ^= state.counters[BUSY + k, row.places[x, k]]
        else:
            for k in range(BUSY):
                fetched ^= state.counters[k, row.places[x, k]]
    row.fetched[0] = fetched


@_jit
def _write_row(  # noqa: PLR0917 - arrays written in place
    state: State, curve: Curves, it: Work, canvas: NDArray[np.uint8], y: int, row: Row,
    range_: NDArray[np.int64], stream: NDArray[np.uint8], size: int,
) -> None:  # fmt: skip
    """Write one row."""
    for x in range(len(row.chosen)):
        chosen, bit = row.chosen[x], np.int64(canvas[y, _LEFT + x])
        for k in range(BUSY):
            it.places[k] = row.places[x, k]
        if chosen >= _QUIET_SETS:
            bend = _QUIET_BENDS + chosen - _QUIET_SETS
            probability = predicted(state, curve, it, BUSY, QUIET, chosen, bend)
            _code(range_, stream, size, probability, bit, _WRITE)
            learn(state, curve, it, BUSY, QUIET, bit)
        else:
            probability = predicted(state, curve, it, 0, BUSY, chosen, chosen)
            _code(range_, stream, size, probability, bit, _WRITE)
            learn(state, curve, it, 0, BUSY, bit)


@_jit
def _read_row(  # noqa: PLR0917 - arrays written in place
    state: State, curve: Curves, it: Work, canvas: NDArray[np.uint8], y: int, registers: Registers,
    range_: NDArray[np.int64], stream: NDArray[np.uint8], size: int,
) -> None:  # fmt: skip
    """Read one row: each dot must be known before the places of the next are."""
    _begin(canvas, y, registers)
    since, top, below = _FAR, y - ROWS, canvas.shape[0] - y
    for x in range(canvas.shape[1] - 2 * _LEFT):
        at = _LEFT + x
        for above in range(1, ROWS + 1):
            registers[above] = registers[above] << _ONE | np.uint64(canvas[y - above, at + AHEAD])
        if contexts.is_quiet(registers):
            around = contexts.surroundings(registers, since)
            contexts.quiet_places(around, x, top, below, it.places)
            first, count, chosen, bend = BUSY, QUIET, _QUIET_SETS + around, _QUIET_BENDS + around
        else:
            contexts.busy_places(registers, x, top, below, it.places)
            chosen = contexts.nearest(registers)
            first, count, bend = 0, BUSY, chosen
        bit = _code(range_, stream, size, predicted(state, curve, it, first, count, chosen, bend), 0, _READ)
        learn(state, curve, it, first, count, bit)
        canvas[y, at] = bit
        registers[0] = registers[0] << _ONE | np.uint64(bit)
        since = 0 if bit else min(_FAR, since + 1)


@_jit
def _code(  # noqa: PLR0917 - the coder's state
    range_: NDArray[np.int64], stream: NDArray[np.uint8], size: int, probability: int, bit: int, writes: int
) -> int:
    """Write `bit`, or read one; `probability` (1/65536) is that of a 1."""
    low, width = range_[0], range_[1] - range_[0]
    middle = low + (width >> 16) * probability + ((width & 0xFFFF) * probability >> 16)
    if not writes:
        bit = int(range_[2] <= middle)
    if bit:
        range_[1] = middle
    else:
        range_[0] = middle + 1
    while (range_[0] ^ range_[1]) & 0xFF000000 == 0:
        if writes:
            stream[range_[3]] = range_[1] >> 24
            range_[3] += 1
        else:
            _shift_in(range_, stream, size)
        range_[0] = range_[0] << 8 & _ALL
        range_[1] = (range_[1] << 8 & _ALL) | 255
    return bit


@_jit
def _shift_in(range_: NDArray[np.int64], stream: NDArray[np.uint8], size: int) -> None:
    """Take the next byte; after the end come zeros."""
    byte = np.int64(stream[range_[3]]) if range_[3] < size else 0
    range_[2] = (range_[2] << 8 & _ALL) | byte
    range_[3] += 1
