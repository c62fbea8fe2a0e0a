"""A second browser, or something worse, at the kiosk's screen: WebSockets and raw bytes.

Written from docs/reference/screen-protocol.md. Not responsible for the panel itself (`sim_hw.touchscreen`).
"""

from __future__ import annotations

import asyncio
import contextlib
import json
from contextlib import asynccontextmanager
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

from websockets.asyncio.client import ClientConnection, connect
from websockets.typing import Origin

if TYPE_CHECKING:
    from collections.abc import AsyncGenerator

ANSWER_S = 10.0
PATIENCE_S = 0.3
READ_BYTES = 4096


class Browser:
    """One page at one address; keeps what it was sent."""

    def __init__(self, connection: ClientConnection) -> None:
        self._connection = connection

    async def view(self, name: str) -> dict[str, Any]:
        """Wait for the view of this name."""
        async with asyncio.timeout(ANSWER_S):
            while (message := await self.message()).get("name") != name:
                pass
        return message

    async def message(self) -> dict[str, Any]:
        """Wait for the next message."""
        return json.loads(await self._connection.recv())

    async def led_to(self) -> str:
        """Wait until the page is sent elsewhere; returns the address."""
        async with asyncio.timeout(ANSWER_S):
            while (message := await self.message())["type"] != "goto":
                pass
        return message["url"]

    async def tap(self, view: int, button: str) -> None:
        """Touch a button of a view, whether it is shown or not."""
        await self._connection.send(json.dumps({"type": "tap", "view": view, "button": button}))


@asynccontextmanager
async def browser(url: str) -> AsyncGenerator[Browser]:
    """Open a page as the panel does."""
    name = urlsplit(url).netloc
    async with connect(
        f"ws://{name}/ws",
        host="127.0.0.1",
        port=urlsplit(url).port,
        origin=Origin(f"http://{name}"),
        compression=None,
        proxy=None,
    ) as connection:
        yield Browser(connection)


async def say(url: str, request: bytes) -> bytes:
    """Send raw bytes to the server behind `url`; returns all that it answers, at last to the end of the request."""
    reader, writer = await asyncio.open_connection("127.0.0.1", urlsplit(url).port)
    answer = b""
    try:
        async with asyncio.timeout(ANSWER_S):
            writer.write(request)
            with contextlib.suppress(TimeoutError):
                answer = await asyncio.wait_for(reader.read(READ_BYTES), PATIENCE_S)
            writer.write_eof()
            return answer + await reader.read()
    except (ConnectionError, RuntimeError):  # it did not want to hear more
        return answer
    finally:
        writer.transport.abort()
