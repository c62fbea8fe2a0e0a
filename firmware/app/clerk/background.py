"""The copy-deterrent background of a page, drawn by the clerk itself from seed and parameters.

Theory of operation: fine dots stand in cells, one a cell, moved by one bit to the right and one bit down; a cell's 8
neighbours in a row make one byte of a stream, so whole planes of dots are one `bytes.translate` for each byte of the
raster. Planes are joined as long integers. Not responsible for whether the parameters are the centre's (`binding.py`).
Source: `docs/reference/background.md`. Pure; standard library only.
"""

from __future__ import annotations

import hashlib
import zlib
from dataclasses import dataclass, replace

from firmware.app.clerk.latent_letters import LETTERS, SIDE_BLOCKS

STREAM_ROW_BYTES = 72
MOST_ROWS = 20_000
SYNC_LABEL = b"kiosk-background-v1 sync"
MARK_LABEL = b"kiosk-background-v1 mark"
SEED_BYTES = 32
ID_BYTES = 16
PITCHES = ((3, 6, 6), (3, 6, 5), (3, 5, 5), (4, 7, 7))
MOST_QUIET_DOTS = 8
CODE_BYTES = 20
CODE_STEP_BYTES = 7
LETTER_PERIOD_BLOCKS = 76
LETTER_TOP_BLOCKS = 4
LETTER_STEP_BLOCKS = 38
BLOCK_DOTS = 8


@dataclass(frozen=True)
class Background:
    """`pitches` in dots: fine, coarse across, coarse down.

    `clear`: rectangles that are kept blank (left, top, width, height; dots).
    """

    document_id: str
    seed: bytes
    pitches: tuple[int, int, int]
    quiet_dots: int
    clear: tuple[tuple[int, int, int, int], ...] = ()


def drawn_over(page: bytes, width_dots: int, background: Background) -> bytes:
    """Return the page with the background around its strokes; dots as everywhere (see `print_job.py`).

    Raises `ValueError` for parameters that the page of the reference does not know.
    """
    width, rows = _checked(page, width_dots, background)
    size = len(page)
    ink = int.from_bytes(page, "big")
    fine = int.from_bytes(_fine_plane(background, width, rows), "big")
    coarse = int.from_bytes(_coarse_plane(background.pitches[1:], width, rows), "big")
    letters = int.from_bytes(_letters_plane(width, rows), "big")
    dots = fine ^ ((fine ^ coarse) & letters)
    kept = _grown(ink, background.quiet_dots, width, rows) | _rectangles(background.clear, width, rows)
    return (ink | (dots ^ (dots & kept))).to_bytes(size, "big")


def _checked(page: bytes, width_dots: int, background: Background) -> tuple[int, int]:
    """Return bytes a row and rows, if everything is what the reference knows."""
    width = width_dots // 8
    rows = len(page) // width if width else 0
    if width_dots % 8 or not 0 < width <= STREAM_ROW_BYTES * 3 or rows * width != len(page) or rows > MOST_ROWS:
        raise ValueError(f"a page of {len(page)} bytes, {width_dots} dots wide, has no background")
    if background.pitches not in PITCHES or len(background.seed) != SEED_BYTES:
        raise ValueError("the background's pitches or seed are unknown")
    if not 0 <= background.quiet_dots <= MOST_QUIET_DOTS or len(background.document_id) != 2 * ID_BYTES:
        raise ValueError("the background's quiet zone or document id is unknown")
    if any(
        min(left, top, across, height) < 0 or left + across > width_dots
        for left, top, across, height in background.clear
    ):
        raise ValueError("a blank rectangle of the background lies outside the page")
    return width, rows


def without_squares(background: Background) -> Background:
    """Return the background of a page that has no blank rectangles."""
    return replace(background, clear=())


def _fine_plane(background: Background, width: int, rows: int) -> bytes:
    """Draw the fine dots over the whole area, width in bytes."""
    pitch = background.pitches[0]
    lattice_rows = -(-rows // pitch)
    groups = -(-width // pitch)
    right, down = _moves(background, lattice_rows, groups)
    every = (1 << (8 * len(right))) - 1
    at_right, at_bottom = int.from_bytes(right, "big"), int.from_bytes(down, "big")
    upper = _spread(~at_right & ~at_bottom & every, at_right & ~at_bottom, pitch, len(right))
    lower = _spread(~at_right & at_bottom, at_right & at_bottom, pitch, len(right))
    row_bytes = groups * pitch
    blank = bytes(width * (pitch - 2))
    plane: list[bytes] = []
    for start in range(0, lattice_rows * row_bytes, row_bytes):
        plane += (upper[start : start + width], lower[start : start + width], blank)
    return b"".join(plane)[: width * rows]


def _moves(background: Background, lattice_rows: int, groups: int) -> tuple[bytes, bytes]:
    """Return the bits that move dots to the right (the id), and down (the keyed mark); `groups` bytes a row."""
    length = lattice_rows * STREAM_ROW_BYTES
    sync = hashlib.shake_256(SYNC_LABEL).digest(length)
    mark = hashlib.shake_256(MARK_LABEL + background.seed).digest(length)
    identity = bytes.fromhex(background.document_id)
    code = identity + zlib.crc32(identity).to_bytes(4, "big")
    lines = code * (STREAM_ROW_BYTES // CODE_BYTES + 2)
    turned = [
        bytes(groups) if row % 2 == 0 else lines[(at := CODE_STEP_BYTES * (row // 2) % CODE_BYTES) : at + groups]
        for row in range(lattice_rows)
    ]
    starts = range(0, length, STREAM_ROW_BYTES)
    right = int.from_bytes(b"".join(sync[start : start + groups] for start in starts), "big")
    right ^= int.from_bytes(b"".join(turned), "big")
    return (
        right.to_bytes(lattice_rows * groups, "big"),
        b"".join(mark[start : start + groups] for start in starts),
    )


def _spread(left: int, right: int, pitch: int, length: int) -> bytes:
    """Give each bit a cell `pitch` dots wide: bits of `left` set its first dot, bits of `right` its second."""
    tables = _tables(pitch)
    planes: list[int] = []
    for bits in (left, right):
        data = bits.to_bytes(length, "big")
        plane = bytearray(length * pitch)
        for index, table in enumerate(tables):
            plane[index::pitch] = data.translate(table)
        planes.append(int.from_bytes(plane, "big"))
    return (planes[0] | planes[1] >> 1).to_bytes(length * pitch, "big")


def _tables(pitch: int) -> tuple[bytes, ...]:
    """For each of the `pitch` bytes that 8 cells fill: byte of 8 bits -> byte of dots."""
    wide = [sum(1 << (pitch * (bit + 1) - 1) for bit in range(8) if value >> bit & 1) for value in range(256)]
    return tuple(bytes(dots >> 8 * (pitch - 1 - index) & 0xFF for dots in wide) for index in range(pitch))


def _coarse_plane(pitch: tuple[int, int], width: int, rows: int) -> bytes:
    """Draw squares of 2 x 2 dots; every other line of them is moved by half a pitch. None crosses the right edge."""
    across, down = pitch
    lines: list[bytes] = []
    for shift in (0, across // 2):
        dots = sum(3 << (width * 8 - 2 - column) for column in range(shift, width * 8 - 1, across))
        line = dots.to_bytes(width, "big")
        lines += [line, line, bytes(width * (down - 2))]
    period = b"".join(lines)
    return (period * (rows // (2 * down) + 1))[: width * rows]


def _letters_plane(width: int, rows: int) -> bytes:
    """Where the coarse dots stand: 複 and 写 in turn, each lower than the one before."""
    across = min(LETTER_STEP_BLOCKS, width - SIDE_BLOCKS)
    pairs = max(1, (width + 2) // LETTER_PERIOD_BLOCKS)
    left = (width - (pairs - 1) * LETTER_PERIOD_BLOCKS - SIDE_BLOCKS - across) // 2
    plane: list[bytes] = []
    for block in range(-(-rows // BLOCK_DOTS)):
        turn, line = divmod(block - LETTER_TOP_BLOCKS, LETTER_STEP_BLOCKS)
        blocks = bytearray(width)
        if turn >= 0 and line < SIDE_BLOCKS:
            pattern = LETTERS[turn % 2][line]
            letter = bytes(0xFF * (pattern >> (SIDE_BLOCKS - 1 - column) & 1) for column in range(SIDE_BLOCKS))
            for pair in range(pairs):
                at = left + across * (turn % 2) + pair * LETTER_PERIOD_BLOCKS
                blocks[at : at + SIDE_BLOCKS] = letter
        plane.append(bytes(blocks) * BLOCK_DOTS)
    return b"".join(plane)[: width * rows]


def _grown(ink: int, dots: int, width: int, rows: int) -> int:
    """Let every black dot grow to a square of `2 * dots + 1`, without going round the edges."""
    full = (1 << (width * 8 * rows)) - 1
    not_first = int.from_bytes((b"\x7f" + b"\xff" * (width - 1)) * rows, "big")
    not_last = not_first << 1 & full
    for _ in range(dots):
        ink |= (ink & not_first) << 1 | (ink & not_last) >> 1
    for _ in range(dots):
        ink |= (ink << width * 8 & full) | ink >> width * 8
    return ink


def _rectangles(clear: tuple[tuple[int, int, int, int], ...], width: int, rows: int) -> int:
    """Fill the rectangles; what lies outside the page is cut off."""
    plane = bytearray(width * rows)
    for left, top, across, height in clear:
        end = min(left + across, width * 8)
        line = (1 << (end - left)) - 1 << (width * 8 - end)
        for at in range(top * width, min(top + height, rows) * width, width):
            plane[at : at + width] = (int.from_bytes(plane[at : at + width], "big") | line).to_bytes(width, "big")
    return int.from_bytes(plane, "big")
