"""A file of records that outlives power cuts: one JSON object a line, with a checksum; append, then wait for the disk.

A line torn by a power cut can only be the last one and is cut off at the next opening. Not responsible for what a
record means (`journal.py`, `incidents.py`), nor for damage in the middle, which it tells as `LineDamaged`.
"""

from __future__ import annotations

import json
import os
import zlib
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from pathlib import Path

Body = dict[str, Any]


class LineDamaged(ValueError):
    """A line is no record, and others follow it; `number` counts from 1."""

    def __init__(self, number: int) -> None:
        super().__init__(f"line {number} is damaged, and others follow it")
        self.number = number


def encode(body: Mapping[str, object]) -> bytes:
    """Return the line of a record."""
    text = json.dumps(body, sort_keys=True, separators=(",", ":"))
    return f"{zlib.crc32(text.encode()):08x} {text}\n".encode()


def decode(line: bytes) -> Body:
    """Return the record of a line; `ValueError` when it is torn or damaged."""
    checksum, _, text = line.rstrip(b"\n").partition(b" ")
    if not line.endswith(b"\n") or int(checksum, 16) != zlib.crc32(text):
        raise ValueError("checksum")
    body: Body = json.loads(text)
    return body


def read(content: bytes, take: Callable[[Body], None]) -> int:
    """Give each record to `take`; returns how many bytes are good. `LineDamaged` unless only the last one is not.

    A `take` that raises `ValueError`, `KeyError` or `TypeError` refuses the record: it counts as damaged.
    """
    good = 0
    lines = content.splitlines(keepends=True)
    for number, line in enumerate(lines, start=1):
        try:
            take(decode(line))
        except (ValueError, KeyError, TypeError, RecursionError) as error:
            if number == len(lines):
                break
            raise LineDamaged(number) from error
        good += len(line)
    return good


class LineFile:
    """The open file. `append` blocks until the line is on the disk: call it off the loop. Raises `OSError`."""

    def __init__(self, path: Path, take: Callable[[Body], None]) -> None:
        self._path = path
        path.parent.mkdir(parents=True, exist_ok=True)
        self._fd = os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
        try:
            good = read(path.read_bytes(), take)
        except BaseException:
            os.close(self._fd)
            raise
        os.ftruncate(self._fd, good)
        os.lseek(self._fd, good, os.SEEK_SET)
        os.fsync(self._fd)  # a line that a killed process had not waited for is believed from here on
        directory = os.open(path.parent, os.O_RDONLY)
        try:
            os.fsync(directory)
        finally:
            os.close(directory)

    def append(self, body: Mapping[str, object]) -> None:
        """Write one line and wait for the disk."""
        line = encode(body)
        written = os.write(self._fd, line)
        os.fdatasync(self._fd)
        if written != len(line):
            raise OSError(None, "the disk took only a part of a line. Free space on it")

    def close(self) -> None:
        """Close the file."""
        os.close(self._fd)
