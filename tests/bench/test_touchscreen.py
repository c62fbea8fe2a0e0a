"""The played browser against the firmware's real screen server: follows a person's way to the clerk and back."""

from __future__ import annotations

import asyncio
from contextlib import asynccontextmanager

from firmware.app.screens import idle_pages, pages, texts
from sim_hw.events import EventLog
from sim_hw.touchscreen import Touchscreen
from tests.screen.open_screen import screen, until

TEXTS = texts.load()


@asynccontextmanager
async def _touchscreen(port, tmp_path):
    events = EventLog(tmp_path / "events.jsonl")
    played = Touchscreen(port, events)
    await played.start()
    try:
        yield played
    finally:
        await played.close()
        events.close()


def test_it_goes_to_the_clerk_in_the_language_chosen_and_comes_home(tmp_path):
    async def scenario():
        async with screen() as kiosk, _touchscreen(kiosk.port, tmp_path) as played:
            kiosk.server.show(idle_pages.home(TEXTS["en"]))
            await until(lambda: played.name == "home")
            async with screen(home_url=kiosk.url, host="a1.localhost") as clerk:
                clerk.server.show(pages.consent(TEXTS["ja"]))
                kiosk.server.goto(f"{clerk.url}?lang=en")
                await until(lambda: played.name == "consent")
                await until(lambda: clerk.languages == ["en"])
                assert played.offers("agree")
                assert not played.offers("start")
                await played.touch("agree")
                await until(lambda: clerk.taps)
                assert clerk.taps == [(1, "agree")]
            await until(lambda: played.name == "home")

    asyncio.run(scenario())


def test_it_goes_dark_with_the_firmware_and_comes_back_with_it(tmp_path):
    async def scenario():
        async with screen() as kiosk:
            port = kiosk.port
            async with _touchscreen(port, tmp_path) as played:
                kiosk.server.show(idle_pages.home(TEXTS["ja"]))
                await until(lambda: played.name == "home")
                await kiosk.server.close()
                await until(lambda: played.view is None)
                async with screen(port=port) as again:
                    again.server.show(idle_pages.out_of_service(TEXTS["ja"], ("starting",)))
                    await until(lambda: played.name == "out_of_service")

    asyncio.run(scenario())


def test_the_event_log_holds_names_of_views_and_nothing_they_say(tmp_path):
    async def scenario():
        async with screen() as kiosk, _touchscreen(kiosk.port, tmp_path) as played:
            kiosk.server.show(pages.sorry(TEXTS["ja"], "refused", contact="見本"))
            await until(lambda: played.name == "sorry")

    asyncio.run(scenario())
    text = (tmp_path / "events.jsonl").read_text(encoding="utf-8")
    assert '"name": "sorry"' in text
    assert "見本" not in text
