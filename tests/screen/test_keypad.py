"""A person with a keypad only: no touch, no mouse. Tab, arrows, digits, Enter and Escape answer every page."""

from __future__ import annotations

import asyncio
from contextlib import asynccontextmanager

from firmware.app.screens import idle_pages, kana, pages, texts
from tests.screen.every_view import ISSUES, MUNICIPALITIES, ORDER, PERSONS, TYPES
from tests.screen.open_screen import chromium, screen, until

TEXTS = texts.load()
JA = TEXTS["ja"]
PANEL = {"width": 1280, "height": 800}


@asynccontextmanager
async def keypad(*, voice: bool = False):
    async with screen(voice=voice) as served, chromium() as browser:
        page = await browser.new_page(viewport=PANEL, reduced_motion="reduce")
        await page.goto(served.url)
        yield served, page


async def _show(served, page, view) -> None:
    number = served.show_anew(view)
    await page.wait_for_selector(f'body[data-view="{number}"]')


async def _answered(served, count: int) -> None:
    """Wait until so many answers came: one to a view that is no longer shown would be dropped."""
    await until(lambda: len(served.taps) == count)


async def _reach(page, button: str, key: str = "Tab", presses: int = 60) -> None:
    for _ in range(presses):
        if await page.evaluate("document.activeElement?.dataset?.button ?? ''") == button:
            return
        await page.keyboard.press(key)
    raise AssertionError(f"{key} does not reach {button}")


def test_a_whole_visit_is_possible_with_tab_and_enter_alone():
    visit = [
        (idle_pages.home(JA), "start"),
        (pages.consent(JA), "agree"),
        (pages.municipality(JA, MUNICIPALITIES), "municipality:402231"),
        (pages.enter_pin(JA, 4, 3), "next"),
        (pages.last_try(JA), "yes"),
        (pages.choose_type(JA, TYPES, registration=True, history=True), "history"),
        (pages.history(JA, ISSUES), "back"),
        (pages.choose_type(JA, TYPES), "type:income_tax"),
        (pages.choose_year(JA, (2026, 2025)), "year:2025"),
        (pages.choose_scope(JA, ("self", "household", "members")), "scope:members"),
        (pages.choose_persons(JA, PERSONS, ()), "person:9"),
        (pages.choose_items(JA, ("relationship", "domicile"), ()), "item:domicile"),
        (pages.choose_copies(JA, 1, 250), "copies:3"),
        (pages.preview(JA, ("/preview/1.png",), 1, 2), "page:next"),
        (pages.confirm(JA, ORDER), "next"),
        (pages.pay(JA, 250, 0), "cancel"),
        (pages.registration(JA, ()), "register"),
        (pages.register_name(JA, "ヤマダ　ハナコ"), "key:ン"),
        (pages.register_phone(JA, "0901234567"), "erase"),
        (pages.thanks(JA), "next"),
    ]

    async def scenario():
        async with keypad() as (served, page):
            for count, (view, button) in enumerate(visit, start=1):
                await _show(served, page, view)
                await _reach(page, button)
                ring = "getComputedStyle(document.activeElement).outline"
                assert "solid" in await page.evaluate(ring), button
                inside = (
                    "(() => { const a = document.activeElement.getBoundingClientRect();"
                    " return a.top >= 0 && a.bottom <= innerHeight && a.left >= 0 && a.right <= innerWidth })()"
                )
                assert await page.evaluate(inside), button
                await page.keyboard.press("Enter")
                await _answered(served, count)
        assert [button for _, button in served.taps] == [button for _, button in visit]

    asyncio.run(scenario())


def test_digits_are_typed_enter_goes_on_escape_ends_and_backspace_erases_or_goes_back():
    async def scenario():
        async with keypad() as (served, page):
            await _show(served, page, pages.enter_pin(JA, 4, 3))
            for key in ("4", "7", "Backspace", "Enter", "Escape"):
                await page.keyboard.press(key)
            await _answered(served, 5)
            await _show(served, page, pages.choose_scope(JA, ("self", "household")))
            await page.keyboard.press("Backspace")
            await page.keyboard.press("5")
            await _answered(served, 6)
        assert [button for _, button in served.taps] == ["digit:4", "digit:7", "erase", "next", "cancel", "back"]

    asyncio.run(scenario())


def test_arrows_move_among_the_keys_as_they_lie():
    async def scenario():
        async with keypad() as (served, page):
            await _show(served, page, pages.register_name(JA, ""))
            await _reach(page, "key:ア")
            for key in ("ArrowDown", "ArrowRight", "ArrowRight", "ArrowUp"):
                await page.keyboard.press(key)
            await page.keyboard.press("Enter")
            await _answered(served, 1)
            await _show(served, page, pages.choose_persons(JA, PERSONS, ()))
            for _ in range(5):
                await page.keyboard.press("ArrowDown")
            await page.keyboard.press("ArrowRight")
            await page.keyboard.press("Enter")
            await _answered(served, 2)
        assert [button for _, button in served.taps] == ["key:サ", "person:9"]

    asyncio.run(scenario())


def test_a_long_table_is_moved_by_the_arrows():
    async def scenario():
        async with keypad() as (served, page):
            await _show(served, page, pages.history(JA, ISSUES))
            for _ in range(20):
                if await page.evaluate("document.activeElement.id") == "scroller":
                    break
                await page.keyboard.press("Tab")
            for _ in range(20):
                await page.keyboard.press("ArrowDown")
                if await page.is_disabled("#down"):
                    break
            assert await page.is_disabled("#down")

    asyncio.run(scenario())


def test_language_size_and_contrast_are_reached_without_touch():
    async def scenario():
        async with keypad() as (served, page):
            await _show(served, page, pages.consent(JA))
            for tool, chosen in (("size", "large"), ("contrast", "high")):
                await page.focus(f"#tool-{tool}")
                await page.keyboard.press("Enter")
                await page.wait_for_selector(f'body[data-{tool}="{chosen}"]')
            await page.focus("#tool-language")
            await page.keyboard.press("Enter")
            for _ in range(12):
                if await page.evaluate("document.activeElement.lang") == "vi":
                    break
                await page.keyboard.press("Tab")
            await page.keyboard.press("Enter")
            await until(lambda: served.languages == ["vi"])

    asyncio.run(scenario())


def test_escape_closes_the_languages_and_does_not_end_the_visit():
    async def scenario():
        async with keypad() as (served, page):
            await _show(served, page, pages.consent(JA))
            await page.click("#tool-language")
            await page.keyboard.press("Escape")
            await page.wait_for_selector("#languages:not([open])", state="attached")
            await page.keyboard.press("Escape")
            await until(lambda: served.taps)
        assert [button for _, button in served.taps] == ["cancel"]

    asyncio.run(scenario())


def test_a_star_turns_the_voice_on_and_repeats_and_the_focus_is_said():
    async def scenario():
        async with keypad(voice=True) as (served, page):
            await _show(served, page, pages.consent(JA))
            await page.keyboard.press("*")
            await page.wait_for_selector('body[data-voice="on"]')
            await page.keyboard.press("*")
            await _reach(page, "agree")
            await until(lambda: ("focus", "agree") in served.guide.asked)
        assert served.guide.asked[:2] == [("switch", True), ("say_again", None)]

    asyncio.run(scenario())


def test_without_a_voice_the_switch_is_not_there():
    async def scenario():
        async with keypad() as (served, page):
            await _show(served, page, pages.consent(JA))
            await page.keyboard.press("*")
            assert await page.is_hidden("#tool-voice")
            assert served.guide.asked == []

    asyncio.run(scenario())


def test_a_name_is_written_with_marks_small_kana_and_one_space():
    text = ""
    for button in (
        "key:シ",
        "voiced",
        "key:ヨ",
        "small",
        "key:ン",
        "space",
        "space",
        "key:ハ",
        "semivoiced",
        "key:ー",
        "digit:1",
    ):
        text = kana.typed(text, button)
    assert text == "ジョン　パー"
    assert kana.is_name(text)
    assert kana.typed("ハ", "voiced") == "バ"
    assert kana.typed("バ", "voiced") == "ハ"
    assert kana.typed("バ", "semivoiced") == "パ"
    assert kana.typed("ン", "voiced") == "ン"
    assert kana.typed("", "erase") == ""
    assert not kana.is_name("ヤマダ　")
    assert len(kana.typed("ア" * kana.LENGTH_MAX, "key:ア")) == kana.LENGTH_MAX
