"""Frames a strip of dots as ESC/POS bands, exact to the dot and free of real-time commands.

Theory of operation: a printer obeys `10 04`, `10 05` and `10 14` wherever they lie, inside image data too (DEVICES).
Rows without such a pair go out as raster bands (GS v 0); a pair across two rows is parted by ending the band there. A
row that holds a pair goes out with its neighbours in column format (ESC * 33, 24 rows), where the same dots make
other bytes; a pair across two columns is parted by a new ESC * on the same line. `_plan` finds rows to start the
slices at so that no pair is left; there may be none, then the strip cannot be printed. Not responsible for: prologue,
cut, completion (the driver). Pure; standard library only.
"""

from __future__ import annotations

import re

MAX_BAND_ROWS = 256
SLICE_ROWS = 24
COLUMN_BYTES = 3
MAX_WIDTH_DOTS = 2048
REAL_TIME = re.compile(rb"\x10[\x04\x05\x14]")
LINE_SPACING = b"\x1b3" + bytes([SLICE_ROWS])
COLUMN_HEADER = b"\x1b*\x21"
DIAGONAL = ("00aa00aa00aa00aa", "0000cccc0000cccc", "00000000f0f0f0f0")
RASTER_HEADER = b"\x1dv0\x00"


class UnprintableDots(ValueError):
    """No framing of these dots is free of real-time commands."""


def to_bands(dots: bytes, width_dots: int) -> list[bytes]:
    """Frame `dots` (rows top to bottom, `width_dots / 8` bytes a row, most significant bit left, 1 = black).

    Each band stands alone: at most 256 rows, nothing left in the printer's line buffer. Raises `UnprintableDots`,
    and `ValueError` if dots and width do not fit.
    """
    if not 0 < width_dots <= MAX_WIDTH_DOTS or width_dots % 8:
        raise ValueError(f"width of {width_dots} dots: must be a multiple of 8, at most {MAX_WIDTH_DOTS}")
    width = width_dots // 8
    if not dots or len(dots) % width:
        raise ValueError(f"{len(dots)} bytes of dots: must be a whole number of rows of {width} bytes")
    bands: list[bytes] = []
    for start, end, in_columns in _plan(dots, width):
        part = dots[start * width : end * width]
        if in_columns:
            bands.append(_column_band(part, width))
        else:
            bands += _raster_bands(part, width)
    if REAL_TIME.search(b"".join(bands)):
        raise UnprintableDots("a real-time command is left in the framed strip; it cannot be printed safely")
    return bands


def rows_with_a_command(dots: bytes, width: int) -> set[int]:
    """Return the rows of `width` bytes that hold a real-time command in themselves, not only with the next row."""
    return {found.start() // width for found in REAL_TIME.finditer(dots) if found.start() % width != width - 1}


def _plan(dots: bytes, width: int) -> list[tuple[int, int, bool]]:
    """Part the rows into runs: (first row, row behind the last, whether in column format)."""
    rows = len(dots) // width
    dirty = rows_with_a_command(dots, width)
    if not dirty:
        return [(0, rows, False)]
    steps: list[int] = []
    dead: set[int] = set()
    at = 0
    while at < rows:
        if at not in dirty and at + 1 not in dead:
            steps.append(1)
        elif at + SLICE_ROWS <= rows and at + SLICE_ROWS not in dead and _slice_is_clean(dots, at, width):
            steps.append(SLICE_ROWS)
        else:
            dead.add(at)
            if not steps:
                raise UnprintableDots(f"row {max(dead) + 1} holds a real-time command in every framing; void the sheet")
            at -= steps.pop()
            continue
        at += steps[-1]
    return _runs(steps)


def _runs(steps: list[int]) -> list[tuple[int, int, bool]]:
    """Join single raster rows to runs; slices stay single."""
    runs: list[tuple[int, int, bool]] = []
    at = 0
    for step in steps:
        if step == 1 and runs and not runs[-1][2]:
            runs[-1] = (runs[-1][0], at + 1, False)
        else:
            runs.append((at, at + step, step == SLICE_ROWS))
        at += step
    return runs


def _raster_bands(rows: bytes, width: int) -> list[bytes]:
    """GS v 0 bands; a new one begins after 256 rows, and between rows that make a pair together."""
    cuts = {found.start() // width + 1 for found in REAL_TIME.finditer(rows)}
    bands: list[bytes] = []
    start = 0
    for end in sorted(cuts | {len(rows) // width}):
        while start < end:
            count = min(MAX_BAND_ROWS, end - start)
            header = RASTER_HEADER + width.to_bytes(2, "little") + count.to_bytes(2, "little")
            bands.append(header + rows[start * width : (start + count) * width])
            start += count
    return bands


def _slice_is_clean(dots: bytes, row: int, width: int) -> bool:
    """Whether no column of the 24 rows from `row` holds a pair within itself."""
    columns = columns_of(dots[row * width : (row + SLICE_ROWS) * width], width)
    return all(found.start() % COLUMN_BYTES == COLUMN_BYTES - 1 for found in REAL_TIME.finditer(columns))


def _column_band(rows: bytes, width: int) -> bytes:
    """One line of column format: 24 rows, parted where two columns make a pair."""
    columns = columns_of(rows, width)
    cuts = {found.start() // COLUMN_BYTES + 1 for found in REAL_TIME.finditer(columns)}
    line = bytearray(LINE_SPACING)
    start = 0
    for end in sorted(cuts | {width * 8}):
        for count in _counts(end - start):
            line += (
                COLUMN_HEADER
                + count.to_bytes(2, "little")
                + columns[start * COLUMN_BYTES : (start + count) * COLUMN_BYTES]
            )
            start += count
    return bytes(line + b"\n")


def _counts(columns: int) -> list[int]:
    """Part a number of columns whose own two bytes are a pair, such as 1040 (`10 04`)."""
    if REAL_TIME.fullmatch(columns.to_bytes(2, "little")):
        return [columns // 2, columns - columns // 2]
    return [columns]


def columns_of(rows: bytes, width: int) -> bytes:
    """Turn 24 rows into columns of three bytes, top dot in the most significant bit of the first.

    Blocks of 8 x 8 dots are mirrored at their diagonal, all of a row at once in one long integer; the masks keep the
    blocks apart (Warren, Hacker's Delight, 7-3).
    """
    masks = [int.from_bytes(bytes.fromhex(mask) * width, "big") for mask in DIAGONAL]
    turned = bytearray(width * SLICE_ROWS)
    blocks = bytearray(width * 8)
    for third in range(3):
        for row in range(8):
            start = (third * 8 + row) * width
            blocks[row::8] = rows[start : start + width]
        dots = int.from_bytes(blocks, "big")
        for mask, shift in zip(masks, (7, 14, 28), strict=True):
            swap = (dots ^ (dots >> shift)) & mask
            dots ^= swap ^ (swap << shift)
        turned[third::3] = dots.to_bytes(width * 8, "big")
    return bytes(turned)
