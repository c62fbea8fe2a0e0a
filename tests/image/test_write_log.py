"""What a power cut leaves of a log of writes; the log is made here, by the format that the driver writes."""

import random
import struct

from tests.image.write_log import DISCARD, FLUSH, FUA, MAGIC, SECTOR, cut, requests

ALL_LOST, HALF = 0.0, 0.5


class Chance(random.Random):
    """One whose first draw, how much is kept, is chosen by the test."""

    def __init__(self, kept):
        super().__init__(1)
        self._kept = kept

    def choice(self, _seq):
        return self._kept


def log_of(path, *written):
    """`written`: sector, bytes, flags. Returns the log and where each request ends."""
    data, ends = struct.pack("<QQQI", MAGIC, 1, len(written), SECTOR).ljust(SECTOR, b"\0"), []
    for at, content, flags in written:
        data += struct.pack("<QQQQ", at, len(content) // SECTOR, flags, 0).ljust(SECTOR, b"\0")
        data += b"" if flags & DISCARD else content
        ends.append(len(data))
    path.write_bytes(data)
    return path, ends


def sectors(letters):
    return b"".join(bytes([ord(letter)]) * SECTOR for letter in letters)


def disk_of(tmp_path, number=16):
    disk = tmp_path / "disk"
    disk.write_bytes(sectors("." * number))
    return disk


def seen(disk):
    return disk.read_bytes()[::SECTOR].decode()


def test_what_was_flushed_is_there_and_what_was_not_is_lost_at_worst(tmp_path):
    log, _ = log_of(tmp_path / "log", (0, sectors("abc"), 0), (0, b"", FLUSH), (4, sectors("de"), 0))
    disk = disk_of(tmp_path, 8)
    assert cut(log, log.stat().st_size, disk, Chance(ALL_LOST)) == 2
    assert seen(disk) == "abc....."


def test_a_cut_before_the_flush_has_settled_nothing(tmp_path):
    log, ends = log_of(tmp_path / "log", (0, sectors("abc"), 0), (0, b"", FLUSH))
    disk = disk_of(tmp_path, 4)
    assert cut(log, ends[1] - 1, disk, Chance(ALL_LOST)) == 3
    assert seen(disk) == "...."


def test_of_a_write_that_is_not_settled_any_sector_may_be_there(tmp_path):
    log, _ = log_of(tmp_path / "log", (0, sectors("x" * 64), 0))
    disk = disk_of(tmp_path, 64)
    lost = cut(log, log.stat().st_size, disk, Chance(HALF))
    assert 8 < lost < 56
    assert seen(disk).count("x") == 64 - lost


def test_a_write_through_is_settled_by_itself_and_later_writes_lie_over_earlier_ones(tmp_path):
    log, _ = log_of(tmp_path / "log", (0, sectors("aa"), 0), (0, b"", FLUSH), (1, sectors("b"), FUA))
    disk = disk_of(tmp_path, 4)
    assert cut(log, log.stat().st_size, disk, Chance(ALL_LOST)) == 0
    assert seen(disk) == "ab.."


def test_a_discard_changes_nothing_and_has_no_data(tmp_path):
    log, _ = log_of(tmp_path / "log", (0, sectors("aa"), DISCARD), (3, sectors("b"), FUA))
    assert [request.at // SECTOR for request in requests(log)] == [0, 3]
    disk = disk_of(tmp_path, 4)
    cut(log, log.stat().st_size, disk, Chance(ALL_LOST))
    assert seen(disk) == "...b"
