"""The operator's switch: out of service for maintenance, over a restart too.

A file in the state directory is the switch in this position. Not responsible for what follows (`facts.py`), nor for who
may turn it (`remote.py`).
"""

from __future__ import annotations

import asyncio
import os
from typing import TYPE_CHECKING

from firmware.app.kiosk.journal import JournalError

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

FILE = "maintenance"


class Switch:
    """`turned` is called once the position is on the disk. `JournalError` when the disk refuses."""

    def __init__(self, state_dir: Path, turned: Callable[[bool], None]) -> None:
        self._path = state_dir / FILE
        self._turned = turned

    @property
    def maintenance(self) -> bool:
        """Whether the kiosk is to stay out of service."""
        return self._path.exists()

    async def turn(self, maintenance: bool) -> None:  # noqa: FBT001 - the position
        """Turn it."""
        try:
            await asyncio.to_thread(self._keep, maintenance=maintenance)
        except OSError as error:
            raise JournalError(f"{self._path}: {error.strerror}. Free or repair the disk.") from error
        self._turned(maintenance)

    def _keep(self, *, maintenance: bool) -> None:
        if maintenance:
            self._path.touch(mode=0o600)
        else:
            self._path.unlink(missing_ok=True)
        folder = os.open(self._path.parent, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
        try:
            os.fsync(folder)
        finally:
            os.close(folder)
