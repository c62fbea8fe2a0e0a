"""The firmware's watch on the reader: what it tells, that it survives pcscd, and that it stops."""

import asyncio
import threading
from itertools import pairwise
from pathlib import Path

import pytest
from card_watched import Watched
from hypothesis import given
from hypothesis import strategies as st

from firmware.app.clerk.jpki import TriesLeft, probe
from firmware.devices import CardInserted, CardRemoved, ReaderOffline, ReaderOnline
from firmware.drivers import card_reader
from firmware.drivers.card_presence import PRESENT, UNAVAILABLE, UNKNOWN, Presence, loss
from firmware.drivers.card_reader import CardReader, CardWatcher
from sim_hw.card.session import CardSession

ONLINE = ReaderOnline("JPKI sim 00 00")


@pytest.mark.anyio
async def test_it_tells_the_reader_then_what_lies_there_then_every_change(
    bench: CardSession, watch: Watched, hanako: Path,
) -> None:  # fmt: skip
    assert [await watch.next(), await watch.next()] == [ONLINE, CardRemoved()]
    await bench.insert(hanako)
    assert await watch.next() == CardInserted()
    await bench.remove()
    assert await watch.next() == CardRemoved()


@pytest.mark.anyio
async def test_a_card_that_lay_there_before_is_told(bench: CardSession, hanako: Path, watch: Watched) -> None:
    await bench.insert(hanako)
    await watch.until(CardInserted)
    late = Watched()
    late.watcher.start()
    assert [await late.next(), await late.next()] == [ONLINE, CardInserted()]
    await late.watcher.close()


@pytest.mark.anyio
async def test_five_quick_swaps_are_five_removals_and_five_insertions(
    bench: CardSession, watch: Watched, hanako: Path, taro: Path,
) -> None:  # fmt: skip
    await bench.insert(hanako)
    await watch.until(CardInserted)
    for person in [taro, hanako, taro, hanako, taro]:
        await bench.remove()
        await bench.insert(person)  # as soon as the reader can tell the two apart
        assert [await watch.next(), await watch.next()] == [CardRemoved(), CardInserted()]
    assert watch.events.empty()


@pytest.mark.anyio
async def test_the_kiosk_watches_while_the_clerk_uses_the_card(
    bench: CardSession, watch: Watched, reader: CardReader, hanako: Path,
) -> None:  # fmt: skip
    await bench.insert(hanako)
    await watch.until(CardInserted)
    for _ in range(3):
        assert await probe(reader) == TriesLeft(3)
    await bench.remove()
    assert await watch.next() == CardRemoved(), "being used is no event"


@pytest.mark.anyio
@pytest.mark.parametrize("times", [2])
async def test_pcscd_may_die_and_come_back(bench: CardSession, watch: Watched, hanako: Path, times: int) -> None:
    await bench.insert(hanako)
    await watch.until(CardInserted)
    for _ in range(times):
        await bench.kill_pcscd()
        lost = await watch.next()
        assert isinstance(lost, ReaderOffline)
        assert lost.cause in {"80100013", "8010001D", "8010001E"}
        await bench.start_pcscd()
        await watch.until(ReaderOnline)
        assert await watch.next() == CardInserted(), "it lay there all the time"
    await bench.remove()
    await watch.until(CardRemoved)


@pytest.mark.anyio
async def test_a_reader_that_is_back_and_still_empty_is_not_believed_at_once(
    bench: CardSession, watch: Watched, hanako: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(card_reader, "SETTLE_MS", 60_000)
    await bench.insert(hanako)
    await watch.until(CardInserted)
    await bench.kill_pcscd()
    await bench.remove()  # so that the reader begins empty
    await bench.start_pcscd()
    await watch.until(ReaderOnline)
    await bench.insert(hanako)
    assert await watch.next() == CardInserted()


@pytest.mark.anyio
async def test_a_card_taken_while_pcscd_was_dead_is_told_as_removed(
    bench: CardSession, watch: Watched, hanako: Path,
) -> None:  # fmt: skip
    await bench.insert(hanako)
    await watch.until(CardInserted)
    await bench.kill_pcscd()
    await watch.until(ReaderOffline)
    await bench.remove()
    await bench.start_pcscd()
    await watch.until(ReaderOnline)
    assert await watch.next() == CardRemoved()


@pytest.mark.anyio
async def test_a_reader_of_another_name_is_not_taken(bench: CardSession) -> None:
    events: asyncio.Queue[object] = asyncio.Queue()
    watcher = CardWatcher(events.put_nowait, "no such reader")
    watcher.start()
    assert await asyncio.wait_for(events.get(), 5) == ReaderOffline("8010002E")
    await watcher.close()


@pytest.mark.anyio
async def test_it_stops_at_any_moment_and_leaves_no_thread(bench: CardSession) -> None:
    for _ in range(10):
        watcher = CardWatcher(lambda _: None)
        watcher.start()
        await asyncio.wait_for(watcher.close(), 5)
    await bench.kill_pcscd()
    watcher = CardWatcher(lambda _: None)
    watcher.start()
    await asyncio.wait_for(watcher.close(), 5)
    assert not [thread for thread in threading.enumerate() if thread.name == "card watcher"]


def state(counter: int, *, present: bool) -> int:
    return counter << 16 | (PRESENT if present else 0x10)


@pytest.mark.parametrize(("before", "after", "told"), [
    (state(0, present=False), state(1, present=True), [CardInserted()]),
    (state(1, present=True), state(2, present=False), [CardRemoved()]),
    (state(1, present=True), state(3, present=True), [CardRemoved(), CardInserted()]),
    (state(2, present=False), state(4, present=False), [CardInserted(), CardRemoved()]),
    (state(65535, present=True), state(1, present=True), [CardRemoved(), CardInserted()]),
    (state(1, present=True), state(1, present=True) | 0x100, []),
])  # fmt: skip
def test_two_readings_tell_what_happened_between_them(before: int, after: int, told: list[object]) -> None:
    presence, _ = Presence().then(before)
    assert presence.then(after)[1] == told


@given(st.lists(st.tuples(st.integers(0, 65535), st.booleans()), min_size=1))
def test_events_always_alternate_and_end_with_what_lies_there(readings: list[tuple[int, bool]]) -> None:
    presence, told = Presence(), []
    for counter, present in readings:
        presence, events = presence.then(state(counter, present=present))
        told += events
    assert told[-1] == (CardInserted() if readings[-1][1] else CardRemoved())
    assert all(one != other for one, other in pairwise(told))


def test_a_lost_reader_is_told_with_its_code() -> None:
    assert loss(state(3, present=True)) is None
    assert loss(UNKNOWN) == "80100009"
    assert loss(UNAVAILABLE) == "80100017"
