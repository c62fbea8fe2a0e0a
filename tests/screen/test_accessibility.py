"""The pages under axe-core, an independent judge of WCAG 2.2 AA, in each language and look."""

from __future__ import annotations

import asyncio

import pytest
from axe_playwright_python.async_playwright import Axe

from firmware.app.screens import texts
from tests.screen.every_view import every_view
from tests.screen.open_screen import chromium, screen

TEXTS = texts.load()
PANEL = {"width": 1280, "height": 800}
RULES = {"runOnly": ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]}
# One view of each layout and tone.
LABELS = (
    "home", "consent", "enter_pin-wrong", "choose_type-all", "choose_persons-many", "preview-several", "confirm", "pay",
    "printing", "register_name", "register_birth", "history", "sorry-printer_fault", "take_paper_alarm",
)  # fmt: skip


@pytest.mark.parametrize(("lang", "size", "contrast"), [("ja", "normal", "normal"), ("vi", "large", "high")])
def test_axe_finds_nothing_to_complain_of(lang, size, contrast):
    async def scenario():
        found = {}
        views = dict(every_view(TEXTS[lang]))
        async with screen(voice=True) as served, chromium() as browser:
            served.look(size, contrast)
            context = await browser.new_context(viewport=PANEL, reduced_motion="reduce", bypass_csp=True)
            page = await context.new_page()
            await page.goto(served.url)
            for label in LABELS:
                number = served.show_anew(views[label])
                await page.wait_for_selector(f'body[data-view="{number}"]')
                results = await Axe().run(page, options=RULES)
                broken = [
                    (each["id"], [node["html"][:90] for node in each["nodes"][:3]])
                    for each in results.response["violations"]
                ]
                if broken:
                    found[label] = broken
        assert found == {}

    asyncio.run(scenario())


@pytest.mark.parametrize("lang", sorted(TEXTS))
def test_the_page_says_its_language_and_tells_changes_to_a_reader(lang):
    async def scenario():
        views = dict(every_view(TEXTS[lang]))
        async with screen() as served, chromium() as browser:
            page = await browser.new_page(viewport=PANEL)
            await page.goto(served.url)
            number = served.show_anew(views["consent"])
            await page.wait_for_selector(f'body[data-view="{number}"]')
            assert await page.evaluate("document.documentElement.lang") == lang
            assert await page.title() == views["consent"].title
            assert await page.evaluate("document.activeElement.id") == "title"
            assert await page.get_attribute("#title", "aria-live") == "assertive"
            named = await page.evaluate(
                "[...document.querySelectorAll('#languages button[lang]')].map(each => each.lang)"
            )
            assert named == ["ja", "en", "zh", "ko", "pt", "vi"]

    asyncio.run(scenario())


def test_each_language_is_set_in_the_letters_of_its_own_country():
    async def scenario():
        fonts = {}
        async with screen() as served, chromium() as browser:
            page = await browser.new_page(viewport=PANEL)
            devtools = await page.context.new_cdp_session(page)
            await devtools.send("DOM.enable")
            await devtools.send("CSS.enable")
            await page.goto(served.url)
            for lang, loaded in TEXTS.items():
                number = served.show_anew(dict(every_view(loaded))["consent"])
                await page.wait_for_selector(f'body[data-view="{number}"]')
                root = await devtools.send("DOM.getDocument")
                title = await devtools.send(
                    "DOM.querySelector", {"nodeId": root["root"]["nodeId"], "selector": "#title"}
                )
                used = await devtools.send("CSS.getPlatformFontsForNode", {"nodeId": title["nodeId"]})
                fonts[lang] = {font["familyName"] for font in used["fonts"]}
        assert fonts == {
            "ja": {"BIZ UDPGothic"},
            "en": {"Noto Sans"},
            "zh": {"Noto Sans CJK SC"},
            "ko": {"Noto Sans CJK KR"},
            "pt": {"Noto Sans"},
            "vi": {"Noto Sans"},
        }

    asyncio.run(scenario())
