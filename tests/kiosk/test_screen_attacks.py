"""Hasty fingers, two browsers and hostile requests at the screen: one order, one answer, and the visit goes on."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

import pytest

from hil_tests import visit
from tests.kiosk import ledger, steps
from tests.kiosk.browser import browser, say

if TYPE_CHECKING:
    from sim_hw.bench import SimBench

pytestmark = [pytest.mark.anyio, pytest.mark.xdist_group("screen")]


async def clerk_url(bench: SimBench) -> str:
    """Begin a visit; returns the address of its clerk's page."""
    async with browser(bench.world.screen.home) as second:
        starting = asyncio.create_task(second.led_to())
        await bench.start()
        return await starting


async def test_two_browsers_that_answer_at_once_order_and_cancel_only_once(bench: SimBench) -> None:
    before = await ledger.books(bench)
    async with browser(await clerk_url(bench)) as second:
        await bench.choose("agree", "municipality:402231")
        await bench.insert_card("hanako")
        await bench.type_pin(visit.PIN)
        await bench.expect_screen("take_card")
        await bench.remove_card()
        await visit.choose(bench, "type:resident_record", "scope:self", "next")
        confirm = await second.view("confirm")
        await asyncio.gather(*(second.tap(confirm["id"], "next") for _ in range(5)), bench.world.screen.touch("next"))
        pay = await second.view("pay")
        await bench.expect_screen("pay", timeout_s=20)
        await bench.insert_coins(100)
        await asyncio.gather(*(second.tap(pay["id"], "cancel") for _ in range(5)), bench.world.screen.touch("cancel"))
        await bench.expect_screen("sorry")
    await steps.give_up(bench)
    change = await ledger.settled(bench, before, 100)
    assert len(change.orders) == 1
    assert (change.end, change.returned, change.rows) == ("cancelled", 100, ())


async def test_answers_to_pages_that_are_gone_change_nothing(bench: SimBench) -> None:
    before = await ledger.books(bench)
    url = await clerk_url(bench)
    first = len(bench.world.screen.shown)
    async with browser(url) as second:

        async def answer_all_that_was_shown() -> None:
            """Touch every button of every earlier view, and wait until the clerk has heard it all."""
            now = bench.world.screen.view
            assert now is not None
            for view in bench.world.screen.shown[first - 1 :]:
                if view["id"] != now["id"]:
                    for button in view["buttons"]:
                        await second.tap(view["id"], button["id"])
            await second.tap(now["id"] + 1, "cancel")
            await second._connection.ping()
            assert bench.world.screen.view is now

        await bench.choose("agree", "municipality:402231")
        await bench.insert_card("hanako")
        await bench.expect_screen("enter_pin")
        await answer_all_that_was_shown()
        await bench.type_pin(visit.PIN)
        await bench.expect_screen("take_card")
        await bench.remove_card()
        await visit.order(bench)
        await answer_all_that_was_shown()
        await bench.insert_coins(100, 100)
        await answer_all_that_was_shown()
        await bench.insert_coins(50)
        await bench.expect_screen("take_paper", timeout_s=20)
        await answer_all_that_was_shown()
        await bench.take_paper()
        await bench.expect_screen("thanks")
    await steps.give_up(bench)
    change = await ledger.settled(bench, before, visit.FEE_YEN)
    assert (change.end, len(change.rows)) == ("taken", visit.STRIPS)
    with pytest.raises(ConnectionRefusedError):  # the person's page ended with the person
        await asyncio.open_connection("127.0.0.1", urlsplit(url).port)


HOSTILE = {
    "another name": b"GET / HTTP/1.1\r\nHost: evil.example\r\n\r\n",
    "no name": b"GET / HTTP/1.1\r\n\r\n",
    "two names": b"GET / HTTP/1.1\r\nHost: %(own)s\r\nHost: evil.example\r\n\r\n",
    "another origin": b"GET /ws HTTP/1.1\r\nHost: %(own)s\r\nOrigin: http://evil.example\r\nUpgrade: websocket\r\n"
    b"Connection: Upgrade\r\nSec-WebSocket-Version: 13\r\nSec-WebSocket-Key: AAAAAAAAAAAAAAAAAAAAAA==\r\n\r\n",
    "no origin": b"GET /ws HTTP/1.1\r\nHost: %(own)s\r\nUpgrade: websocket\r\n"
    b"Connection: Upgrade\r\nSec-WebSocket-Version: 13\r\nSec-WebSocket-Key: AAAAAAAAAAAAAAAAAAAAAA==\r\n\r\n",
    "post": b"POST / HTTP/1.1\r\nHost: %(own)s\r\nOrigin: http://evil.example\r\nContent-Length: 2\r\n\r\n{}",
    "huge body": b"POST /ws HTTP/1.1\r\nHost: %(own)s\r\nContent-Length: 20000000\r\n\r\n" + bytes(20_000_000),
    "endless header": b"GET / HTTP/1.1\r\nHost: %(own)s\r\nX: " + b"x" * 2_000_000,
    "many headers": b"GET / HTTP/1.1\r\nHost: %(own)s\r\n" + b"X: x\r\n" * 10_000 + b"\r\n",
    "way up": b"GET /../../../../etc/passwd HTTP/1.1\r\nHost: %(own)s\r\n\r\n",
    "hidden way up": b"GET /%%2e%%2e/%%2e%%2e/etc/passwd HTTP/1.1\r\nHost: %(own)s\r\n\r\n",
    "absolute": b"GET http://evil.example/etc/passwd HTTP/1.1\r\nHost: %(own)s\r\n\r\n",
    "source": b"GET /../texts/ja.toml HTTP/1.1\r\nHost: %(own)s\r\n\r\n",
    "no http": bytes(range(256)) * 40,
    "tls": b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03" + bytes(500),
}


@pytest.mark.parametrize("whose", ["kiosk", "clerk"])
async def test_hostile_requests_are_refused_while_the_visit_goes_on(bench: SimBench, whose: str) -> None:
    url = await clerk_url(bench)
    await bench.expect_screen("consent")
    target = url if whose == "clerk" else bench.world.screen.home
    own = urlsplit(target).netloc.encode()
    fine = await say(target, b"GET / HTTP/1.1\r\nHost: " + own + b"\r\n\r\n")
    assert fine.startswith(b"HTTP/1.1 200 ")
    for what, request in HOSTILE.items():
        answer = await say(target, request.replace(b"%(own)s", own).replace(b"%%", b"%"))
        status = answer[9:10]
        assert status in (b"", b"4", b"5"), f"{what}: {answer[:100]!r}"
        assert b"root:" not in answer, what
    assert bench.world.screen.name == "consent"
    await bench.choose("cancel")
    await steps.give_up(bench)


async def test_a_crowd_of_idle_connections_does_not_stop_a_dialogue(bench: SimBench) -> None:
    writers = []
    for _ in range(100):
        _, writer = await asyncio.open_connection("127.0.0.1", bench.world.screen_port)
        writer.write(b"GET / HT")
        writers.append(writer)
    try:
        await steps.walk(bench, "choosing")
        await steps.give_up(bench)
    finally:
        for writer in writers:
            writer.transport.abort()
