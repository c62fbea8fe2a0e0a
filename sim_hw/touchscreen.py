"""Plays the browser on the panel: follows the screen from process to process, keeps its views, touches buttons.

Written from docs/reference/screen-protocol.md. A real browser may be connected at the same time. Not responsible for
how a page looks. The event log gets the names of views, never what they say.
"""

from __future__ import annotations

import asyncio
import json
from typing import TYPE_CHECKING, Any
from urllib.parse import parse_qs, urlsplit

from websockets.asyncio.client import ClientConnection, connect
from websockets.exceptions import ConnectionClosed, WebSocketException
from websockets.typing import Origin

if TYPE_CHECKING:
    from collections.abc import Callable

    from sim_hw.events import EventLog

    View = dict[str, Any]

RETRY_S = 0.1


class Touchscreen:
    """The panel of the kiosk at `http://127.0.0.1:<port>/`."""

    def __init__(self, port: int, events: EventLog) -> None:
        self.home = f"http://127.0.0.1:{port}/"
        self.view: View | None = None
        self.shown: list[View] = []
        self.messages = 0
        self.through: Callable[[int], int] = lambda port: port  # the port dialled for a page's: a line may be between
        self._events = events
        self._url = self.home
        self._connection: ClientConnection | None = None
        self._running: asyncio.Task[None] | None = None

    async def start(self) -> None:
        """Switch the panel on."""
        self._running = asyncio.get_running_loop().create_task(self._run(), name="touchscreen")

    async def close(self) -> None:
        """Switch it off."""
        if self._running is not None:
            self._running.cancel()
            await asyncio.gather(self._running, return_exceptions=True)
            self._running = None

    @property
    def name(self) -> str:
        """Name of the view shown now; empty while nobody answers."""
        return self.view["name"] if self.view else ""

    def offers(self, button: str) -> bool:
        """Whether the view shown now lets this be touched."""
        if self.view is None:
            return False
        if button.startswith("digit:"):
            return bool(self.view["pad"]) and button.removeprefix("digit:") in self.view["pad"]["digits"]
        if button.startswith("key:"):
            columns = self.view["keys"]["columns"] if self.view["keys"] else ()
            return any(button == f"key:{key}" for column in columns for key in column)
        return any(each["id"] == button and each["enabled"] for each in self.view["buttons"])

    async def touch(self, button: str) -> None:
        """Touch a button of the view shown now."""
        if self.view is not None:
            await self._send({"type": "tap", "view": self.view["id"], "button": button})

    async def choose_language(self, lang: str) -> None:
        """Touch the language switch."""
        await self._send({"type": "language", "lang": lang})

    async def _send(self, message: dict[str, Any]) -> None:
        if self._connection is None:
            raise ConnectionError("no screen answers: the firmware does not run, or is between two pages")
        try:
            await self._connection.send(json.dumps(message))
        except ConnectionClosed as error:
            raise ConnectionError("the page went away under the finger") from error

    async def _run(self) -> None:
        """Stay on the page that is due: where *goto* led, and home when that page ends."""
        while True:
            url, self._url = self._url, self.home
            try:
                await self._visit(url)
            except (OSError, WebSocketException):
                self._show(None)
                if url == self.home:
                    await asyncio.sleep(RETRY_S)

    async def _visit(self, url: str) -> None:
        parts = urlsplit(url)
        name = parts.netloc
        wish = parse_qs(parts.query).get("lang", [""])[0]
        # Names below .localhost are this machine; not every resolver knows.
        async with connect(
            f"ws://{name}/ws",
            host="127.0.0.1",
            port=self.through(parts.port or 80),
            origin=Origin(f"http://{name}"),
            compression=None,
            proxy=None,
        ) as connection:
            self._connection = connection
            try:
                async for text in connection:
                    message = json.loads(text)
                    if message["type"] == "goto":
                        self._url = message["url"]
                        return
                    self._show(message)
                    if wish and wish != message["lang"]:
                        await self.choose_language(wish)
                    wish = ""
            finally:
                self._connection = None

    def _show(self, view: View | None) -> None:
        before = self.name
        self.view = view
        if view is not None:
            self.messages += 1
            self.shown.append(view)
            event = "screen" if before != view["name"] else "screen_updated"
            self._events.emit({"event": event, "name": view["name"], "view": view["id"]})
        elif before:
            self._events.emit({"event": "screen_dark"})

    def matching(self, name: str, text: str, since: int) -> Callable[[], int]:
        """Return a search for a view shown at or after place `since`: its place plus one, or 0."""

        def search() -> int:
            for place in range(max(0, since), len(self.shown)):
                view = self.shown[place]
                words = " ".join((view["title"], *view["lines"], view["note"]))
                if view["name"] == name and text in words:
                    return place + 1
            return 0

        return search
