"""The outbox: events are on the disk until somebody has them, and lines of the journal become events exactly once."""

import asyncio
import json
import sqlite3

import pytest
from mosquitto_subscriber import becomes_true

from firmware.app.kiosk import deliveries as sending
from firmware.app.kiosk import outbox as box
from firmware.app.kiosk.deliveries import AT_ONCE, Deliveries
from firmware.app.kiosk.lines import LineFile
from firmware.app.kiosk.outbox import Fresh, Outbox, Source

pytestmark = pytest.mark.anyio


def of_line(body):
    return Fresh("order", json.dumps(body))


@pytest.fixture
def make_outbox(tmp_path):
    made = []

    def make(*sources) -> Outbox:
        made.append(Outbox(tmp_path / "outbox.sqlite", sources))
        return made[-1]

    yield make
    for each in made:
        each.close()


def payloads(outbox) -> list[str]:
    return [each.payload for each in outbox.turn((), (), (), 1000)]


def test_events_come_back_in_order_after_a_restart_until_they_are_delivered(make_outbox):
    first = make_outbox()
    first.turn([Fresh("started", str(number)) for number in range(5)], (), (), 0)
    again = make_outbox()
    assert again.waiting == 5
    waiting = again.turn((), (), (), 3)
    assert [each.payload for each in waiting] == ["0", "1", "2"]
    left = again.turn((), [waiting[0].number], {waiting[1].number}, 10)
    assert [each.payload for each in left] == ["2", "3", "4"]
    assert payloads(make_outbox()) == ["1", "2", "3", "4"]


@pytest.fixture
def journal(tmp_path):
    file = LineFile(tmp_path / "journal", lambda _body: None)
    yield file
    file.close()


def test_each_line_becomes_one_event_over_any_number_of_restarts(make_outbox, journal, tmp_path):
    source = Source("journal", tmp_path / "journal", of_line)
    journal.append({"n": 0})
    outbox = make_outbox(source)  # what was there before the first start is not told
    for number in range(1, 10):
        journal.append({"n": number})
        if number % 3 == 0:
            outbox.close()  # killed: nothing was asked of it since
            outbox = make_outbox(source)
        elif number % 2:
            outbox.turn((), (), (), 0)
    assert [json.loads(each)["n"] for each in payloads(outbox)] == list(range(1, 10))


def test_a_torn_line_waits_until_it_is_whole_and_a_damaged_one_is_counted(make_outbox, journal, tmp_path):
    path = tmp_path / "journal"
    outbox = make_outbox(Source("journal", path, of_line))
    journal.append({"n": 1})
    whole = path.read_bytes()
    path.write_bytes(whole + whole[:9])
    assert len(payloads(outbox)) == 1
    path.write_bytes(whole + whole + b"00000000 {}\n")
    assert len(payloads(outbox)) == 2
    assert outbox.dropped == 1


def test_a_journal_that_was_moved_away_is_begun_anew(make_outbox, journal, tmp_path):
    source = Source("journal", tmp_path / "journal", of_line)
    journal.append({"n": 1})
    make_outbox(source).close()
    (tmp_path / "journal").unlink()
    outbox = make_outbox(source)
    fresh = LineFile(tmp_path / "journal", lambda _body: None)
    fresh.append({"n": 2})
    fresh.close()
    assert payloads(outbox) == ['{"n": 2}']


def test_a_file_that_is_no_database_is_kept_aside(make_outbox, tmp_path):
    (tmp_path / "outbox.sqlite").write_bytes(b"not a database, whatever it says" * 40)
    assert make_outbox().turn([Fresh("started", "1")], (), (), 1)
    assert (tmp_path / "damaged-outbox.sqlite").read_bytes().startswith(b"not a database")


def test_the_oldest_go_when_there_are_too_many_and_what_is_too_large_is_not_taken(make_outbox, monkeypatch):
    monkeypatch.setattr(box, "MOST_WAITING", 3)
    outbox = make_outbox()
    outbox.turn([Fresh("x", str(number)) for number in range(5)], (), (), 0)
    outbox.turn([Fresh("x", "y" * (box.MOST_BYTES + 1))], (), (), 0)
    assert payloads(outbox) == ["2", "3", "4"]
    assert (outbox.waiting, outbox.dropped) == (3, 3)


def test_nothing_of_a_turn_that_the_disk_refuses_is_kept(make_outbox, journal, tmp_path):
    outbox = make_outbox(Source("journal", tmp_path / "journal", of_line))
    journal.append({"n": 1})
    with pytest.raises(sqlite3.Error):
        outbox.turn([Fresh("x", {})], (), (), 0)  # no text: the database refuses it
    assert outbox.waiting == 0
    assert payloads(outbox) == ['{"n": 1}']


def test_a_nonce_counts_once_also_after_a_restart(make_outbox):
    assert make_outbox().remember("a" * 32, 160, 100.0)
    again = make_outbox()
    assert not again.remember("a" * 32, 160, 120.0)
    assert again.remember("b" * 32, 160, 120.0)


class FakePublisher:
    """Keeps what was handed over, with who is to be told."""

    def __init__(self) -> None:
        self.handed = []
        self._more = asyncio.Event()

    def publish_event(self, name, payload, done):
        self.handed.append((name, payload, done))
        self._more.set()

    async def count(self, wanted):
        async with asyncio.timeout(5):
            while len(self.handed) < wanted:
                self._more.clear()
                await self._more.wait()


@pytest.fixture
async def publisher(make_outbox):
    publisher = FakePublisher()
    publisher.outbox = make_outbox()
    publisher.said = []
    publisher.deliveries = Deliveries(publisher.outbox, publisher, publisher.said.append)
    running = asyncio.create_task(publisher.deliveries.run())
    yield publisher
    running.cancel()
    await asyncio.gather(running, return_exceptions=True)
    publisher.deliveries.close()


async def test_no_more_than_a_few_are_under_way_and_all_come_in_order(publisher, make_outbox):
    for number in range(30):
        publisher.deliveries.put(Fresh("order", str(number)))
    await publisher.count(AT_ONCE)
    await asyncio.sleep(0.05)
    assert len(publisher.handed) == AT_ONCE
    for number in range(30):
        await publisher.count(number + 1)
        publisher.handed[number][2](True)
    await becomes_true(lambda: not publisher.outbox.waiting)
    assert [(name, payload) for name, payload, _ in publisher.handed] == [
        ("event/order", str(number)) for number in range(30)
    ]
    assert make_outbox().waiting == 0


async def test_while_nobody_listens_one_is_tried_now_and_then(publisher, monkeypatch):
    monkeypatch.setattr(sending, "NOBODY_S", 0.1)
    for number in range(20):
        publisher.deliveries.put(Fresh("order", str(number)))
    await publisher.count(AT_ONCE)
    for _, _, done in publisher.handed[:]:
        done(False)
    await publisher.count(AT_ONCE + 1)
    await asyncio.sleep(0.02)
    assert [payload for _, payload, _ in publisher.handed[AT_ONCE:]] == ["0"]
    publisher.handed[-1][2](True)
    await publisher.count(AT_ONCE + 1 + AT_ONCE)
    assert [payload for _, payload, _ in publisher.handed[AT_ONCE + 1 :]] == [str(n) for n in range(1, 1 + AT_ONCE)]


async def test_a_disk_that_refuses_is_told_once_and_nothing_is_lost(publisher, monkeypatch):
    monkeypatch.setattr(sending, "DISK_S", 0.02)
    turn = publisher.outbox.turn

    def refuse(*_):
        raise sqlite3.OperationalError("database or disk is full")

    monkeypatch.setattr(publisher.outbox, "turn", refuse)
    publisher.deliveries.put(Fresh("order", "1"))
    await asyncio.sleep(0.1)
    assert len(publisher.said) == 1
    assert publisher.deliveries.counts["events_waiting"] == 1
    monkeypatch.setattr(publisher.outbox, "turn", turn)
    await publisher.count(1)
    assert publisher.handed[0][1] == "1"
