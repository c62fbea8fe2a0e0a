"""A small TLS server that behaves as a test tells it, on a port of the system's choice. Not a test.

A behaviour is `async (Connection) -> None`, called for each connection; the connection is closed when it returns.
"""

from __future__ import annotations

import asyncio
import ssl
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path

from hub_pki import Identity


def answer(body: bytes, content_type: str = "application/json", status: str = "200 OK", more: str = "") -> bytes:
    head = f"HTTP/1.1 {status}\r\nContent-Type: {content_type}\r\nContent-Length: {len(body)}\r\n{more}\r\n"
    return head.encode() + body


@dataclass
class Request:
    line: str
    headers: dict[str, str]
    body: bytes


@dataclass
class Connection:
    reader: asyncio.StreamReader
    writer: asyncio.StreamWriter
    seen: list[Request]
    closed: asyncio.Event = field(default_factory=asyncio.Event)

    async def request(self) -> Request:
        """Take in one whole request."""
        head = (await self.reader.readuntil(b"\r\n\r\n")).decode().split("\r\n")
        headers = dict(line.lower().split(": ", 1) for line in head[1:] if line)
        body = await self.reader.readexactly(int(headers.get("content-length", 0)))
        self.seen.append(Request(head[0], headers, body))
        return self.seen[-1]

    async def send(self, data: bytes) -> None:
        self.writer.write(data)
        await self.writer.drain()


Behaviour = Callable[[Connection], Awaitable[None]]


@dataclass
class Centre:
    url: str = ""
    connections: list[Connection] = field(default_factory=list)
    requests: list[Request] = field(default_factory=list)


def tls(server: Identity, clients: Path) -> ssl.SSLContext:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(server.certificate, server.key)
    context.load_verify_locations(clients)
    context.verify_mode = ssl.CERT_REQUIRED
    return context


@asynccontextmanager
async def serving(behaviour: Behaviour, context: ssl.SSLContext) -> AsyncIterator[Centre]:
    """Serve until the block ends."""
    centre, tasks = Centre(), set()

    async def connected(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        tasks.add(asyncio.current_task())
        connection = Connection(reader, writer, centre.requests)
        centre.connections.append(connection)
        with suppress(OSError, EOFError, ssl.SSLError, asyncio.CancelledError):
            await behaviour(connection)
        writer.close()
        with suppress(OSError, ssl.SSLError, TimeoutError):
            await writer.wait_closed()
        connection.closed.set()

    server = await asyncio.start_server(connected, "127.0.0.1", 0, ssl=context, ssl_shutdown_timeout=0.1)
    centre.url = f"https://127.0.0.1:{server.sockets[0].getsockname()[1]}"
    try:
        yield centre
    finally:
        # asked before closing: only so does Python 3.11 wait for connections, also for those in their handshake
        all_gone = asyncio.ensure_future(server.wait_closed())
        await asyncio.sleep(0)
        server.close()
        for connection in centre.connections:
            connection.writer.transport.abort()
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
        await all_gone
