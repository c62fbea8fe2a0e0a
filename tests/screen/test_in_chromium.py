"""The page in a real Chromium: touches and keys are reported, and going between processes works."""

from __future__ import annotations

import asyncio

from firmware.app.screens import idle_pages, pages, texts
from tests.screen.open_screen import chromium, screen, until

TEXTS = texts.load()
PANEL = {"width": 1280, "height": 800}


async def _shown(page, name: str) -> None:
    await page.wait_for_selector(f'body[data-name="{name}"]', timeout=10_000)


def test_a_person_touches_and_types_a_pin():
    async def scenario():
        async with screen() as served, chromium() as browser:
            page = await browser.new_page(viewport=PANEL)
            await page.goto(served.url)
            served.server.show(pages.enter_pin(TEXTS["ja"], 0, 3))
            await page.click('[data-button="digit:4"]')
            await page.keyboard.press("7")
            await page.keyboard.press("Backspace")
            served.server.show(pages.enter_pin(TEXTS["ja"], 4, 3))
            await page.wait_for_selector('[data-button="next"]:not([disabled])')
            await page.keyboard.press("Enter")
            await page.keyboard.press("Escape")
            await until(lambda: len(served.taps) == 5)
        assert [button for _, button in served.taps] == ["digit:4", "digit:7", "erase", "next", "cancel"]

    asyncio.run(scenario())


def test_an_update_leaves_the_key_under_a_finger_in_place():
    async def scenario():
        async with screen() as served, chromium() as browser:
            page = await browser.new_page(viewport=PANEL)
            await page.goto(served.url)
            served.server.show(pages.pay(TEXTS["ja"], 250, 0))
            cancel = await page.wait_for_selector('[data-button="cancel"]')
            served.server.show(pages.pay(TEXTS["ja"], 250, 100))
            await page.wait_for_selector("dd:has-text('150円')")
            assert await cancel.evaluate("element => element.isConnected")

    asyncio.run(scenario())


def test_the_language_is_chosen_from_all_languages_by_their_own_names():
    async def scenario():
        async with screen() as served, chromium() as browser:
            page = await browser.new_page(viewport=PANEL)
            await page.goto(served.url)
            served.server.show(idle_pages.home(TEXTS["ja"]))
            await page.click("#tool-language")
            await page.click('#languages button[lang="en"]')
            await until(lambda: served.languages)
            served.server.show(idle_pages.home(TEXTS[served.languages[0]]))
            await page.wait_for_selector("h1:has-text('Get your certificate')")
            assert await page.evaluate("document.documentElement.lang") == "en"

    asyncio.run(scenario())


def test_the_page_goes_to_the_clerk_and_comes_home_when_the_clerk_ends():
    async def scenario():
        async with screen() as kiosk, chromium() as browser:
            page = await browser.new_page(viewport=PANEL)
            await page.goto(kiosk.url)
            kiosk.server.show(idle_pages.home(TEXTS["ja"]))
            await _shown(page, "home")
            async with screen(home_url=kiosk.url, host="a1b2.localhost") as clerk:
                clerk.server.show(pages.consent(TEXTS["ja"]))
                kiosk.server.goto(clerk.url)
                await _shown(page, "consent")
                assert page.url == clerk.url
            await _shown(page, "home")
            assert page.url == kiosk.url
            assert await page.evaluate("history.length") <= 2

    asyncio.run(scenario())


def test_a_page_whose_line_breaks_stays_with_its_clerk():
    """It went home, and the coins lay in the escrow until the time for paying was over."""

    async def scenario():
        async with screen() as kiosk, chromium() as browser:
            page = await browser.new_page(viewport=PANEL)
            async with screen(home_url=kiosk.url, host="a1b2.localhost") as clerk:
                clerk.server.show(pages.consent(TEXTS["ja"]))
                await page.goto(clerk.url)
                await _shown(page, "consent")
                await page.evaluate("socket.close()")
                clerk.server.show(pages.take_card(TEXTS["ja"]))
                await _shown(page, "take_card")
                assert page.url == clerk.url

    asyncio.run(scenario())


def test_a_clerk_that_does_not_answer_leaves_the_home_on_the_screen():
    async def scenario():
        async with screen() as kiosk, chromium() as browser:
            page = await browser.new_page(viewport=PANEL)
            await page.goto(kiosk.url)
            kiosk.server.show(idle_pages.home(TEXTS["ja"]))
            await _shown(page, "home")
            async with screen() as gone:
                nowhere = f"http://gone.localhost:{gone.port}/"
            kiosk.server.goto(nowhere)
            kiosk.server.goto("https://example.invalid/")
            kiosk.server.show(idle_pages.out_of_service(TEXTS["ja"], ("clerk_unavailable",)))
            await _shown(page, "out_of_service")
            assert page.url == kiosk.url

    asyncio.run(scenario())


def test_when_the_home_dies_the_page_waits_and_comes_back_by_itself():
    async def scenario():
        async with chromium() as browser:
            page = await browser.new_page(viewport=PANEL)
            async with screen() as kiosk:
                port = kiosk.port
                kiosk.server.show(idle_pages.home(TEXTS["ja"]))
                await page.goto(kiosk.url)
                await _shown(page, "home")
            await page.wait_for_selector("#away:not([hidden])")
            async with screen(port=port) as again:
                again.server.show(idle_pages.out_of_service(TEXTS["ja"], ("starting",)))
                await _shown(page, "out_of_service")
                assert await page.is_hidden("#away")

    asyncio.run(scenario())


def test_when_clerk_and_home_die_together_the_page_waits_for_the_home():
    async def scenario():
        async with chromium() as browser:
            page = await browser.new_page(viewport=PANEL)
            async with screen() as kiosk:
                port = kiosk.port
            async with screen(home_url=f"http://127.0.0.1:{port}/", host="c3d4.localhost") as clerk:
                clerk.server.show(pages.take_card(TEXTS["ja"]))
                await page.goto(clerk.url)
                await _shown(page, "take_card")
            await page.wait_for_selector("#away:not([hidden])")
            async with screen(port=port) as again:
                again.server.show(idle_pages.home(TEXTS["ja"]))
                await _shown(page, "home")

    asyncio.run(scenario())


def test_size_contrast_and_voice_go_along_to_the_clerk_and_not_back():
    async def scenario():
        async with screen(voice=True) as kiosk, chromium() as browser:
            page = await browser.new_page(viewport=PANEL)
            await page.goto(kiosk.url)
            kiosk.server.show(idle_pages.home(TEXTS["ja"]))
            await page.click("#tool-size")
            await page.click("#tool-contrast")
            await page.click("#tool-voice")
            await page.wait_for_selector('body[data-size="large"][data-contrast="high"][data-voice="on"]')
            async with screen(home_url=kiosk.url, host="a1b2.localhost", voice=True) as clerk:
                clerk.server.show(pages.consent(TEXTS["ja"]))
                kiosk.server.goto(clerk.url)
                await _shown(page, "consent")
                await page.wait_for_selector('body[data-size="large"][data-contrast="high"][data-voice="on"]')
                assert clerk.guide.asked == [("switch", True)]
            await _shown(page, "home")
            await page.wait_for_selector('body[data-size="normal"][data-contrast="normal"][data-voice="off"]')

    asyncio.run(scenario())
