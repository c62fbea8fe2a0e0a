"""A line between two of the system: a TCP proxy that drops, delays, cuts off, resets or repeats what goes over it.

Each connection has one fate, which befalls it after so many bytes towards the client (`repeat`: towards the server).
Knows no protocol. Not responsible for what the ends make of it.
"""

from __future__ import annotations

import asyncio
import socket
import struct
from collections import Counter
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Callable

Ends = tuple[asyncio.StreamReader, asyncio.StreamWriter]
FATES = ("none", "drop", "delay", "cut off", "reset", "repeat")
DELAY_S = 0.15
CHUNK = 1024


@dataclass
class Fate:
    """What befalls a connection, and after how many bytes."""

    kind: str
    after: int = 0


@dataclass
class BadLine:
    """The proxy; `fate` draws one for each new connection, `seen` counts them."""

    port: int
    fate: Callable[[], Fate]
    seen: Counter[str] = field(default_factory=Counter)
    own_port: int = 0

    async def meet(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """Carry one connection."""
        fate = self.fate()
        self.seen[fate.kind] += 1
        try:
            there, away = await asyncio.open_connection("127.0.0.1", self.port)
            try:
                await self._carry((reader, writer), (there, away), fate)
            finally:
                await _closed(away)
        finally:
            await _closed(writer)

    async def _carry(self, here: Ends, beyond: Ends, fate: Fate) -> None:
        both = (
            asyncio.create_task(self._up(here[0], beyond[1], fate)),
            asyncio.create_task(self._down(beyond[0], here[1], fate)),
        )
        try:
            await asyncio.wait(both, return_when=asyncio.FIRST_COMPLETED)
        finally:
            for task in both:
                task.cancel()
            await asyncio.gather(*both, return_exceptions=True)

    async def _up(self, reader: asyncio.StreamReader, away: asyncio.StreamWriter, fate: Fate) -> None:
        passed = 0
        while chunk := await reader.read(CHUNK):
            passed += len(chunk)
            twice = fate.kind == "repeat" and passed > fate.after
            away.write(chunk * 2 if twice else chunk)
            await away.drain()

    async def _down(self, there: asyncio.StreamReader, writer: asyncio.StreamWriter, fate: Fate) -> None:
        passed = 0
        while chunk := await there.read(CHUNK):
            if fate.kind == "delay":
                await asyncio.sleep(DELAY_S)  # the fault itself, nothing is waited for
            left = fate.after - passed
            passed += len(chunk)
            if fate.kind in ("drop", "cut off", "reset") and left < len(chunk):
                writer.write(chunk[: max(left, 0)])
                if fate.kind == "drop":
                    await asyncio.Event().wait()  # nothing comes any more, and nobody says so
                if fate.kind == "reset":
                    _reset(writer)
                return
            writer.write(chunk)
            await writer.drain()


async def _closed(writer: asyncio.StreamWriter) -> None:
    writer.close()
    with suppress(OSError):
        await writer.wait_closed()


def _reset(writer: asyncio.StreamWriter) -> None:
    """Have the kernel send RST instead of FIN."""
    plain: socket.socket = writer.get_extra_info("socket")
    plain.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
    writer.transport.abort()


@asynccontextmanager
async def bad_line(port: int, fate: Callable[[], Fate]) -> AsyncIterator[BadLine]:
    """Stand before a port of this machine."""
    line = BadLine(port, fate)
    tasks: set[asyncio.Task[None]] = set()

    def met(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        task = asyncio.get_running_loop().create_task(line.meet(reader, writer))
        tasks.add(task)
        task.add_done_callback(tasks.discard)

    server = await asyncio.start_server(met, "127.0.0.1", 0)
    line.own_port = server.sockets[0].getsockname()[1]
    try:
        yield line
    finally:
        server.close()
        for task in tuple(tasks):
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
