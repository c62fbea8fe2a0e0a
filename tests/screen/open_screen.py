"""A screen served for a test, and pages that open it: by hand over the WebSocket, or in Chromium."""

from __future__ import annotations

import asyncio
import io
from contextlib import asynccontextmanager
from pathlib import Path
from typing import TYPE_CHECKING

from PIL import Image, ImageDraw
from playwright.async_api import async_playwright
from websockets.asyncio.client import connect

import firmware.app.screens
from firmware.drivers.screen import ScreenServer

if TYPE_CHECKING:
    from collections.abc import AsyncIterator

    from playwright.async_api import Browser

    from firmware.views import View

ASSETS = Path(firmware.app.screens.__file__).parent / "assets"
CHROMIUM = "/usr/bin/chromium"
FLAGS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]


async def until(condition, within_s: float = 5) -> None:
    """Wait for something that happens in this process without an event of its own."""
    async with asyncio.timeout(within_s):
        while not condition():  # noqa: ASYNC110 - the touched thing has no event; a test looks at it
            await asyncio.sleep(0.005)


class RecordedGuide:
    """Remembers what was asked of the spoken guidance."""

    def __init__(self) -> None:
        self.asked: list[tuple[str, object]] = []

    def switch(self, on: bool) -> None:  # noqa: FBT001 - as in the protocol
        self.asked.append(("switch", on))

    def say_again(self) -> None:
        self.asked.append(("say_again", None))

    def focus(self, button: str) -> None:
        self.asked.append(("focus", button))


class Screen:
    """A served screen that remembers what was touched."""

    def __init__(self, home_url: str = "", host: str = "127.0.0.1", port: int = 0, *, voice: bool = False) -> None:
        self.taps: list[tuple[int, str]] = []
        self.languages: list[str] = []
        self.host = host
        self.port = port
        self.server = ScreenServer(
            port,
            [host],
            home_url,
            ASSETS,
            on_tap=lambda view, button: self.taps.append((view, button)),
            on_language=self.languages.append,
        )
        self.guide = RecordedGuide()
        if voice:
            self.server.offer_guidance(self.guide)
        self.server.offer_pictures({f"/preview/{number}.png": _sheet() for number in (1, 2)})

    def look(self, size: str, contrast: str) -> None:
        """Have views shown from now on in this size and contrast, as if a page had asked for it."""
        self.server._size, self.server._contrast = size, contrast

    def show_anew(self, view: View) -> int:
        """Show a view as one that nothing was asked before: its id tells when the page has drawn it."""
        self.server._view = None
        return self.server.show(view)

    @property
    def name(self) -> str:
        return f"{self.host}:{self.port}"

    @property
    def url(self) -> str:
        return f"http://{self.name}/"

    def page(self, **options):
        """Open the WebSocket as a page of this screen does."""
        origin = options.pop("origin", f"http://{self.name}")
        return connect(
            f"ws://{self.name}/ws",
            host="127.0.0.1",
            port=self.port,
            origin=origin,
            compression=None,
            proxy=None,
            **options,
        )


@asynccontextmanager
async def screen(
    home_url: str = "", host: str = "127.0.0.1", port: int = 0, *, voice: bool = False
) -> AsyncIterator[Screen]:
    """Serve a screen on a free port; with `voice`, its pages offer spoken guidance."""
    served = Screen(home_url, host, port, voice=voice)
    served.port = await served.server.start()
    try:
        yield served
    finally:
        await served.server.close()


def _sheet() -> bytes:
    """Draw something like a masked certificate of 576 dots."""
    page = Image.new("L", (576, 1500), 255)
    draw = ImageDraw.Draw(page)
    draw.rectangle((150, 60, 426, 100), fill=0)
    for row in range(12):
        draw.rectangle((40, 180 + row * 90, 200, 200 + row * 90), fill=90)
        draw.rectangle((240, 170 + row * 90, 536, 214 + row * 90), fill=200)
    png = io.BytesIO()
    page.save(png, "PNG")
    return png.getvalue()


@asynccontextmanager
async def chromium() -> AsyncIterator[Browser]:
    """Start a real Chromium, as on the panel."""
    async with async_playwright() as playwright:
        browser = await playwright.chromium.launch(executable_path=CHROMIUM, args=FLAGS)
        try:
            yield browser
        finally:
            await browser.close()
