"""The note on the disk that an order's money is about to go back, and how the order ends with that.

On the disk before the gate moves: whoever starts and finds the escrow empty knows that the money went back, although
the journal has no end of the order. One record of fixed length, written over in place: a disk that is full takes it
all the same. Not responsible for what follows from it (`rest.py`) nor for the order's end (`journal.py`).
"""

from __future__ import annotations

import contextlib
import os
from typing import TYPE_CHECKING

from firmware.app.kiosk.lines import decode, encode
from firmware.app.kiosk.orders import FINAL, OrderState

if TYPE_CHECKING:
    from pathlib import Path

    from firmware.app.messages import Id

FILE = "escrow-return"
LENGTH = 512  # a sector


class Intent:
    """The open file. All calls wait for the disk: call them off the loop. Raises `OSError`."""

    def __init__(self, path: Path) -> None:
        self._fd = os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
        self._noted = _read(os.pread(self._fd, LENGTH, 0))
        if os.fstat(self._fd).st_size < LENGTH:
            with contextlib.suppress(OSError):  # no room for it yet: `begin` will say so
                self._write(b"")

    def of(self, document_id: Id) -> OrderState | None:
        """Return how this order ends if its money is no longer there; None when nothing was noted."""
        return self._noted[1] if self._noted and self._noted[0] == document_id else None

    def begin(self, document_id: Id, outcome: OrderState) -> None:
        """Note it, in place of what was noted before."""
        self._write(encode({"document_id": document_id, "state": outcome}))
        self._noted = (document_id, outcome)

    def withdraw(self) -> None:
        """Take it back: the gate did not move, and a person may empty it."""
        self._write(b"")
        self._noted = None

    def _write(self, line: bytes) -> None:
        os.pwrite(self._fd, line.ljust(LENGTH, b"\0"), 0)
        os.fdatasync(self._fd)

    def close(self) -> None:
        """Close the file."""
        os.close(self._fd)


def _read(content: bytes) -> tuple[str, OrderState] | None:
    line, end, _ = content.partition(b"\n")
    try:
        body = decode(line + end)
        document_id, state = str(body["document_id"]), OrderState(body["state"])
    except (ValueError, KeyError, TypeError, RecursionError):
        return None
    return (document_id, state) if state in FINAL else None
