"""Reads the dots of a rectified scan: where on the page it lies, whose id it carries, whether the keyed mark is there.

Theory of operation: each cell gives two soft bits, how far its ink lies to the right and how far down. Even rows to the
right are the public sequence: correlating with it tells the place. Odd rows to the right carry the id, each bit some
hundred times. All rows downwards are the keyed sequence, correlated under the key of the centre.
Not responsible for whether the dots are an original's (`fidelity.py`). Source: `docs/reference/background.md`.
"""

import zlib
from dataclasses import dataclass
from functools import cache

import numpy as np
from numpy.typing import NDArray

from hub.forgery.background import CODE_BITS, code_index, sync_bits
from hub.forgery.lattice import Lattice
from hub.forgery.scan import Field

MOST_COLUMNS = 576
PATCH_CELLS = 20
LEAST_CELLS = 100  # readable cells that make a patch count
SLIP_CELLS = 2  # by which a fold may put a patch out of step
DOUBTFUL_BITS = 8
TABLE_ROWS = 1024
LEAST_BLANK = 0.9
MARGIN_CELLS = 200  # how far above and left of the page's first cell a scan may begin


@dataclass(frozen=True, slots=True)
class Cells:
    """Soft bits, rows x columns: `right` and `down` about 1 for a moved dot and -1 for another; 0 where unreadable."""

    right: Field
    down: Field


@dataclass(frozen=True, slots=True)
class Place:
    """Cells of the scan after `quarters` turns; its first cell is the page's (`row`, `column`); `score` in sigmas."""

    quarters: int
    row: int
    column: int
    score: float


def turned(lattice: Lattice, quarters: int) -> Lattice:
    """Turn by quarters, keeping the cells' beginnings where they should be."""
    dark, blank = np.rot90(lattice.dark, quarters), np.rot90(lattice.blank, quarters)
    rows, columns = dark.shape
    top = (rows - 2) % lattice.pitch if quarters in (2, 1) else 0
    left = (columns - 2) % lattice.pitch if quarters in (2, 3) else 0
    cut = np.s_[top:, left:]
    return Lattice(np.ascontiguousarray(dark[cut]), np.ascontiguousarray(blank[cut]), lattice.pitch, lattice.clarity)


def cells_of(lattice: Lattice) -> Cells:
    """Measure every cell."""
    pitch = lattice.pitch
    rows, columns = (side // pitch for side in lattice.dark.shape)
    whole = np.s_[: rows * pitch, : columns * pitch]
    dark = lattice.dark[whole].reshape(rows, pitch, columns, pitch)
    blank = lattice.blank[whole].reshape(rows, pitch, columns, pitch).mean(axis=(1, 3)) > LEAST_BLANK
    right = dark[:, :2, :, 1].sum(axis=1) - dark[:, :2, :, 0].sum(axis=1)
    down = dark[:, 1, :, :2].sum(axis=2) - dark[:, 0, :, :2].sum(axis=2)
    return Cells(_levelled(right, blank), _levelled(down, blank))


def locate(lattice: Lattice) -> tuple[Place, Cells]:
    """Find the turn and the place with the highest score."""
    found = [_located(cells_of(turned(lattice, quarters)), quarters) for quarters in range(4)]
    return max(found, key=lambda each: each[0].score)


def read_id(cells: Cells, place: Place) -> str | None:
    """Return the document's id if its check sum fits, with a few doubtful bits turned round if need be."""
    rows, columns = cells.right.shape
    total = np.zeros(CODE_BITS)
    for top in range(0, rows, PATCH_CELLS):
        for left in range(0, columns, PATCH_CELLS):
            soft = cells.right[top : top + PATCH_CELLS, left : left + PATCH_CELLS]
            if np.count_nonzero(soft) >= LEAST_CELLS:
                total += _votes(soft, place.row + top, place.column + left)
    doubtful = np.argsort(np.abs(total))[:DOUBTFUL_BITS]
    for turned_round in range(1 << DOUBTFUL_BITS):
        bits = total > 0
        bits[doubtful] ^= turned_round >> np.arange(DOUBTFUL_BITS) & 1 == 1
        code = np.packbits(bits).tobytes()
        if zlib.crc32(code[:16]).to_bytes(4, "big") == code[16:]:
            return code[:16].hex()
    return None


def _votes(soft: Field, row: int, column: int) -> NDArray[np.float64]:
    """Add up one patch for each bit of the code, moved by whole cells to where its public bits fit best."""
    best: tuple[float, NDArray[np.float64]] = (0.0, np.zeros(CODE_BITS))
    for down in range(-SLIP_CELLS, SLIP_CELLS + 1):
        for across in range(-SLIP_CELLS, SLIP_CELLS + 1):
            index, sync, inside = _page_cells(row + down, column + across, *soft.shape)
            turned_back = np.where(inside, soft * (1 - 2 * sync.astype(np.float32)), 0)
            public = -float(turned_back[inside & (index < 0)].sum())
            if public > best[0]:
                odd = inside & (index >= 0)
                best = public, np.bincount(index[odd], turned_back[odd], CODE_BITS).astype(np.float64)
    return best[1]


def _levelled(soft: Field, readable: NDArray[np.bool_]) -> Field:
    """Bring readable cells to unit size without outliers, the others to nothing."""
    scale = float(np.median(np.abs(soft[readable]))) * 1.48 if readable.any() else 1.0
    return np.where(readable, np.clip(soft / (scale + 1e-9), -2, 2), 0).astype(np.float32)


def _located(cells: Cells, quarters: int) -> tuple[Place, Cells]:
    rows, columns = cells.right.shape
    template_rows = rows + 2 * MARGIN_CELLS
    template = 2.0 * sync_bits(template_rows, MOST_COLUMNS) - 1
    template[1::2] = 0
    shape = tuple(1 << int(np.ceil(np.log2(side))) for side in (rows + template_rows, columns + MOST_COLUMNS))
    spectrum = np.fft.rfft2(template, shape) * np.conj(np.fft.rfft2(cells.right, shape))
    score = np.fft.irfft2(spectrum, shape)
    row, column = (int(side) for side in np.unravel_index(int(np.argmax(score)), score.shape))
    height = float(score[row, column] / (np.sqrt((cells.right**2).sum() / 2) + 1e-9))
    row = row - shape[0] if row > template_rows else row
    column = column - shape[1] if column > MOST_COLUMNS else column
    return Place(quarters, row, column, height), cells


def _page_cells(
    row: int, column: int, rows: int, columns: int
) -> tuple[NDArray[np.int64], NDArray[np.uint8], NDArray[np.bool_]]:
    """For cells from (row, column) on: their code bits, their public bits, whether they lie on a page at all."""
    y, x = np.arange(row, row + rows)[:, None], np.arange(column, column + columns)[None, :]
    inside = (y >= 0) & (x >= 0) & (x < MOST_COLUMNS)
    index, sync = _public(-(-max(row + rows, 1) // TABLE_ROWS) * TABLE_ROWS)
    at = np.where(inside, y, 0), np.where(inside, x, 0)
    return index[at], sync[at], inside


@cache
def _public(rows: int) -> tuple[NDArray[np.int64], NDArray[np.uint8]]:
    return code_index(rows, MOST_COLUMNS), sync_bits(rows, MOST_COLUMNS)
