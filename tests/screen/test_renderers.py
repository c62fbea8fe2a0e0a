"""The renderer that showed a person's page ends with the person, and no other process of the browser knows them.

The browser is started as on the kiosk, and looked at from outside: its processes in /proc, and all their memory. What a
person meets is here what holds most: PIN, names to choose from, a name typed key by key, a picture of the certificate.
"""

from __future__ import annotations

import asyncio
import secrets
from pathlib import Path

from firmware.app.screens import idle_pages, pages, texts
from firmware.app.screens.pages import PersonChoice
from tests.kiosk import memory
from tests.screen.kiosk_browser import KioskBrowser, kiosk_browser
from tests.screen.open_screen import Screen, screen, until

TEXTS = texts.load()["ja"]
PERSONS = (("勘解由小路 左衛門之介", "カシワキタケノリ"), ("小鳥遊 櫻子", "タカナシサクラコ"))
PIN = "7391"
END_S = 10.0


def needles(number: int) -> dict[str, bytes]:
    """Give what may be found of a person while they are here."""
    name, kana = PERSONS[number]
    digits = {digit: f'"button":"digit:{digit}"'.encode() for digit in PIN}
    return memory.forms(f"name of {number}", name) | memory.forms(f"typed by {number}", kana) | digits


async def _shown(browser: KioskBrowser, name: str) -> None:
    await browser.page.wait_for_selector(f'body[data-name="{name}"]', timeout=END_S * 1000)


async def _visit(browser: KioskBrowser, kiosk: Screen, clerk: Screen, number: int) -> set[int]:
    """Show one person's pages; returns the renderers that held what belongs to them."""
    name, kana = PERSONS[number]
    clerk.server.show(pages.consent(TEXTS))
    kiosk.server.goto(clerk.url)
    await _shown(browser, "consent")
    clerk.server.show(pages.enter_pin(TEXTS, 0, 3))
    await _type(browser, clerk, [f"digit:{digit}" for digit in PIN])
    clerk.server.show(pages.choose_persons(TEXTS, (PersonChoice(name, "本人", "1986-11-30"),), ()))
    await _shown(browser, "choose_persons")
    clerk.server.show(pages.register_name(TEXTS, kana, 60))
    await _shown(browser, "register_name")
    await _type(browser, clerk, [f"key:{key}" for key in kana])
    clerk.server.show(pages.preview(TEXTS, ("/preview/1.png",)))
    await _shown(browser, "preview")
    held = await asyncio.to_thread(browser.holding, needles(number))
    kinds = browser.processes()
    renderers = {pid for pid in held if kinds.get(pid) == "renderer"}
    assert renderers, f"the search finds nothing where the name must be: {held} of {kinds}"
    return renderers


async def _type(browser: KioskBrowser, clerk: Screen, keys: list[str]) -> None:
    """Touch one key after the other, each once the one before has been heard of."""
    for key in keys:
        before = len(clerk.taps)
        await browser.touch(key)
        await until(lambda before=before: len(clerk.taps) > before)


async def _forgotten(browser: KioskBrowser, renderers: set[int], number: int) -> None:
    """Wait until the home is there again; then nothing may be left of the person, in no process."""
    await _shown(browser, "home")
    await until(lambda: not _alive(renderers), END_S)
    assert await browser.still_holding(needles(number), END_S) == {}


def _alive(pids: set[int]) -> set[int]:
    return {pid for pid in pids if Path(f"/proc/{pid}/exe").exists()}


async def _at_home(browser: KioskBrowser, kiosk: Screen) -> None:
    kiosk.server.show(idle_pages.home(TEXTS))
    await _shown(browser, "home")


def test_each_persons_renderer_ends_with_them_and_nothing_of_them_stays_in_the_browser(tmp_path):
    async def scenario():
        async with screen() as kiosk, kiosk_browser(tmp_path, kiosk.url) as browser:
            await _at_home(browser, kiosk)
            seen: list[set[int]] = []
            for number in range(len(PERSONS)):
                host = f"{secrets.token_hex(16)}.localhost"
                async with screen(home_url=kiosk.url, host=host) as clerk:
                    seen.append(await _visit(browser, kiosk, clerk, number))
                await _forgotten(browser, seen[-1], number)
            assert not seen[0] & seen[1], "two persons shared a renderer"
            assert "renderer" in browser.processes().values()

    asyncio.run(scenario())


def test_a_person_who_is_still_there_is_found(tmp_path):
    """The search above would see a renderer that stays: a clerk on a port of its own, but of the same site."""

    async def scenario():
        async with screen(host="kiosk.localhost") as kiosk, kiosk_browser(tmp_path, kiosk.url) as browser:
            await _at_home(browser, kiosk)
            async with screen(home_url=kiosk.url, host="kiosk.localhost") as clerk:
                renderers = await _visit(browser, kiosk, clerk, 0)
            await _shown(browser, "home")
            assert _alive(renderers) == renderers

    asyncio.run(scenario())
