"""What a disk was told to write, in order, and what a power cut leaves of it.

QEMU's driver `blklogwrites` writes the log (the format of the kernel's dm-log-writes, drivers/md/dm-log-writes.c: a
superblock, then for each request a header of one sector and its data). What was written before the last flush is there
after a cut; of what came later any sector may be there or not. Not responsible for who writes and who looks afterwards
(`power_cuts.py`).
"""

from __future__ import annotations

import struct
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import random
    from collections.abc import Iterator
    from pathlib import Path
    from typing import BinaryIO

SECTOR = 512
MAGIC = 0x6A736677736872
SUPERBLOCK = struct.Struct("<QQQI")
HEADER = struct.Struct("<QQQQ")
FLUSH, FUA, DISCARD = 1, 2, 4


@dataclass(frozen=True, slots=True)
class Request:
    """`at` and `size` on the disk, in bytes; `data_at`, `end`: where its data begin in the log, and where it ends."""

    at: int
    size: int
    flags: int
    data_at: int
    end: int


def requests(log: Path, length: int | None = None) -> Iterator[Request]:
    """Yield what lies whole within the first `length` bytes of the log (None: all of it)."""
    length = log.stat().st_size if length is None else length
    with log.open("rb") as file:
        magic, _, _, sector = SUPERBLOCK.unpack(file.read(SUPERBLOCK.size))
        assert (magic, sector) == (MAGIC, SECTOR), f"{log} is no log of writes"
        place = SECTOR
        while place + SECTOR <= length:
            file.seek(place)
            first, sectors, flags, more = HEADER.unpack(file.read(HEADER.size))
            assert more == 0, f"{log}: a mark at {place}"
            data_at = place + SECTOR
            place = data_at + (0 if flags & DISCARD else sectors * SECTOR)
            if place <= length:
                yield Request(first * SECTOR, sectors * SECTOR, flags, data_at, place)


def cut(log: Path, length: int, disk: Path, chance: random.Random) -> int:
    """Bring `disk`, which is as it was before the log, to a state after a cut there; returns how many sectors are lost.

    How much of the unsettled is there, from all to nothing, is drawn by `chance`, and so is each sector.
    """
    kept = chance.choice((0.0, 0.5, 0.9, 1.0))
    written = list(requests(log, length))
    flushed = max((number for number, request in enumerate(written) if request.flags & FLUSH), default=-1)
    lost = 0
    with log.open("rb") as source, disk.open("r+b") as target:
        for number, request in enumerate(written):
            if request.flags & DISCARD:  # a disk may leave all as it was
                continue
            if number < flushed or request.flags & FUA:
                _copy(source, target, request.at, request.data_at, request.size)
                continue
            for sector in range(0, request.size, SECTOR):
                if chance.random() < kept:
                    _copy(source, target, request.at + sector, request.data_at + sector, SECTOR)
                else:
                    lost += 1
    return lost


def _copy(source: BinaryIO, target: BinaryIO, at: int, data_at: int, size: int) -> None:
    source.seek(data_at)
    target.seek(at)
    while size:
        part = source.read(min(size, 1 << 20))
        target.write(part)
        size -= len(part)
