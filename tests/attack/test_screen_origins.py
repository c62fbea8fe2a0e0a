"""The screen's server answers its own page only: other names, other origins and other addresses are turned away."""

from __future__ import annotations

import asyncio
import socket
from typing import TYPE_CHECKING

import pytest

from firmware.app.screens import texts
from firmware.drivers.screen import ScreenServer

if TYPE_CHECKING:
    from collections.abc import Callable

OWN = "token.localhost"
UPGRADE = (
    "Upgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Version: 13\r\n"
    "Sec-WebSocket-Key: AAAAAAAAAAAAAAAAAAAAAA==\r\n"
)
FOREIGN_NAMES = ["evil.example", "localhost", "127.0.0.1", "other.localhost", OWN + ".evil.example", "", "[::1]"]
FOREIGN_ORIGINS = ["http://evil.example", "null", "https://{own}", "http://localhost:{port}", ""]
FOREIGN_ORIGINS += ["http://{own}.evil.example", "http://x.{own}"]
PATHS = ["/", "/ws", "/index.html", "/preview/1.png"]


def asked(request: Callable[[int], str]) -> int:
    """Ask a clerk's screen that has a picture to offer; returns the status, 0 when it hung up."""

    async def scenario() -> int:
        screen = ScreenServer(0, (OWN,), "http://127.0.0.1:1/", texts.FOLDER.parent / "assets", on_tap=lambda *_: None)
        port = await screen.start()
        screen.offer_pictures({"/preview/1.png": b"secret"})
        try:
            reader, writer = await asyncio.open_connection("127.0.0.1", port)
            writer.write(request(port).encode())
            answer = await reader.read(4096)
            writer.close()
            await writer.wait_closed()
        finally:
            await screen.close()
        assert b"secret" not in answer or answer.startswith(b"HTTP/1.1 200")
        return int(answer[9:12]) if answer else 0

    return asyncio.run(scenario())


@pytest.mark.parametrize("path", PATHS)
@pytest.mark.parametrize("name", FOREIGN_NAMES)
def test_a_name_that_was_made_to_point_here_is_not_served(name: str, path: str) -> None:
    status = asked(lambda port: f"GET {path} HTTP/1.1\r\nHost: {name}:{port}\r\nOrigin: http://{name}:{port}\r\n\r\n")
    assert status in (0, 400, 403)


@pytest.mark.parametrize("path", PATHS)
@pytest.mark.parametrize("origin", FOREIGN_ORIGINS)
def test_a_foreign_page_gets_nothing(origin: str, path: str) -> None:
    upgrade = UPGRADE if path == "/ws" else ""

    def request(port: int) -> str:
        named = origin.format(own=f"{OWN}:{port}", port=port)
        return f"GET {path} HTTP/1.1\r\nHost: {OWN}:{port}\r\nOrigin: {named}\r\n{upgrade}\r\n"

    assert asked(request) in (0, 400, 403)


def test_the_own_page_is_served_and_its_websocket_opens() -> None:
    assert asked(lambda port: f"GET / HTTP/1.1\r\nHost: {OWN}:{port}\r\n\r\n") == 200
    assert asked(lambda port: f"GET /preview/1.png HTTP/1.1\r\nHost: {OWN}:{port}\r\n\r\n") == 200
    own = f"GET /ws HTTP/1.1\r\nHost: {OWN}:{{port}}\r\nOrigin: http://{OWN}:{{port}}\r\n{UPGRADE}\r\n"
    assert asked(lambda port: own.format(port=port)) == 101


@pytest.mark.parametrize("method", ["POST", "PUT", "DELETE", "OPTIONS", "TRACE", "CONNECT"])
def test_no_method_but_get_is_answered(method: str) -> None:
    status = asked(lambda port: f"{method} / HTTP/1.1\r\nHost: {OWN}:{port}\r\nContent-Length: 0\r\n\r\n")
    assert status in (0, 400, 403, 405, 501)


def test_it_listens_on_loopback_only() -> None:
    async def scenario() -> None:
        screen = ScreenServer(0, (OWN,), "", texts.FOLDER.parent / "assets", on_tap=lambda *_: None)
        port = await screen.start()
        assert screen._server is not None
        assert [each.getsockname() for each in screen._server.sockets] == [("127.0.0.1", port)]
        with socket.socket() as beside, pytest.raises(OSError, match="refused"):
            beside.connect(("127.0.0.2", port))
        await screen.close()

    asyncio.run(scenario())
