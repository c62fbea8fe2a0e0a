"""Every view in every language, size and contrast, in a real Chromium: it fits the panel, can be touched and read."""

from __future__ import annotations

import asyncio
import json
from pathlib import Path

import pytest

from firmware.app.screens import texts
from tests.screen.every_view import every_view
from tests.screen.open_screen import chromium, screen, until

TEXTS = texts.load()
PANEL = {"width": 1280, "height": 800}
PROBE = (Path(__file__).parent / "faults_of_the_page.js").read_text(encoding="utf-8")
# What a list may do in ordinary type; in large type every page may be longer than the panel.
LONG = ("choose_persons", "choose_persons-many", "choose_persons-full", "confirm-long", "history", "registration")
LOOKS = {"ordinary": ("normal", "normal", 4.5), "large": ("large", "normal", 4.5), "high": ("normal", "high", 7)}


async def faults_of(page, served, lang: str, look: str, *, may_scroll: bool) -> dict[str, list[str]]:
    """Show every view and collect what is wrong with each."""
    size, contrast, least = LOOKS[look]
    faults: dict[str, list[str]] = {}
    served.look(size, contrast)
    for label, view in every_view(TEXTS[lang]):
        number = served.show_anew(view)
        await page.wait_for_selector(f'body[data-view="{number}"][data-size="{size}"][data-contrast="{contrast}"]')
        found = await page.evaluate(PROBE, {"least": least, "mayScroll": may_scroll or label in LONG})
        if found:
            faults[label] = found
    return faults


@pytest.mark.parametrize("look", LOOKS)
@pytest.mark.parametrize("lang", sorted(TEXTS))
def test_every_view_fits_can_be_touched_and_can_be_read(lang, look):
    async def scenario():
        async with screen(voice=True) as served, chromium() as browser:
            page = await browser.new_page(viewport=PANEL, reduced_motion="reduce")
            spoken = []
            page.on("console", lambda message: spoken.append(message.text))
            await page.goto(served.url)
            faults = await faults_of(page, served, lang, look, may_scroll=look == "large")
        assert faults == {}, json.dumps(faults, ensure_ascii=False, indent=1)
        assert spoken == []

    asyncio.run(scenario())


def test_every_view_fits_a_larger_panel():
    async def scenario():
        async with screen(voice=True) as served, chromium() as browser:
            page = await browser.new_page(viewport={"width": 1920, "height": 1080}, reduced_motion="reduce")
            await page.goto(served.url)
            assert await faults_of(page, served, "ja", "ordinary", may_scroll=False) == {}

    asyncio.run(scenario())


def test_the_probe_finds_faults():
    """A check that cannot fail would be none: it must see small targets, weak contrast and overflow."""

    async def scenario():
        async with chromium() as browser:
            page = await browser.new_page(viewport=PANEL)
            await page.set_content(
                "<body><main><button style='width:50px;height:90px;background:#fff;border:1px solid #eee'>"
                "a</button><p style='color:#999'>weak</p>"
                "<p style='position:absolute;left:1270px;width:99px'>beyond</p>"
                "<div id=scroller style='height:200px;overflow:auto'><p style='height:900px'>long</div>"
                "<p style='font-size:20px'>tiny</p></main><footer></footer>"
            )
            found = " ".join(await page.evaluate(PROBE, {"least": 4.5, "mayScroll": False}))
        for word in (
            "touch target",
            "contrast",
            "outside",
            "longer than the panel",
            "too small",
            "told from its ground",
        ):
            assert word in found, word

    asyncio.run(scenario())


@pytest.mark.parametrize(
    ("label", "touched"),
    [("choose_persons-many", "person:9"), ("choose_persons-full", "person:4")],
    ids=["the last is chosen", "no more can be chosen, the last of those chosen is given up"],
)
def test_the_buttons_beside_a_long_list_move_it_to_its_end(label, touched):
    async def scenario():
        async with screen() as served, chromium() as browser:
            page = await browser.new_page(viewport=PANEL, reduced_motion="reduce")
            await page.goto(served.url)
            served.server.show(dict(every_view(TEXTS["ja"]))[label])
            await page.wait_for_selector("#pager:not([hidden])")
            assert await page.is_disabled("#up")
            last = page.locator('[data-button="person:9"]')
            for _ in range(10):
                if await page.is_disabled("#down"):
                    break
                await page.click("#down")
                await page.evaluate("new Promise(done => requestAnimationFrame(() => requestAnimationFrame(done)))")
            await page.wait_for_selector("#down[disabled]")
            bottom = "element => element.getBoundingClientRect().bottom"
            assert await last.evaluate(bottom) <= await page.locator("#scroller").evaluate(bottom)
            await page.click(f'[data-button="{touched}"]')
            assert await page.is_enabled("#up")
            await until(lambda: served.taps)
        assert [button for _, button in served.taps] == [touched]

    asyncio.run(scenario())


@pytest.mark.parametrize("size", ["normal", "large"])
def test_the_limit_of_persons_and_the_fee_stay_in_sight_wherever_a_long_list_is(size):
    stay = {"choose_persons-full": "#note", "confirm-long": "#facts dd:last-of-type"}
    seen = """element => { const box = element.getBoundingClientRect();
        return element.contains(document.elementFromPoint(box.left + 5, box.top + box.height / 2)); }"""

    async def scenario():
        async with screen() as served, chromium() as browser:
            page = await browser.new_page(viewport=PANEL, reduced_motion="reduce")
            await page.goto(served.url)
            served.look(size, "normal")
            for label, selector in stay.items():
                number = served.show_anew(dict(every_view(TEXTS["ja"]))[label])
                await page.wait_for_selector(f'body[data-view="{number}"][data-long]')
                for part in (0, 0.3, 0.6, 1):
                    await page.evaluate(
                        "part => { const at = document.querySelector('#scroller');"
                        " at.scrollTop = part * (at.scrollHeight - at.clientHeight); }",
                        part,
                    )
                    assert await page.locator(selector).evaluate(seen), f"{label} at {part}"

    asyncio.run(scenario())
