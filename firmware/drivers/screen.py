"""The touch screen's server: static page and one WebSocket, on loopback (docs/reference/screen-protocol.md).

Sends views to every page that is open, a new one gets the present view at once, and passes touches of the view shown
to `on_tap`. Each process that owns a screen has one. Keeps what the person chose of size, contrast and spoken guidance
and lays it into each view. Not responsible for: what the views say, what a touch means, or for speaking.
"""

from __future__ import annotations

import asyncio
import html
import logging
from http import HTTPStatus
from typing import TYPE_CHECKING, Protocol

import msgspec
from websockets.asyncio.server import Server, ServerConnection, broadcast, serve
from websockets.datastructures import Headers
from websockets.exceptions import ConnectionClosed
from websockets.http11 import Request, Response

from firmware.views import ChooseLanguage, ChooseLook, ChooseVoice, Contrast, Focused, Goto, SayAgain, Size, Tap, View

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping
    from pathlib import Path

MAX_PAGES = 4
MAX_MESSAGE_BYTES = 1024
OPEN_TIMEOUT_S = 5.0
CLOSE_TIMEOUT_S = 0.5
LOOK_KEPT_S = 60.0  # on the home page, after the last touch: the next person shall find it as it was

_TYPES = {
    ".html": "text/html; charset=utf-8",
    ".css": "text/css; charset=utf-8",
    ".js": "text/javascript; charset=utf-8",
    ".svg": "image/svg+xml",
    ".woff2": "font/woff2",
}
_FromPage = Tap | ChooseLanguage | ChooseLook | ChooseVoice | Focused | SayAgain
_FROM_PAGE = msgspec.json.Decoder(_FromPage)
_TO_PAGE = msgspec.json.Encoder()
# Opening handshakes that fail are answered with a status; they are not worth a log line each.
_QUIET = logging.getLogger("kiosk.screen.websockets")
_QUIET.addHandler(logging.NullHandler())
_QUIET.propagate = False


class Guide(Protocol):
    """Speaks, where a person has asked for it."""

    def switch(self, on: bool) -> None:  # noqa: FBT001 - the message has this one field
        """Begin to speak, or cease."""
        ...

    def say_again(self) -> None:
        """Say the present view from its beginning."""
        ...

    def focus(self, button: str) -> None:
        """Say the button that the keypad has reached."""
        ...


class ScreenServer:
    """Serves the screen at `http://<each of hosts>:<port>/`.

    `hosts` are host names without port. `home_url` is where the page goes when this process ends; empty if this
    process is the home itself. `on_tap(view_id, button)`, `on_language(lang)`, `on_voice(on)`, `on_say_again()` and
    `on_focus(button)` are called on the loop. Without `on_voice`, pages do not offer spoken guidance.
    """

    def __init__(
        self,
        port: int,
        hosts: Iterable[str],
        home_url: str,
        assets: Path,
        *,
        on_tap: Callable[[int, str], None],
        on_language: Callable[[str], None] = lambda _lang: None,
    ) -> None:
        self._port = port
        self._hosts = tuple(hosts)
        self._home_url = home_url
        self._files = _read(assets, home_url)
        self._on_tap = on_tap
        self._on_language = on_language
        self._guide: Guide | None = None
        self._size: Size = "normal"
        self._contrast: Contrast = "normal"
        self._voice = False
        self._forgetting: asyncio.TimerHandle | None = None
        self._pictures: dict[str, bytes] = {}
        self._names: frozenset[str] = frozenset()
        self._view: View | None = None
        self._shown_at_s = 0.0
        self._views = 0
        self._server: Server | None = None

    async def start(self) -> int:
        """Listen on 127.0.0.1; returns the port. Raises `OSError` if it is taken."""
        self._server = await serve(
            self._page,
            host="127.0.0.1",
            port=self._port,
            process_request=self._answer,
            compression=None,
            max_size=MAX_MESSAGE_BYTES,
            max_queue=4,
            open_timeout=OPEN_TIMEOUT_S,
            close_timeout=CLOSE_TIMEOUT_S,
            ping_interval=None,
            server_header=None,
            logger=_QUIET,
        )
        port: int = next(iter(self._server.sockets)).getsockname()[1]
        self._port = port
        self._names = frozenset(f"{host}:{port}" for host in self._hosts)
        return port

    @property
    def pages(self) -> int:
        """How many pages are connected now."""
        return len(self._server.connections) if self._server else 0

    @property
    def view(self) -> View | None:
        """What is shown now."""
        return self._view

    def show(self, view: View) -> int:
        """Show `view` on every page from now on; returns its id, which stays while the question is the same."""
        if not view.asks_the_same_as(self._view):
            self._views += 1
        self._view = msgspec.structs.replace(view, id=self._views)
        self._shown_at_s = asyncio.get_running_loop().time()
        self._send(self._as_chosen(self._view))
        return self._views

    def offer_guidance(self, guide: Guide) -> None:
        """Let people turn spoken guidance on, on every view from now on."""
        self._guide = guide

    def offer_pictures(self, pictures: Mapping[str, bytes]) -> None:
        """Serve PNG pictures, by path such as "/preview/1.png", from memory; those offered before are gone."""
        self._pictures = dict(pictures)

    def goto(self, url: str) -> None:
        """Send every page that is open now to `url`; the next person begins with the ordinary look."""
        self._send(Goto(url=url))
        self._reset_look()

    async def close(self) -> None:
        """Close every page's connection and stop listening."""
        if self._server is not None:
            self._server.close()
            await self._server.wait_closed()
            self._server = None
        if self._forgetting is not None:
            self._forgetting.cancel()

    def _send(self, message: View | Goto) -> None:
        if self._server is not None:
            broadcast(self._server.connections, _TO_PAGE.encode(message).decode())

    def _present(self) -> View | None:
        """Give the view with what is left of its countdown, for a page that comes late."""
        if self._view is None:
            return None
        view = self._as_chosen(self._view)
        if view.countdown_s is None:
            return view
        gone_s = asyncio.get_running_loop().time() - self._shown_at_s
        return msgspec.structs.replace(view, countdown_s=max(0.0, view.countdown_s - gone_s))

    def _as_chosen(self, view: View) -> View:
        voice = self._voice if self._guide else None
        return msgspec.structs.replace(view, size=self._size, contrast=self._contrast, voice=voice)

    async def _page(self, connection: ServerConnection) -> None:
        """Serve one page until it goes or misbehaves."""
        view = self._present()
        try:
            if view is not None:
                await connection.send(_TO_PAGE.encode(view).decode())
            async for message in connection:
                self._take(_FROM_PAGE.decode(message))
        except (msgspec.DecodeError, UnicodeDecodeError):  # the latter from a name in a binary message
            await connection.close(1008, "not a message of the screen protocol")
        except ConnectionClosed:
            return

    def _take(self, message: _FromPage) -> None:
        view = self._view
        if view is None:
            return
        self._keep_look()
        match message:
            case Tap(view=number, button=button) if number == view.id and view.offers(button):
                self._on_tap(number, button)
            case ChooseLanguage(lang=lang) if any(each.id == lang for each in view.languages):
                self._on_language(lang)
            case ChooseLook(size=size, contrast=contrast):
                self._choose_look(size, contrast)
            case ChooseVoice(on=on) if self._guide:
                self._voice = on
                self._show_again()
                self._guide.switch(on)
            case Focused(view=number, button=button) if self._guide and self._voice and number == view.id:
                self._guide.focus(button)
            case SayAgain() if self._guide and self._voice:
                self._guide.say_again()
            case _:
                return

    def _choose_look(self, size: Size, contrast: Contrast) -> None:
        self._size, self._contrast = size, contrast
        self._show_again()

    def _show_again(self) -> None:
        view = self._present()
        if view is not None:
            self._send(view)

    def _keep_look(self) -> None:
        """Put off the moment at which the home page returns to its ordinary look; a clerk ends with its person."""
        if self._forgetting is not None:
            self._forgetting.cancel()
        if not self._home_url:
            self._forgetting = asyncio.get_running_loop().call_later(LOOK_KEPT_S, self._forget_look)

    def _forget_look(self) -> None:
        self._reset_look()
        self._show_again()

    def _reset_look(self) -> None:
        if self._voice and self._guide:
            self._guide.switch(False)
        self._size, self._contrast, self._voice = "normal", "normal", False

    def _answer(self, connection: ServerConnection, request: Request) -> Response | None:
        """Answer plain requests; None lets the WebSocket handshake go on."""
        del connection
        hosts = request.headers.get_all("Host")
        origins = request.headers.get_all("Origin")
        wanted = request.path.partition("?")[0]
        if len(hosts) != 1 or hosts[0] not in self._names:
            return _plain(HTTPStatus.FORBIDDEN, "This name is not served here.")
        if request.method != "GET":
            return _plain(HTTPStatus.METHOD_NOT_ALLOWED, "This server only shows pages.")
        own = [f"http://{hosts[0]}"]
        if origins != own and (origins or wanted == "/ws"):
            return _plain(HTTPStatus.FORBIDDEN, "Another page may not use this screen.")
        if wanted == "/ws" and self.pages >= MAX_PAGES:
            return _plain(HTTPStatus.SERVICE_UNAVAILABLE, "Too many pages are open.")
        if wanted == "/ws":
            return None
        if wanted in self._pictures:
            return _response(HTTPStatus.OK, "image/png", self._pictures[wanted], _policy(self._home_url))
        if wanted not in self._files:
            return _plain(HTTPStatus.NOT_FOUND, "No such page.")
        content_type, body = self._files[wanted]
        return _response(HTTPStatus.OK, content_type, body, _policy(self._home_url))


def _read(assets: Path, home_url: str) -> dict[str, tuple[str, bytes]]:
    """Read every servable file once: no file system is behind a request."""
    files: dict[str, tuple[str, bytes]] = {}
    for path in sorted(assets.rglob("*")):
        if path.suffix in _TYPES:
            files[f"/{path.relative_to(assets).as_posix()}"] = (_TYPES[path.suffix], path.read_bytes())
    content_type, page = files["/index.html"]
    files["/"] = (content_type, page.replace(b"{{home}}", html.escape(home_url).encode()))
    return files


def _policy(home_url: str) -> str:
    """Content Security Policy: own files only; the other process may be asked if it is there, before going to it."""
    neighbour = home_url or "http://*.localhost:*"
    return (
        f"default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; font-src 'self'; "
        f"connect-src 'self' {neighbour}; base-uri 'none'; form-action 'none'; "
        f"frame-ancestors http://127.0.0.1:* http://localhost:* http://*.localhost:*"
    )


def _plain(status: HTTPStatus, text: str) -> Response:
    return _response(status, "text/plain; charset=utf-8", text.encode(), "default-src 'none'")


def _response(status: HTTPStatus, content_type: str, body: bytes, policy: str) -> Response:
    headers = Headers(
        {
            "Content-Type": content_type,
            "Content-Length": str(len(body)),
            "Cache-Control": "no-store",
            "Content-Security-Policy": policy,
            "X-Content-Type-Options": "nosniff",
            "Referrer-Policy": "no-referrer",
            "Connection": "close",
        }
    )
    return Response(status.value, status.phrase, headers, body)
