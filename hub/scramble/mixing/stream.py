"""The arithmetic coder: dots and their probabilities to bytes and back.

Not responsible for whether data is authentic: after the end come zeros, so that any bytes decode to something.
Source: the carry-less binary coder of Mahoney's lpaq (2007).
"""

from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from hub.scramble.mixing.compiled import compiled, inlined

_ALL = 0xFFFFFFFF
READ, WRITE = 0, 1


class Stream(NamedTuple):
    """Coded data: bytes, and range and place in them (low, high, code read, place)."""

    data: NDArray[np.uint8]
    range: NDArray[np.int64]
    way: int  # READ or WRITE


def to_write(most_bytes: int) -> Stream:
    """Give an empty stream that `most_bytes` fit in."""
    return Stream(np.zeros(most_bytes, np.uint8), np.array([0, _ALL, 0, 0], np.int64), WRITE)


def to_read(data: bytes) -> Stream:
    """Give a stream at its beginning."""
    first = int.from_bytes(data[:4].ljust(4, b"\0"))
    return Stream(np.array(bytearray(data), np.uint8), np.array([0, _ALL, first, 4], np.int64), READ)


def written(stream: Stream) -> bytes:
    """End a stream that was written and give its bytes."""
    used = int(stream.range[3])
    return stream.data[:used].tobytes() + bytes([(int(stream.range[0]) >> 24) + 1])


@inlined
def code(stream: Any, probability: int, bit: Any) -> Any:
    """Write `bit`, or read one; `probability` (1/65536) is that of a 1."""
    low, width = stream.range[0], stream.range[1] - stream.range[0]
    middle = low + (width >> 16) * probability + ((width & 0xFFFF) * probability >> 16)
    if stream.way == READ:
        bit = np.int64(stream.range[2] <= middle)
    if bit:
        stream.range[1] = middle
    else:
        stream.range[0] = middle + 1
    if (stream.range[0] ^ stream.range[1]) & 0xFF000000 == 0:
        _shift(stream)
    return bit


@compiled
def _shift(stream: Any) -> None:
    """Put the bytes away that are decided, or take as many."""
    while (stream.range[0] ^ stream.range[1]) & 0xFF000000 == 0:
        place = stream.range[3]
        if stream.way == WRITE:
            stream.data[place] = stream.range[1] >> 24
        else:
            byte = np.int64(stream.data[place]) if place < len(stream.data) else 0
            stream.range[2] = (stream.range[2] << 8 & _ALL) | byte
        stream.range[3] = place + 1
        stream.range[0] = stream.range[0] << 8 & _ALL
        stream.range[1] = (stream.range[1] << 8 & _ALL) | 255
