"""A line between two of the system: a proxy that drops, delays, cuts off, resets or repeats what goes over it.

It stands before a TCP port of this machine or a Unix socket. Each connection has one fate, which befalls it after so
many bytes; `befall` gives all connections one, those that are open and those to come, until `heal`. Knows no protocol.
Not responsible for what the ends make of it.
"""

from __future__ import annotations

import asyncio
import socket
import struct
from collections import Counter
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Callable

Ends = tuple[asyncio.StreamReader, asyncio.StreamWriter]
Place = int | Path
FATES = ("none", "drop", "delay", "cut off", "reset", "repeat")
DELAY_S = 0.15
CHUNK = 1024
CLIENT, SERVER = "client", "server"


@dataclass
class Fate:
    """What befalls a connection, and after how many bytes towards which end; without one, what is repeated goes up."""

    kind: str
    after: int = 0
    towards: str = ""

    def __post_init__(self) -> None:
        self.towards = self.towards or (SERVER if self.kind == "repeat" else CLIENT)


@dataclass(eq=False)
class Connection:
    """One connection, its fate as it is now, and the bytes that went over it so far, by the end they went to."""

    fate: Fate
    passed: Counter[str] = field(default_factory=Counter)
    task: asyncio.Task[None] | None = None

    async def carry(self, here: Ends, beyond: Ends) -> None:
        """Pass on both ways until either end is done, or the fate is."""
        both = (
            asyncio.create_task(self._pass_on(here[0], beyond[1], SERVER)),
            asyncio.create_task(self._pass_on(beyond[0], here[1], CLIENT)),
        )
        try:
            await asyncio.wait(both, return_when=asyncio.FIRST_COMPLETED)
        finally:
            for task in both:
                task.cancel()
            await asyncio.gather(*both, return_exceptions=True)
        if self.fate.kind == "reset" and self.passed[self.fate.towards] >= self.fate.after:
            _reset(here[1])

    async def _pass_on(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter, towards: str) -> None:
        while chunk := await reader.read(CHUNK):
            fate = self.fate
            left = fate.after - self.passed[towards]
            self.passed[towards] += len(chunk)
            struck = fate.towards == towards and left < len(chunk)
            if struck and fate.kind == "delay":
                await asyncio.sleep(DELAY_S)  # the fault itself, nothing is waited for
            if struck and fate.kind in ("drop", "cut off", "reset"):
                writer.write(chunk[: max(left, 0)])
                if fate.kind == "drop":
                    await asyncio.Event().wait()  # nothing comes any more, and nobody says so
                return
            if struck and fate.kind == "repeat":
                self.fate = Fate("none")
                chunk *= 2
            writer.write(chunk)
            await writer.drain()


@dataclass
class BadLine:
    """The proxy before `to`; `fate` draws one for each new connection, `seen` counts them."""

    to: Place
    fate: Callable[[], Fate]
    seen: Counter[str] = field(default_factory=Counter)
    own_port: int = 0
    struck: Fate | None = None
    open: set[Connection] = field(default_factory=set)

    def befall(self, kind: str, after: int, towards: str) -> None:
        """Strike all connections, and each new one, after so many more bytes towards that end."""
        self.struck = Fate(kind, after, towards)
        for each in self.open:
            each.fate = replace(self.struck, after=each.passed[towards] + after)

    async def heal(self) -> None:
        """Be a good line from now on; connections that were struck end."""
        if self.struck is None:
            return
        self.struck = None
        for each in tuple(self.open):
            await self._end(each)

    async def meet(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """Carry one connection."""
        connection = Connection(replace(self.struck) if self.struck else self.fate(), task=asyncio.current_task())
        self.seen[connection.fate.kind] += 1
        self.open.add(connection)
        try:
            with suppress(OSError):  # nobody is there: whoever called hears no more
                beyond = await _connected(self.to)
                try:
                    await connection.carry((reader, writer), beyond)
                finally:
                    await _closed(beyond[1])
        finally:
            self.open.discard(connection)
            await _closed(writer)

    async def end(self) -> None:
        """End all connections."""
        for each in tuple(self.open):
            await self._end(each)

    async def _end(self, connection: Connection) -> None:
        if connection.task is not None:
            connection.task.cancel()
            await asyncio.gather(connection.task, return_exceptions=True)


async def _connected(to: Place) -> Ends:
    if isinstance(to, Path):
        return await asyncio.open_unix_connection(str(to))
    return await asyncio.open_connection("127.0.0.1", to)


async def _closed(writer: asyncio.StreamWriter) -> None:
    writer.close()
    with suppress(OSError):
        await writer.wait_closed()


def _reset(writer: asyncio.StreamWriter) -> None:
    """Have the kernel send RST instead of FIN; a Unix socket has no such thing."""
    plain: socket.socket = writer.get_extra_info("socket")
    if plain.family != socket.AF_UNIX:
        plain.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
    writer.transport.abort()


def _good() -> Fate:
    return Fate("none")


@asynccontextmanager
async def bad_line(to: Place, fate: Callable[[], Fate] = _good, at: Path | None = None) -> AsyncIterator[BadLine]:
    """Stand before a port of this machine, or a Unix socket: then at the path `at`."""
    line = BadLine(to, fate)

    def met(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        tasks.add(task := asyncio.get_running_loop().create_task(line.meet(reader, writer)))
        task.add_done_callback(tasks.discard)

    tasks: set[asyncio.Task[None]] = set()
    if at is not None:
        server = await asyncio.start_unix_server(met, str(at))
    else:
        server = await asyncio.start_server(met, "127.0.0.1", 0)
        line.own_port = server.sockets[0].getsockname()[1]
    try:
        yield line
    finally:
        server.close()
        for task in tuple(tasks):
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
        if at is not None:
            at.unlink(missing_ok=True)  # noqa: ASYNC240 - one file of its own
