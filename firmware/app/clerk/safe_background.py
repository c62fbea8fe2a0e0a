"""Takes away dots of the background that would read as a printer's real-time command, so that every page can be framed.

A printer obeys `10 04`, `10 05` and `10 14` inside image data too (`raster.py`). The municipality's own dots are never
touched. Rule: `docs/reference/background.md`, "What a printer must not read". Pure; standard library only.
"""

from __future__ import annotations

from firmware.app.clerk.raster import REAL_TIME, SLICE_ROWS, rows_with_a_command


def without_commands(page: bytes, drawn: bytes, width_dots: int) -> bytes:
    """Return `drawn`, which is `page` with a background over it, less the background's dots that must not be there."""
    width = width_dots // 8
    dots = bytearray(drawn)
    for row in rows_with_a_command(page, width):  # such rows go out as columns with their neighbours
        first, end = max(0, row - SLICE_ROWS + 1) * width, (row + SLICE_ROWS) * width
        dots[first:end] = page[first:end]
    for row in rows_with_a_command(bytes(dots), width):
        at = slice(row * width, (row + 1) * width)
        dots[at] = _cleared(page[at], dots[at])
    return bytes(dots)


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
