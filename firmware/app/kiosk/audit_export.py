"""Tells the hub the audit log, line after line, as soon as the lines are on the disk.

The hub knows how far it has the log; from there it goes on. A log in which the hub's last line is not found was cut
off, changed or replaced: it is told from its beginning, and the hub keeps both. Not responsible for writing it
(`audit.py`) nor for judging it (the hub). Format: docs/reference/audit.md, "To the hub".
"""

from __future__ import annotations

import asyncio
from dataclasses import dataclass
from typing import TYPE_CHECKING, Protocol

from firmware.app.kiosk.audit import FIRST

if TYPE_CHECKING:
    from pathlib import Path

MOST_LINES = 100
HASH_DIGITS = 64


class Log(Protocol):
    """The log that is being written."""

    @property
    def path(self) -> Path:
        """Its file."""
        ...

    @property
    def synced(self) -> int:
        """How many bytes of it no power cut can take."""
        ...


class Archive(Protocol):
    """The hub."""

    async def audit_standing(self) -> tuple[int, str]:
        """Return how many lines it has, and the last one's hash; raises what `errors` names."""
        ...

    async def put_audit(self, after: int, after_head: str, lines: list[str], *, anew: bool) -> tuple[int, str]:
        """Give it lines; returns the new standing; raises likewise."""
        ...


@dataclass(slots=True)
class _Place:
    """The hub has so many `lines`; the next one begins at this byte. `anew`: the log is not the one that it has."""

    lines: int
    head: str
    byte: int
    anew: bool = False


class AuditExport:
    """A task that sleeps until it is woken, and works until the hub has all lines or cannot be asked."""

    def __init__(self, log: Log, hub: Archive, errors: tuple[type[Exception], ...]) -> None:
        self._log = log
        self._hub = hub
        self._errors = errors
        self._wanted = asyncio.Event()
        self._place: _Place | None = None

    def wake(self) -> None:
        """Look for lines that the hub has not got."""
        self._wanted.set()

    async def run(self) -> None:
        """Work until cancelled; after an error, when it is woken again."""
        while True:
            await self._wanted.wait()
            self._wanted.clear()
            try:
                while await self._tell():
                    pass
            except self._errors:
                self._place = None

    async def _tell(self) -> bool:
        """Tell the next lines; returns whether there may be more."""
        place = self._place
        if place is None:
            lines, head = await self._hub.audit_standing()
            place = self._place = await asyncio.to_thread(_place_of, self._log.path, self._log.synced, lines, head)
        told, size = await asyncio.to_thread(_lines_at, self._log.path, place.byte, self._log.synced)
        if not told:
            return False
        lines, head = await self._hub.put_audit(place.lines, place.head, told, anew=place.anew)
        if (lines, head) != (place.lines + len(told), told[-1][:HASH_DIGITS]):
            self._place = None
            return False
        self._place = _Place(lines, head, place.byte + size)
        return len(told) == MOST_LINES


def _place_of(path: Path, synced: int, lines: int, head: str) -> _Place:
    """Find the hub's last line; where it is not, the log goes anew."""
    byte = 0
    with path.open("rb") as file:
        for number, line in enumerate(file, start=1):
            byte += len(line)
            if number == lines and byte <= synced and line[:HASH_DIGITS] == head.encode():
                return _Place(lines, head, byte)
            if number >= lines:
                break
    return _Place(0, FIRST.hex(), 0, anew=lines > 0)


def _lines_at(path: Path, byte: int, synced: int) -> tuple[list[str], int]:
    """Return the next whole lines behind `byte`, and how long they are with their ends."""
    found: list[str] = []
    size = 0
    with path.open("rb") as file:
        file.seek(byte)
        for line in file:
            if byte + size + len(line) > synced or len(found) == MOST_LINES:
                break
            found.append(line.rstrip(b"\n").decode("ascii", "replace"))
            size += len(line)
    return found, size
