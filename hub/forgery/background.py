"""The copy-deterrent background as the centre knows it: parameters, planes of dots, the page with the background.

Not responsible for seeds (`key.py`) nor for the paper (`optics.py`). The clerk draws the same dots with code of its
own; both are written from `docs/reference/background.md`.
"""

import hashlib
import zlib
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from hub.forgery.letters import LETTERS, SIDE

STREAM_ROW_BYTES = 72
SYNC_LABEL = b"kiosk-background-v1 sync"
MARK_LABEL = b"kiosk-background-v1 mark"
CODE_BITS = 160
BLOCK = 8
PITCHES = ((3, 6, 6), (3, 6, 5), (3, 5, 5), (4, 7, 7))  # fine; coarse across, coarse down

Bits = NDArray[np.bool_]
Rectangle = tuple[int, int, int, int]


@dataclass(frozen=True, slots=True)
class Background:
    """What the layers record says. Pitches and quiet zone in dots; `clear`: (left, top, width, height) in dots."""

    document_id: str
    seed: bytes
    fine_pitch: int = 3
    coarse_pitch: tuple[int, int] = (6, 6)
    quiet_dots: int = 3
    clear: tuple[Rectangle, ...] = ()

    def record(self) -> dict[str, Any]:
        """Return the layer as it is signed."""
        return {
            "kind": "dots",
            "seed": self.seed,
            "fine_pitch": self.fine_pitch,
            "coarse_pitch": list(self.coarse_pitch),
            "quiet_dots": self.quiet_dots,
        }


def unpacked(dots: bytes, width_dots: int) -> Bits:
    """Dots (rows top to bottom, most significant bit left) to an array of rows x columns, True = black."""
    return np.unpackbits(np.frombuffer(dots, np.uint8)).reshape(-1, width_dots).astype(bool)


def drawn_over(page: bytes, width_dots: int, background: Background) -> bytes:
    """Return the page's dots with the background around its strokes."""
    ink = unpacked(page, width_dots)
    rows = ink.shape[0]
    dots = np.where(
        letters_plane(rows, width_dots),
        coarse_plane(rows, width_dots, background.coarse_pitch),
        fine_plane(rows, width_dots, background),
    )
    dots &= ~_grown(ink, background.quiet_dots)
    for left, top, across, height in background.clear:
        dots[top : top + height, left : left + across] = False
    return np.packbits(dots | ink, axis=1).tobytes()


def fine_plane(rows: int, width_dots: int, background: Background) -> Bits:
    """Draw the fine dots over the whole area."""
    pitch = background.fine_pitch
    shape = (-(-rows // pitch), -(-width_dots // pitch))
    right = id_bits(*shape, background.document_id)
    down = mark_bits(*shape, background.seed)
    plane = np.zeros((shape[0] * pitch, shape[1] * pitch), bool)
    row, column = np.indices(shape)
    plane[row * pitch + down, column * pitch + right] = True
    return plane[:rows, :width_dots]


def coarse_plane(rows: int, width_dots: int, pitch: tuple[int, int]) -> Bits:
    """Draw squares of 2 x 2 dots; every other line of them is moved by half a pitch. None crosses the right edge."""
    across, down = pitch
    y, x = np.indices((rows, width_dots))
    from_left = x - y // down % 2 * (across // 2)
    corner = (from_left % across == 0) & (from_left >= 0) & (x < width_dots - 1)
    columns = corner.copy()
    columns[:, 1:] |= corner[:, :-1]
    return columns & (y % down < 2)  # noqa: PLR2004 - two dots a side


def letters_plane(rows: int, width_dots: int) -> Bits:
    """Where the coarse dots stand."""
    blocks = np.zeros((-(-rows // BLOCK) + SIDE, width_dots // BLOCK), bool)
    width = blocks.shape[1]
    across = min(38, width - SIDE)
    pairs = max(1, (width + 2) // 76)
    left = (width - (pairs - 1) * 76 - SIDE - across) // 2
    for turn, top in enumerate(range(4, blocks.shape[0] - SIDE, 38)):
        for pair in range(pairs):
            at = left + across * (turn % 2) + 76 * pair
            blocks[top : top + SIDE, at : at + SIDE] = LETTERS[turn % 2]
    return blocks.repeat(BLOCK, axis=0).repeat(BLOCK, axis=1)[:rows]


def sync_bits(lattice_rows: int, columns: int) -> NDArray[np.uint8]:
    """Return the public sequence, known to everybody: 1 moves a dot to the right."""
    return _stream(SYNC_LABEL, lattice_rows, columns)


def mark_bits(lattice_rows: int, columns: int, seed: bytes) -> NDArray[np.uint8]:
    """Return the keyed sequence: 1 moves a dot down."""
    return _stream(MARK_LABEL + seed, lattice_rows, columns)


def code_index(lattice_rows: int, columns: int) -> NDArray[np.int64]:
    """Which bit of the id's code each cell of an odd lattice row carries; even rows carry none (-1)."""
    row, column = np.indices((lattice_rows, columns))
    return np.where(row % 2 == 1, (column + 56 * (row // 2)) % CODE_BITS, -1)


def id_bits(lattice_rows: int, columns: int, document_id: str) -> NDArray[np.uint8]:
    """Return the public sequence, with the document's id and its check sum added in odd rows."""
    identity = bytes.fromhex(document_id)
    code = np.unpackbits(np.frombuffer(identity + zlib.crc32(identity).to_bytes(4, "big"), np.uint8))
    index = code_index(lattice_rows, columns)
    return sync_bits(lattice_rows, columns) ^ np.where(index >= 0, code[index], 0).astype(np.uint8)


def _stream(label: bytes, lattice_rows: int, columns: int) -> NDArray[np.uint8]:
    stream = hashlib.shake_256(label).digest(lattice_rows * STREAM_ROW_BYTES)
    rows = np.frombuffer(stream, np.uint8).reshape(lattice_rows, STREAM_ROW_BYTES)
    return np.unpackbits(rows, axis=1)[:, :columns]


def _grown(ink: Bits, dots: int) -> Bits:
    """Let every black dot grow to a square of `2 * dots + 1`."""
    across = ink.copy()
    for step in range(1, dots + 1):
        across[:, step:] |= ink[:, :-step]
        across[:, :-step] |= ink[:, step:]
    whole = across.copy()
    for step in range(1, dots + 1):
        whole[step:] |= across[:-step]
        whole[:-step] |= across[step:]
    return whole
