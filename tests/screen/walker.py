"""A person who walks through the dialogue in Chromium: touches what is offered, lays down cards, pays, takes paper.

A real kiosk with its hub serves the pages; every touch is one of the browser's. The clerk tells which states it comes
to (`watched/`). Not responsible for which ways are walked (`paths.py`).
"""

from __future__ import annotations

import os
from contextlib import asynccontextmanager
from pathlib import Path
from typing import TYPE_CHECKING, get_args

from firmware.app.clerk import state
from hil_tests.environments import CONFIG
from sim_hw.bench import SimBench
from sim_hw.world import Options, World
from tests.screen.kiosk_browser import KioskBrowser, kiosk_browser
from tests.screen.watched import sitecustomize as watched

if TYPE_CHECKING:
    from collections.abc import AsyncIterator

ANSWER_S = 20.0
LIMITS = {**CONFIG["limits"], "last_page_s": 4.0}  # long enough to touch *next* on a busy machine
KOGA = "municipality:402231"
ABOUT = {state.Asking: state.Question, state.Working: state.Work, state.Saying: state.Page}


def all_states() -> set[str]:
    """Return every state of the dialogue as the code has them."""
    found: set[str] = set()
    for phase in get_args(state.Phase):
        abouts = ABOUT.get(phase)
        found |= {f"{phase.__name__}.{each}" for each in abouts} if abouts else {phase.__name__}
    return found


class Walker:
    """The person, at the kiosk of `bench` with the panel `browser`."""

    def __init__(self, bench: SimBench, browser: KioskBrowser) -> None:
        self.bench = bench
        self.browser = browser
        self._log = bench.world.out / "logs" / "firmware.log"

    def reached(self) -> set[str]:
        """Return the states that clerks have come to so far."""
        lines = self._log.read_text(encoding="utf-8", errors="replace").splitlines()
        return {line.removeprefix(watched.MARK) for line in lines if line.startswith(watched.MARK)} & all_states()

    async def see(self, name: str, text: str = "") -> None:
        """Wait until the panel shows this page, with this text on it."""
        page = self.browser.page
        try:
            await page.wait_for_selector(f'body[data-name="{name}"]:has-text("{text}")', timeout=ANSWER_S * 1000)
        except Exception as error:
            shown = await page.evaluate("document.body.dataset.name")
            raise AssertionError(f"expected the page {name!r} {text}, the panel shows {shown!r}") from error

    async def touch(self, *buttons: str) -> None:
        """Touch these buttons, each once it is offered; returns when the kiosk has reacted to the last one."""
        screen, events = self.bench.world.screen, self.bench.world.events
        for button in buttons:
            await events.until(
                lambda button=button: screen.offers(button),
                ANSWER_S,
                lambda button=button: f"{button!r} is not offered on {screen.name or 'no screen'}",
            )
            view, messages = screen.view, screen.messages
            await self.browser.page.wait_for_selector(
                f'body[data-name="{view["name"]}"][data-view="{view["id"]}"] [data-button="{button}"]:not([disabled])',
                timeout=ANSWER_S * 1000,
            )
            await self.browser.touch(button)
            await events.until(
                lambda view=view, messages=messages: screen.messages > messages or screen.view is not view,
                ANSWER_S,
                lambda button=button: f"{screen.name!r} did not react to {button!r}",
            )

    async def keys(self, digits: str) -> None:
        """Type digits on the pad."""
        await self.touch(*(f"digit:{digit}" for digit in digits))

    async def start(self, *buttons: str) -> None:
        """Begin a visit at the home page, then touch these buttons."""
        await self.bench.expect_idle()
        await self.see("home")
        await self.touch("start", *buttons)

    async def identify(self, citizen: str, pin: str = "1234") -> None:
        """Begin a visit, identify with card and PIN, take the card back."""
        await self.start("agree", KOGA)
        await self.see("hold_card")
        await self.bench.insert_card(citizen)
        await self.see("enter_pin")
        await self.keys(pin)
        await self.touch("next")
        await self.see("take_card")
        await self.bench.remove_card()
        await self.see("choose_type")

    async def give_up(self) -> None:
        """Cancel what is asked; the last page says so, and leads home."""
        await self.touch("cancel")
        await self.see("sorry")
        await self.leave()

    async def leave(self) -> None:
        """Take the card, if there is one, and touch *next* on the last page."""
        await self.bench.remove_card()
        await self.touch("next")
        await self.bench.expect_idle()


@asynccontextmanager
async def walker(folder: Path, hub_data: Path) -> AsyncIterator[Walker]:
    """Give a person before a kiosk in service."""
    path = os.pathsep.join([str(Path(watched.__file__).parent), *filter(None, [os.environ.get("PYTHONPATH")])])
    before = os.environ.get("PYTHONPATH")
    os.environ["PYTHONPATH"] = path
    try:
        world = World(folder, Options(hub_data=hub_data, mm_per_s=600.0, config={**CONFIG, "limits": LIMITS}))
        async with world, kiosk_browser(folder, world.screen.home) as browser:
            bench = SimBench(world)
            await bench.expect_idle()
            yield Walker(bench, browser)
    finally:
        if before is None:
            del os.environ["PYTHONPATH"]
        else:
            os.environ["PYTHONPATH"] = before
