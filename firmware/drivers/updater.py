"""The line to the updates of this machine: a Unix socket, a line of text each way.

Behind it stands `kiosk-update`, as root; on a machine that is not updated this way there is no socket. Words:
`deploy/update/README.md`, "The kiosk's line". Not responsible for when to ask (`app/kiosk/update.py`).
"""

from __future__ import annotations

import asyncio
from contextlib import asynccontextmanager
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import AsyncGenerator

SOCKET = Path("/run/kiosk-update.sock")


class UpdaterLine:
    """An open line."""

    def __init__(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self._reader = reader
        self._writer = writer

    def ask(self, words: str) -> None:
        """Send a request."""
        self._writer.write(f"{words}\n".encode())

    async def heard(self) -> str:
        """Return the next line; empty when the other end has closed or is lost."""
        try:
            return (await self._reader.readline()).decode(errors="replace").strip()
        except (OSError, ValueError):  # reset; a line without an end
            return ""


class Updater:
    """The socket. Raises `OSError` where nobody is behind it."""

    def __init__(self, path: Path = SOCKET) -> None:
        self._path = path

    @asynccontextmanager
    async def line(self) -> AsyncGenerator[UpdaterLine]:
        """Open a line, and close it behind the caller."""
        reader, writer = await asyncio.open_unix_connection(self._path)
        try:
            yield UpdaterLine(reader, writer)
        finally:
            writer.close()
