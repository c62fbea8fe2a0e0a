"""The bench socket: JSON lines on a Unix socket, one answer to each request (docs/reference/simulated-hardware.md).

`{"verb": "watch"}` turns a connection into a stream of events. Not responsible for the verbs (`bench.py`).
"""

from __future__ import annotations

import asyncio
import json
from typing import TYPE_CHECKING, Any

from sim_hw.bench import SimBench, VerbError, perform
from sim_hw.broker import BrokerFailed
from sim_hw.card.session import CardSessionError
from sim_hw.process import ProcessFailed

if TYPE_CHECKING:
    from pathlib import Path

REFUSALS = (VerbError, ValueError, AssertionError, ConnectionError, BrokerFailed, CardSessionError, ProcessFailed)


async def answer(bench: SimBench, line: str | bytes) -> dict[str, Any]:
    """Answer one request: `{"ok": true, "value": …}` or `{"ok": false, "error": …}`."""
    try:
        request: Any = json.loads(line)
        if not isinstance(request, dict):
            raise VerbError("a request is a JSON object with 'verb'")
        return {"ok": True, "value": await perform(bench, request)}  # pyright: ignore[reportUnknownArgumentType]
    except REFUSALS as error:
        return {"ok": False, "error": str(error)}


class BenchSocket:
    """Serves `bench` at `path` between `start` and `close`."""

    def __init__(self, bench: SimBench, path: Path) -> None:
        self.path = path
        self._bench = bench
        self._server: asyncio.Server | None = None
        self._clients: set[asyncio.Task[None]] = set()

    async def start(self) -> None:
        """Listen."""
        self._server = await asyncio.start_unix_server(self._accept, str(self.path))

    async def close(self) -> None:
        """Hang up on everybody."""
        if self._server is not None:
            self._server.close()
        for client in list(self._clients):
            client.cancel()
        await asyncio.gather(*self._clients, return_exceptions=True)
        self.path.unlink(missing_ok=True)

    def _accept(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        client = asyncio.get_running_loop().create_task(self._serve(reader, writer), name="bench client")
        self._clients.add(client)
        client.add_done_callback(self._clients.discard)

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            while line := await reader.readline():
                if _is_watch(line):
                    await self._stream(reader, writer)
                    return
                writer.write(json.dumps(await answer(self._bench, line), ensure_ascii=False).encode() + b"\n")
                await writer.drain()
        except ConnectionError:
            return
        finally:
            writer.close()

    async def _stream(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """Send events until the other side hangs up."""
        stop = self._bench.world.events.listen(
            lambda event: writer.write(json.dumps(event, ensure_ascii=False).encode() + b"\n")
        )
        try:
            await reader.read()
        finally:
            stop()


def _is_watch(line: bytes) -> bool:
    try:
        return json.loads(line) == {"verb": "watch"}
    except ValueError:
        return False
