"""The screen's server, spoken to byte by byte as a page, and as somebody who should not be there."""

from __future__ import annotations

import asyncio
import json

import httpx
import pytest
from websockets.exceptions import ConnectionClosed, InvalidStatus

from firmware.app.screens import idle_pages, pages, texts
from tests.screen.open_screen import screen, until

JA = texts.load()["ja"]


async def _next(page) -> dict:
    return json.loads(await asyncio.wait_for(page.recv(), 5))


async def _read_to_the_end(page) -> None:
    while True:
        await _next(page)


async def _get(served, path: str, **headers: str) -> httpx.Response:
    async with httpx.AsyncClient(trust_env=False) as client:
        return await client.get(f"http://127.0.0.1:{served.port}{path}", headers=headers)


def test_a_new_page_gets_the_present_view_at_once():
    async def scenario():
        async with screen() as served:
            served.server.show(idle_pages.home(JA))
            async with served.page() as page:
                view = await _next(page)
        assert (view["type"], view["name"], view["id"]) == ("view", "home", 1)

    asyncio.run(scenario())


def test_every_open_page_gets_a_new_view_and_a_goto():
    async def scenario():
        async with screen() as served, served.page() as first, served.page() as second:
            await until(lambda: served.server.pages == 2)
            served.server.show(pages.thanks(JA))
            served.server.goto("http://abc.localhost:1/")
            for page in (first, second):
                assert (await _next(page))["name"] == "thanks"
                assert await _next(page) == {"type": "goto", "url": "http://abc.localhost:1/"}

    asyncio.run(scenario())


def test_a_touch_of_the_view_shown_is_reported():
    async def scenario():
        async with screen() as served, served.page() as page:
            number = served.server.show(pages.enter_pin(JA, 0, 3))
            for button in ("digit:7", "erase"):
                await page.send(json.dumps({"type": "tap", "view": number, "button": button}))
            await until(lambda: len(served.taps) == 2)
        assert served.taps == [(number, "digit:7"), (number, "erase")]

    asyncio.run(scenario())


def test_touches_of_an_earlier_view_or_of_what_is_not_offered_are_dropped():
    async def scenario():
        async with screen() as served, served.page() as page:
            old = served.server.show(pages.consent(JA))
            now = served.server.show(pages.enter_pin(JA, 0, 3))
            for view, button in ((old, "agree"), (now, "next"), (now, "agree"), (now, "digit:x"), (now, "cancel")):
                await page.send(json.dumps({"type": "tap", "view": view, "button": button}))
            await until(lambda: served.taps)
        assert served.taps == [(now, "cancel")]

    asyncio.run(scenario())


def test_a_view_keeps_its_id_while_only_its_state_changes():
    async def scenario():
        async with screen() as served:
            ids = [served.server.show(pages.enter_pin(JA, filled, 3)) for filled in range(5)]
            other = served.server.show(pages.enter_pin(JA, 0, 2, wrong=True))
        assert ids == [1] * 5
        assert other == 2

    asyncio.run(scenario())


def test_a_late_page_gets_what_is_left_of_the_countdown():
    async def scenario():
        async with screen() as served:
            served.server.show(pages.consent(JA, 60))
            await asyncio.sleep(0.05)
            async with served.page() as page:
                left_s = (await _next(page))["countdown_s"]
        assert 55 < left_s < 59.96

    asyncio.run(scenario())


def test_languages_on_offer_are_reported_and_others_are_not():
    async def scenario():
        async with screen() as served, served.page() as page:
            served.server.show(idle_pages.home(JA))
            for lang in ("xx", "en"):
                await page.send(json.dumps({"type": "language", "lang": lang}))
            await until(lambda: served.languages)
        assert served.languages == ["en"]

    asyncio.run(scenario())


@pytest.mark.parametrize(
    "message",
    [
        "not json",
        "{}",
        '{"type":"tap","view":"1","button":"start"}',
        '{"type":"tap","view":1,"button":"start","more":1}',
        b"\xff\xfe",
        "x" * 5000,
    ],
)
def test_a_hostile_message_closes_that_page_only(message):
    async def scenario():
        async with screen() as served, served.page() as good, served.page() as bad:
            number = served.server.show(idle_pages.home(JA))
            await bad.send(message)
            with pytest.raises(ConnectionClosed):
                await _read_to_the_end(bad)
            await good.send(json.dumps({"type": "tap", "view": number, "button": "start"}))
            await until(lambda: served.taps)
            await until(lambda: served.server.pages == 1)

    asyncio.run(scenario())


def test_a_fifth_page_is_refused():
    async def scenario():
        async with screen() as served:
            open_pages = [await served.page() for _ in range(4)]
            await until(lambda: served.server.pages == 4)
            with pytest.raises(InvalidStatus) as refusal:
                await served.page()
            assert refusal.value.response.status_code == 503
            await asyncio.gather(*(page.close() for page in open_pages))

    asyncio.run(scenario())


@pytest.mark.parametrize("origin", ["http://evil.example", "http://other.localhost:1", "null", None])
def test_a_foreign_origin_may_not_open_the_websocket(origin):
    async def scenario():
        async with screen() as served:
            with pytest.raises(InvalidStatus) as refusal:
                await served.page(origin=origin)
            assert refusal.value.response.status_code == 403

    asyncio.run(scenario())


@pytest.mark.parametrize("host", ["evil.example", "localhost", "127.0.0.1", "127.0.0.1:1"])
def test_another_host_name_is_refused(host):
    async def scenario():
        async with screen() as served:
            assert (await _get(served, "/", Host=host)).status_code == 403

    asyncio.run(scenario())


def test_files_are_served_uncached_under_a_strict_policy():
    async def scenario():
        async with screen() as served:
            for path, kind in {"/": "text/html", "/screen.css": "text/css", "/screen.js": "text/javascript"}.items():
                answer = await _get(served, path)
                assert answer.status_code == 200
                assert answer.headers["Content-Type"].startswith(kind)
                assert answer.headers["Cache-Control"] == "no-store"
                assert "default-src 'none'" in answer.headers["Content-Security-Policy"]
                assert "unsafe" not in answer.headers["Content-Security-Policy"]

    asyncio.run(scenario())


@pytest.mark.parametrize("path", ["/../texts.py", "/%2e%2e/texts.py", "/texts.py", "/ws/", "//etc/passwd"])
def test_nothing_else_is_served(path):
    async def scenario():
        async with screen() as served:
            assert (await _get(served, path)).status_code == 404

    asyncio.run(scenario())


def test_the_page_is_told_its_home_and_nothing_can_be_smuggled_into_it():
    async def scenario():
        async with screen(home_url='http://127.0.0.1:8080/"><script>') as served:
            text = (await _get(served, "/")).text
        assert 'data-home="http://127.0.0.1:8080/&quot;&gt;&lt;script&gt;"' in text

    asyncio.run(scenario())


def test_it_listens_on_loopback_only_and_leaves_when_closed():
    async def scenario():
        async with screen() as served:
            port = served.port
        with pytest.raises(OSError, match=r"refused|Connect"):
            await asyncio.open_connection("127.0.0.1", port)

    asyncio.run(scenario())


def test_size_and_contrast_are_laid_into_every_view_until_the_next_person():
    async def scenario():
        async with screen() as served, served.page() as page:
            served.server.show(idle_pages.home(JA))
            await _next(page)
            await page.send('{"type":"look","size":"large","contrast":"high"}')
            drawn = await _next(page)
            assert (drawn["size"], drawn["contrast"]) == ("large", "high")
            served.server.goto("http://a1b2.localhost:1/")
            await _next(page)
            served.server.show(pages.consent(JA))
            assert (await _next(page))["size"] == "normal"

    asyncio.run(scenario())


def test_a_home_page_left_alone_returns_to_its_ordinary_look(monkeypatch):
    monkeypatch.setattr("firmware.drivers.screen.LOOK_KEPT_S", 0.05)

    async def scenario():
        async with screen(voice=True) as served, served.page() as page:
            served.server.show(idle_pages.home(JA))
            await _next(page)
            await page.send('{"type":"voice","on":true}')
            assert (await _next(page))["voice"] is True
            await page.send('{"type":"look","size":"large","contrast":"normal"}')
            assert (await _next(page))["size"] == "large"
            back = await _next(page)
            assert (back["size"], back["voice"]) == ("normal", False)
            assert served.guide.asked == [("switch", True), ("switch", False)]

    asyncio.run(scenario())


def test_guidance_is_offered_only_where_something_can_speak():
    async def scenario():
        async with screen() as served, served.page() as page:
            served.server.show(idle_pages.home(JA))
            assert (await _next(page))["voice"] is None
            await page.send('{"type":"voice","on":true}')
            await page.send('{"type":"say_again"}')
            await page.send('{"type":"look","size":"large","contrast":"normal"}')
            assert (await _next(page))["voice"] is None
            assert served.guide.asked == []

    asyncio.run(scenario())


def test_preview_pictures_are_served_to_the_own_page_only_and_those_before_are_gone():
    async def scenario():
        async with screen() as served:
            served.server.offer_pictures({"/preview/1.png": b"one"})
            assert (await _get(served, "/preview/1.png")).content == b"one"
            assert (await _get(served, "/preview/1.png", Host="other.localhost")).status_code == 403
            served.server.offer_pictures({})
            assert (await _get(served, "/preview/1.png")).status_code == 404

    asyncio.run(scenario())
