"""A screen served for a test, and pages that open it: by hand over the WebSocket, or in Chromium."""

from __future__ import annotations

import asyncio
from contextlib import asynccontextmanager
from pathlib import Path
from typing import TYPE_CHECKING

from playwright.async_api import async_playwright
from websockets.asyncio.client import connect

import firmware.app.screens
from firmware.drivers.screen import ScreenServer

if TYPE_CHECKING:
    from collections.abc import AsyncIterator

    from playwright.async_api import Browser

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


class Screen:
    """A served screen that remembers what was touched."""

    def __init__(self, home_url: str = "", host: str = "127.0.0.1", port: int = 0) -> None:
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
async def screen(home_url: str = "", host: str = "127.0.0.1", port: int = 0) -> AsyncIterator[Screen]:
    """Serve a screen on a free port."""
    served = Screen(home_url, host, port)
    served.port = await served.server.start()
    try:
        yield served
    finally:
        await served.server.close()


@asynccontextmanager
async def chromium() -> AsyncIterator[Browser]:
    """Start a real Chromium, as on the panel."""
    async with async_playwright() as playwright:
        browser = await playwright.chromium.launch(executable_path=CHROMIUM, args=FLAGS)
        try:
            yield browser
        finally:
            await browser.close()
