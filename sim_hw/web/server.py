"""Serves the bench page on loopback: files, pictures of strip and camera, and one WebSocket with events and verbs.

Page → server: requests as on the bench socket, with an `id`. Server → page: `hello`, `event`, `state`, `answer`.
Not responsible for the verbs (`bench.py`) nor for the kiosk's own screen, which the page embeds from the firmware.
"""

from __future__ import annotations

import asyncio
import contextlib
import json
import logging
from http import HTTPStatus
from pathlib import Path
from typing import TYPE_CHECKING, Any

from websockets.asyncio.server import Server, ServerConnection, broadcast, serve
from websockets.datastructures import Headers
from websockets.exceptions import ConnectionClosed
from websockets.http11 import Request, Response

from sim_hw.bench_socket import answer
from sim_hw.web.pictures import Pictures
from sim_hw.web.snapshot import snapshot

if TYPE_CHECKING:
    from sim_hw.bench import SimBench

ASSETS = Path(__file__).parent / "assets"
STATE_S = 1.0
# These say nothing about what the page's switches show.
_NO_CHANGE = frozenset({"printer_row", "mqtt", "buzzer", "screen_updated"})
_TYPES = {".html": "text/html", ".css": "text/css", ".js": "text/javascript", ".svg": "image/svg+xml"}
_QUIET = logging.getLogger("sim_hw.web.websockets")
_QUIET.addHandler(logging.NullHandler())
_QUIET.propagate = False


class BenchPage:
    """The page for `bench`, served between `start` and `close`."""

    def __init__(self, bench: SimBench, port: int) -> None:
        self.port = port
        self._bench = bench
        self._pictures = Pictures(bench.world)
        self._server: Server | None = None
        self._stop_listening = lambda: None
        self._changed = asyncio.Event()
        self._telling: asyncio.Task[None] | None = None
        self._working: set[asyncio.Task[None]] = set()

    async def start(self) -> int:
        """Listen; returns the port. Raises `OSError` if it is taken."""
        self._server = await serve(
            self._page,
            host="127.0.0.1",
            port=self.port,
            process_request=self._get,
            compression=None,
            ping_interval=None,
            close_timeout=1,
            server_header=None,
            logger=_QUIET,
        )
        port: int = next(iter(self._server.sockets)).getsockname()[1]
        self.port = port
        self._stop_listening = self._bench.world.events.listen(self._on_event)
        self._telling = asyncio.get_running_loop().create_task(self._tell_states(), name="bench page states")
        return port

    async def close(self) -> None:
        """Hang up on all pages."""
        self._stop_listening()
        for task in [*self._working, *([self._telling] if self._telling else [])]:
            task.cancel()
        if self._server is not None:
            self._server.close()
            await self._server.wait_closed()

    @property
    def url(self) -> str:
        """Where a browser finds it."""
        return f"http://127.0.0.1:{self.port}/"

    def _on_event(self, event: dict[str, Any]) -> None:
        self._broadcast({"type": "event", **event})
        if event["event"] not in _NO_CHANGE:
            self._changed.set()

    def _broadcast(self, message: dict[str, Any]) -> None:
        if self._server is not None:
            broadcast(self._server.connections, json.dumps(message, ensure_ascii=False))

    async def _tell_states(self) -> None:
        """Send the state after each change, and now and then for what changes without an event."""
        while True:
            with contextlib.suppress(TimeoutError):
                await asyncio.wait_for(self._changed.wait(), STATE_S)
            self._changed.clear()
            if self._server is not None and self._server.connections:
                self._broadcast({"type": "state", **await snapshot(self._bench)})

    async def _page(self, connection: ServerConnection) -> None:
        world = self._bench.world
        citizens = [{"name": each.name, "label": each.label, "pin": each.auth_pin} for each in world.hub.citizens]
        hello = {"type": "hello", "citizens": citizens, "screen": world.screen.home, "strips": len(world.strips)}
        try:
            await connection.send(json.dumps({**hello, "state": await snapshot(self._bench)}, ensure_ascii=False))
            async for message in connection:
                work = asyncio.get_running_loop().create_task(self._perform(connection, message))
                self._working.add(work)
                work.add_done_callback(self._working.discard)
        except ConnectionClosed:
            return

    async def _perform(self, connection: ServerConnection, message: str | bytes) -> None:
        request = json.loads(message)
        number = request.pop("id", None)
        told = {"type": "answer", "id": number, **await answer(self._bench, json.dumps(request))}
        try:
            await connection.send(json.dumps(told, ensure_ascii=False))
        except ConnectionClosed:
            return

    def _get(self, connection: ServerConnection, request: Request) -> Response | None:
        """Answer plain requests; None lets the WebSocket handshake go on."""
        del connection
        host = request.headers.get("Host", "")
        origin = request.headers.get("Origin", f"http://{host}")
        path = request.path.partition("?")[0]
        if host not in (f"127.0.0.1:{self.port}", f"localhost:{self.port}") or origin != f"http://{host}":
            return _response(HTTPStatus.FORBIDDEN, "text/plain", b"Only this machine's own page.")
        if path == "/ws":
            return None
        if found := self._pictures.find(path):
            return _response(HTTPStatus.OK, *found)
        file = ASSETS / ("index.html" if path == "/" else path.removeprefix("/"))
        if "/" in path.removeprefix("/") or file.suffix not in _TYPES or not file.is_file():
            return _response(HTTPStatus.NOT_FOUND, "text/plain", b"No such page.")
        return _response(HTTPStatus.OK, f"{_TYPES[file.suffix]}; charset=utf-8", file.read_bytes())


def _response(status: HTTPStatus, content_type: str, body: bytes) -> Response:
    headers = Headers(
        {
            "Content-Type": content_type,
            "Content-Length": str(len(body)),
            "Cache-Control": "no-store",
            "X-Content-Type-Options": "nosniff",
            "Connection": "close",
        }
    )
    return Response(status.value, status.phrase, headers, body)
