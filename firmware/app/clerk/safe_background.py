"""Takes away dots of the background that would read as a printer's real-time command, so that every page can be framed.

A printer obeys `10 04`, `10 05` and `10 14` inside image data too (`raster.py`). The municipality's own dots are never
touched; where they make such a pair themselves, the rows around go out as columns, and the background is taken out of
those columns only in which it makes a pair. Rule: `docs/reference/background.md`, "What a printer must not read". Pure;
standard library only.
"""

from __future__ import annotations

from firmware.app.clerk.raster import COLUMN_BYTES, REAL_TIME, SLICE_ROWS, columns_of, rows_with_a_command

HALF_ROWS = 8  # dots in one byte of a column


def without_commands(page: bytes, drawn: bytes, width_dots: int) -> bytes:
    """Return `drawn`, which is `page` with a background over it, less the background's dots that must not be there."""
    width = width_dots // 8
    dots = bytearray(drawn)
    own = sorted(rows_with_a_command(page, width))
    starts = _slices(page, own, width)
    bare = starts is None
    for row in own if bare else ():
        first, end = max(0, row - SLICE_ROWS + 1) * width, (row + SLICE_ROWS) * width
        dots[first:end] = page[first:end]
    in_columns: set[int] = set()
    for start in starts or ():
        in_columns.update(range(start, start + SLICE_ROWS))
        _clear_columns(page, dots, start, width)
    for row in rows_with_a_command(bytes(dots), width) - in_columns:
        at = slice(row * width, (row + 1) * width)
        dots[at] = _cleared(page[at], dots[at])
    return bytes(dots)


def _slices(page: bytes, own: list[int], width: int) -> list[int] | None:
    """Return the first rows of slices that hold all rows of `own`, none of whose columns is a pair of the page's.

    None if there is a row for which there is no such slice.
    """
    last = len(page) // width - SLICE_ROWS
    starts: list[int] = []
    end = 0
    for row in own:
        if row < end:
            continue
        highest = max(end, row - SLICE_ROWS + 1)
        clean = (at for at in range(min(row, last), highest - 1, -1) if not _pairs(_columns(page, at, width)))
        start = next(clean, None)
        if start is None:
            return None
        starts.append(start)
        end = start + SLICE_ROWS
    return starts


def _columns(dots: bytes | bytearray, start: int, width: int) -> bytes:
    return columns_of(bytes(dots[start * width : (start + SLICE_ROWS) * width]), width)


def _pairs(columns: bytes) -> list[int]:
    """Return where a pair lies within one column."""
    found = (each.start() for each in REAL_TIME.finditer(columns))
    return [at for at in found if at % COLUMN_BYTES != COLUMN_BYTES - 1]


def _clear_columns(page: bytes, dots: bytearray, start: int, width: int) -> None:
    """Give the topmost pair of each column of a slice back to the page, until there is none."""
    while pairs := _pairs(_columns(dots, start, width)):
        for pair in pairs:
            column, byte = divmod(pair, COLUMN_BYTES)
            mask = 0x80 >> column % 8
            first = start + HALF_ROWS * byte
            for at in range(first * width + column // 8, (first + 2 * HALF_ROWS) * width, width):
                dots[at] = dots[at] & ~mask | page[at] & mask


def _cleared(page: bytes, row: bytearray) -> bytearray:
    """Give both bytes of the leftmost pair that the background has part in back to the page, until there is none."""
    start = 0
    while found := REAL_TIME.search(row, start):
        at = slice(found.start(), found.end())
        if bytes(row[at]) == page[at]:
            start = found.start() + 1
        else:
            row[at] = page[at]
            start = 0
    return row
