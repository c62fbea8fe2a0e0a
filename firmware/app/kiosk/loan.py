"""The mark on the disk that the printer is with a clerk: there from before it is let go of until it is back and clean.

Whoever starts and finds it knows that a strip may have been begun, whatever it was: a certificate, a receipt, a slip.
Not responsible for what is done about it (`rest.py`, `drivers/printer/settling.py`). Each call waits for the disk.
"""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

from firmware.app.kiosk.journal import JournalError

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

FILE = "printer-lent"


class Loan:
    """The mark in the state directory; `JournalError` when the disk refuses."""

    def __init__(self, state_dir: Path) -> None:
        self._path = state_dir / FILE

    @property
    def open(self) -> bool:
        """Whether the printer was let go of and did not come back clean."""
        return self._path.exists()

    def begin(self) -> None:
        """Set the mark."""
        self._change(lambda: self._path.touch(mode=0o600))

    def end(self) -> None:
        """Take it away."""
        self._change(lambda: self._path.unlink(missing_ok=True))

    def _change(self, change: Callable[[], None]) -> None:
        try:
            change()
            folder = os.open(self._path.parent, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
            try:
                os.fsync(folder)
            finally:
                os.close(folder)
        except OSError as error:
            raise JournalError(f"{self._path}: {error.strerror}. Free or repair the disk.") from error
