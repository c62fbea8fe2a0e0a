"""What the coder has learnt beforehand: certificates of test people, one set for each head, as a numbered file.

The file holds pages coded one after the other, so that decoding them teaches the coder; `DIGESTS` says what every
machine must have learnt from them, so that a compiler's fault or a stale cache is an error here, not an unreadable
panel in ten years. What was learnt is kept beside numba's cache (7 MB a head), checked by the same digest.
Not responsible for making the file (`tests/scramble/primer.py`): a new one gets a new number, old ones stay.
"""

import os
import tempfile
from collections.abc import Generator, Iterator
from contextlib import contextmanager
from functools import cache
from hashlib import blake2b
from pathlib import Path
from threading import Lock
from typing import Any

import numpy as np

from hub.scramble.mixing.coder import decode
from hub.scramble.mixing.mixer import State, untaught

MODEL = Path(__file__).parent / "model-2.bin"
DIGESTS = {
    576: "8bb10f0c193c40be89ccb11ce1a1b9cb",
    832: "b099f8dbeef56b59bc0abd83a836fecd",
    1728: "b1f600e974a5eba801a9334e252d9d6f",
}
_ROWS_BYTES, _SIZE_BYTES = 2, 4


class ModelError(RuntimeError):
    """This machine did not learn what it had to; the text has the remedy."""


class _Desk:
    """One head's state, and a copy to work on, for one page at a time."""

    def __init__(self, width: int) -> None:
        self._state = _kept(width) or _learnt(width)
        self._used = self._state.copy()
        self._lock = Lock()

    @contextmanager
    def fresh(self) -> Generator[State]:
        with self._lock:
            for used, taught in zip(self._used, self._state, strict=True):
                np.copyto(used, taught)
            yield self._used


@contextmanager
def taught(width: int) -> Generator[State]:
    """Lend the state for a page of that width, to be changed; one at a time. Raises ModelError."""
    known = max((head for head in DIGESTS if head <= width), default=min(DIGESTS))
    with _making:
        desk = _desk(known)
    with desk.fresh() as state:
        yield state


def pages_of(width: int, model: bytes) -> Iterator[tuple[int, bytes]]:
    """Rows and coded data of a head's pages in a model file."""
    at = 0
    for head in DIGESTS:
        count = model[at]
        at += 1
        for _ in range(count):
            rows = int.from_bytes(model[at : at + _ROWS_BYTES])
            at += _ROWS_BYTES
            size = int.from_bytes(model[at : at + _SIZE_BYTES])
            at += _SIZE_BYTES
            if head == width:
                yield rows, model[at : at + size]
            at += size


def packed(pages: list[tuple[int, bytes]]) -> bytes:
    """Write one head's part of a model file; the parts follow one another in the order of `DIGESTS`."""
    parts = [rows.to_bytes(_ROWS_BYTES) + len(data).to_bytes(_SIZE_BYTES) + data for rows, data in pages]
    return bytes([len(parts)]) + b"".join(parts)


def digest_of(state: State) -> str:
    """Give a digest of everything learnt."""
    total = blake2b(digest_size=16)
    for array in state:
        total.update(memoryview(array))  # pyright: ignore[reportArgumentType]
    return total.hexdigest()


_making = Lock()


@cache
def _desk(width: int) -> _Desk:
    return _Desk(width)


def _learnt(width: int) -> State:
    """Learn the model's pages: about a second."""
    state = untaught()
    for rows, data in pages_of(width, MODEL.read_bytes()):
        decode(state, data, width, rows)
    if digest_of(state) != DIGESTS[width]:
        folder = Path(__file__).parent / "__pycache__"
        raise ModelError(
            f"{MODEL.name}: learnt something else than it must; remove {folder} and NUMBA_CACHE_DIR's files"
        )
    _keep(width, state)
    return state


def _place(width: int) -> Path:
    folder = os.environ.get("NUMBA_CACHE_DIR") or Path(__file__).parent / "__pycache__"
    return Path(folder) / f"{MODEL.stem}-{width}-{DIGESTS[width]}.state"


def _kept(width: int) -> State | None:
    """Take what an earlier process learnt, if it is whole; processes share it."""
    try:
        data = np.memmap(_place(width), np.uint8, "r")
    except (OSError, ValueError):
        return None
    like_these = untaught()
    if data.size != sum(like.nbytes for like in like_these):
        return None
    arrays: list[Any] = []
    at = 0
    for like in like_these:
        arrays.append(data[at : at + like.nbytes].view(like.dtype).reshape(like.shape))
        at += like.nbytes
    state = State(*arrays)
    return state if digest_of(state) == DIGESTS[width] else None


def _keep(width: int, state: State) -> None:
    """Keep it for the next process, where there is a place to write to; it can always be learnt again."""
    place = _place(width)
    try:
        place.parent.mkdir(parents=True, exist_ok=True)
        with tempfile.NamedTemporaryFile(dir=place.parent, prefix=place.stem, delete=False) as file:
            for array in state:
                file.write(array.tobytes())
        Path(file.name).replace(place)
    except OSError:
        return
