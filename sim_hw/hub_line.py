"""The network line between kiosk and hub, which can be cut, go mute, or lead to somebody else.

The kiosk only knows this line's port. TLS passes through untouched. The somebody else owns the hub's certificate and
answers nonsense: what a broken hub looks like to its kiosks. Not responsible for the hub (`hub.py`).
"""

from __future__ import annotations

import asyncio
import contextlib
import os
import ssl
from enum import StrEnum
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from pathlib import Path

CHUNK_BYTES = 65_536
NONSENSE_BYTES = 200


class Line(StrEnum):
    """What the line does now."""

    UP = "up"
    DOWN = "down"
    SLOW = "slow"
    GARBLE = "garble"


class HubLine:
    """A TCP line to `127.0.0.1:hub_port`; `certificate` and `key` are the hub's own, for the somebody else."""

    def __init__(self, hub_port: int, certificate: Path, key: Path) -> None:
        self.port = 0
        self.state = Line.UP
        self._hub_port = hub_port
        self._tls = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        self._tls.load_cert_chain(certificate, key)
        self._server: asyncio.Server | None = None
        self._nonsense: asyncio.Server | None = None
        self._calls: set[asyncio.Task[None]] = set()

    async def start(self) -> int:
        """Listen on loopback; returns the port, which stays."""
        self._nonsense = await asyncio.start_server(_answer_nonsense, "127.0.0.1", 0, ssl=self._tls)
        await self._listen()
        return self.port

    async def become(self, state: Line) -> None:
        """Change what the line does; connections that are open break, except to become slow."""
        self.state = state
        if state is not Line.SLOW:
            await self._hang_up()
        if state is Line.DOWN:
            await self._close_server()
        elif self._server is None:
            await self._listen()

    async def close(self) -> None:
        """Take the line away."""
        await self._close_server()
        await self._hang_up()
        if self._nonsense is not None:
            self._nonsense.close()
            await self._nonsense.wait_closed()
            self._nonsense = None

    async def _listen(self) -> None:
        self._server = await asyncio.start_server(self._accept, "127.0.0.1", self.port)
        self.port = self._server.sockets[0].getsockname()[1]

    async def _close_server(self) -> None:
        if self._server is not None:
            self._server.close()
            await self._server.wait_closed()
            self._server = None

    async def _hang_up(self) -> None:
        calls = list(self._calls)
        for call in calls:
            call.cancel()
        await asyncio.gather(*calls, return_exceptions=True)

    def _accept(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        call = asyncio.get_running_loop().create_task(self._carry(reader, writer), name="hub line")
        self._calls.add(call)
        call.add_done_callback(self._calls.discard)

    async def _carry(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        far: asyncio.StreamWriter | None = None
        try:
            far_reader, far = await asyncio.open_connection("127.0.0.1", self._far_port())
            async with asyncio.TaskGroup() as both:
                both.create_task(self._pass_on(reader, far))
                both.create_task(self._pass_on(far_reader, writer))
        except (OSError, ExceptionGroup):
            return  # either side hung up: so does the line
        finally:
            for each in (writer, far):
                if each is not None:
                    each.transport.abort()

    def _far_port(self) -> int:
        if self.state is Line.GARBLE and self._nonsense is not None:
            port: int = self._nonsense.sockets[0].getsockname()[1]
            return port
        return self._hub_port

    async def _pass_on(self, source: asyncio.StreamReader, target: asyncio.StreamWriter) -> None:
        while data := await source.read(CHUNK_BYTES):
            if self.state is Line.SLOW:
                continue  # swallowed
            target.write(data)
            await target.drain()
        raise ConnectionResetError


async def _answer_nonsense(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    """Answer every request with *200 OK* and bytes that are neither JSON nor CBOR of any meaning."""
    with contextlib.suppress(ConnectionError, asyncio.IncompleteReadError, asyncio.LimitOverrunError, ssl.SSLError):
        while True:
            head = await reader.readuntil(b"\r\n\r\n")
            length = [line for line in head.lower().split(b"\r\n") if line.startswith(b"content-length:")]
            if length:
                await reader.readexactly(int(length[0].split(b":")[1]))
            body = b"\xff{" + os.urandom(NONSENSE_BYTES)
            fields = f"content-type: application/json\r\ncontent-length: {len(body)}\r\n\r\n"
            writer.write(b"HTTP/1.1 200 OK\r\n" + fields.encode() + body)
            await writer.drain()
    writer.close()
