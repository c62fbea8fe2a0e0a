"""Dots to a stream and back, row by row: repeated rows and stretches of white in one bit each, then dot by dot.

Not responsible for whether data is authentic: any bytes decode to some page, in bounded time.
"""

from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from hub.scramble.mixing import white
from hub.scramble.mixing.compiled import compiled, kept
from hub.scramble.mixing.contexts import (
    HASHED,
    PIECE,
    RING,
    Stretches,
    above,
    finish,
    look,
    nearest,
    on_page,
    place,
    stretches,
)
from hub.scramble.mixing.mixer import SEEN, State, coded, curves, dot
from hub.scramble.mixing.stream import READ, WRITE, Stream, code, to_read, to_write, written

_MARGIN = 32  # white columns beside the page, so that nothing looks outside
_MOST_BYTES_A_DOT = 3  # a dot costs at most two bits of 16
_SPARE = 64
_LONG_AGO = 300
_REPEAT_RATE, _REPEAT_LEAST, _REPEAT_MOST = 5, 500, 65000


class Page(NamedTuple):
    """One page's dots and what is collected of them. Arrays are scratch but for the canvas."""

    canvas: NDArray[np.uint8]  # (1 + rows, margin + width + margin); a white row first
    windows: NDArray[np.uint32]  # (RING, width)
    hashes: NDArray[np.uint32]  # (HASHED, width); places when writing
    known: Stretches
    done: NDArray[np.uint8]  # pieces of this row whose hashes are made
    clear: NDArray[np.int64]  # (width,)
    started: NDArray[np.int64]  # (width,); last row where black began in white near here
    begun: NDArray[np.int64]  # (2,); how often that was in this row; what was fetched


def encode(state: State, dots: bytes, width: int, rows: int) -> bytes:
    """Compress rows of `width` dots (a multiple of 8), most significant bit left; `state` has learnt the page after."""
    dots_ = np.unpackbits(np.frombuffer(dots, np.uint8)).reshape(rows, width)
    stream = to_write(_MOST_BYTES_A_DOT * dots_.size + _SPARE)
    _run(state, curves(), dot(), stream, _page(np.pad(dots_, ((1, 0), (_MARGIN, _MARGIN)))))
    return written(stream)


def decode(state: State, data: bytes, width: int, rows: int) -> bytes:
    """Undo `encode`, from the same state; never fails: bytes that were not made by it give another page."""
    canvas = np.zeros((1 + rows, width + 2 * _MARGIN), np.uint8)
    _run(state, curves(), dot(), to_read(data), _page(canvas))
    return np.packbits(canvas[1:, _MARGIN : _MARGIN + width], axis=1).tobytes()


def _page(canvas: NDArray[np.uint8]) -> Page:
    width = canvas.shape[1] - 2 * _MARGIN
    windows, hashes = np.zeros((RING, width), np.uint32), np.zeros((HASHED, width), np.uint32)
    started = np.full(width, -_LONG_AGO, np.int64)
    done, clear = np.zeros(width // PIECE + 1, np.uint8), np.zeros(width, np.int64)
    return Page(canvas, windows, hashes, stretches(), done, clear, started, np.zeros(2, np.int64))


@kept
def _run(state: State, curve: Any, it: Any, stream: Stream, page: Page) -> None:
    """Code the page on the canvas, or fill the canvas from the stream."""
    canvas, flags = page.canvas, 0
    for y in range(1, canvas.shape[0]):
        same = 0
        if stream.way == WRITE:
            same = _repeats(canvas, y)
        before = state.repeats[flags]
        same = code(stream, before, same)
        before += (same * 65535 - before) >> _REPEAT_RATE
        state.repeats[flags] = min(_REPEAT_MOST, max(_REPEAT_LEAST, before))
        flags = (flags << 1 | same) & 3
        if same:
            for x in range(canvas.shape[1]):
                canvas[y, x] = canvas[y - 1, x]
        if same or stream.way == WRITE:
            look(page.windows, canvas, _MARGIN, y)
        if not same:
            white.measure(page.windows, page.clear, y)
            for piece in range(len(page.done)):
                page.done[piece] = 0
            page.begun[0] = 0
            _row(state, curve, it, stream, page, y)
            if stream.way == READ:
                look(page.windows, canvas, _MARGIN, y)


@compiled
def _repeats(canvas: Any, y: int) -> Any:
    """Tell whether a row equals the one above."""
    other = np.uint8(0)
    for x in range(canvas.shape[1]):
        other |= canvas[y, x] ^ canvas[y - 1, x]
    return np.int64(other == 0)


@compiled
def _row(state: Any, curve: Any, it: Any, stream: Any, page: Any, y: int) -> None:  # noqa: PLR0917 - compiled
    """Code one row."""
    row, width = page.canvas[y, _MARGIN:], page.windows.shape[1]
    one, two, below = (y - 1) & (RING - 1), (y - 2) & (RING - 1), page.canvas.shape[0] - y
    left, last, x = np.uint32(0), -_LONG_AGO, 0
    while x < width:
        if page.clear[x] >= white.SHORTEST and left & 7 == 0:
            before, x = x, white.run(state, curve, it, stream, page, y, x, last, row)
            left = np.uint32(left << np.uint32(x - before)) if x - before < _MARGIN else np.uint32(0)
            if row[x - 1]:
                left, last = np.uint32(left | 1), x - 1
            continue
        if not page.done[x // PIECE]:
            _collect(state, stream, page, y, x // PIECE)
        for k in range(HASHED):
            known = page.hashes[k, x]
            it.places[k] = known if stream.way == WRITE else place(page.known, k, known, left)
        it.places[HASHED] = on_page(y, width, x, HASHED)
        it.places[HASHED + 1] = on_page(below, width, x, HASHED + 1)
        near = nearest(left, page.windows[one, x], page.windows[two, x])
        bit = coded(state, curve, it, stream, 0, near, SEEN, near & 63, np.int64(row[x]))
        row[x] = bit
        left = np.uint32(left << np.uint32(1) | np.uint32(bit))
        if bit:
            last = x
        x += 1


@compiled
def _collect(state: Any, stream: Any, page: Any, y: int, piece: int) -> None:
    """Make the hashes of a piece of a row; a writer's places, and their histories fetched in one go.

    The processor waits for many of them at a time then, not for each in turn.
    """
    page.done[piece] = 1
    first = piece * PIECE
    above(page.known, page.windows, page.hashes, y, first)
    if stream.way == WRITE:
        finish(page.known, page.windows, page.hashes, y, first)
        fetched = 0
        for x in range(first, min(first + PIECE, page.windows.shape[1])):
            if page.clear[x] < white.SHORTEST:
                for k in range(HASHED):
                    fetched += state.slots[page.hashes[k, x]]
        page.begun[1] = fetched
