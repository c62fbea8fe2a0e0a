"""Which dots of a background a printer must not get: pairs of bytes that it would obey as real-time commands.

Not responsible for framing. Source: `docs/reference/background.md`, "What a printer must not read".
"""

import numpy as np
from numpy.typing import NDArray

_SECOND = (0x04, 0x05, 0x14)
_FIRST = 0x10
_SLICE_ROWS = 24

Bits = NDArray[np.uint8]


def _pairs(row: bytes | bytearray) -> list[int]:
    return [at for at in range(len(row) - 1) if row[at] == _FIRST and row[at + 1] in _SECOND]


def printable(page: bytes, drawn: bytes, width_dots: int) -> bytes:
    """Return `drawn` (the page with its background) as it is printed; the page's own dots all stay."""
    own, dots = (np.unpackbits(np.frombuffer(each, np.uint8)).reshape(-1, width_dots) for each in (page, drawn))
    rows = [page[at : at + width_dots // 8] for at in range(0, len(page), width_dots // 8)]
    marked = [number for number, row in enumerate(rows) if _FIRST in row and _pairs(row)]
    slices = _slices(own, marked)
    if slices is None:
        for number in marked:
            near = slice(max(0, number - _SLICE_ROWS + 1), number + _SLICE_ROWS)
            dots[near] = own[near]
        slices = []
    in_columns: set[int] = set()
    for start in slices:
        in_columns.update(range(start, start + _SLICE_ROWS))
        _clear_columns(own[start : start + _SLICE_ROWS], dots[start : start + _SLICE_ROWS])
    return _cleared_rows(rows, np.packbits(dots, axis=1), in_columns)


def _slices(own: Bits, marked: list[int]) -> list[int] | None:
    starts: list[int] = []
    end = 0
    for row in marked:
        if row < end:
            continue
        lowest = min(row, len(own) - _SLICE_ROWS)
        for start in range(lowest, max(end, row - _SLICE_ROWS + 1) - 1, -1):
            if not _in_columns(own[start : start + _SLICE_ROWS]).any():
                starts.append(start)
                end = start + _SLICE_ROWS
                break
        else:
            return None
    return starts


def _in_columns(dots: Bits) -> NDArray[np.bool_]:
    """Tell for both pairs of bytes of each column (2 x columns) whether they are a command."""
    third = np.packbits(dots.reshape(3, 8, -1), axis=1)[:, 0]
    return (third[:-1] == _FIRST) & np.isin(third[1:], _SECOND)


def _clear_columns(own: Bits, dots: Bits) -> None:
    """Give back the 16 dots of each pair, in place."""
    while (found := _in_columns(dots)).any():
        for upper, column in np.argwhere(found):
            rows = slice(8 * upper, 8 * upper + 16)
            dots[rows, column] = own[rows, column]


def _cleared_rows(own: list[bytes], packed: Bits, in_columns: set[int]) -> bytes:
    rows = [bytearray(row.tobytes()) for row in packed]
    for number, row in enumerate(rows):
        if number in in_columns or _FIRST not in row:
            continue
        while mixed := [at for at in _pairs(row) if bytes(row[at : at + 2]) != own[number][at : at + 2]]:
            row[mixed[0] : mixed[0] + 2] = own[number][mixed[0] : mixed[0] + 2]
    return b"".join(rows)
