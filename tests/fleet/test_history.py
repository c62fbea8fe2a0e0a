"""What the fleet told stays: once each, by day when it is old, on both databases."""

import asyncio
import socket
from datetime import UTC, date, datetime, timedelta

import pytest
from conftest import HEAD, STATE
from sqlalchemy import select
from sqlalchemy.orm import Session

from hub.centre.records import open_records
from hub.fleet.history import KEEP_DAYS, KEEP_LONGER_DAYS, History, Told
from hub.ledger.records import KioskAlarm
from tests.load.postgresql import postgresql

NOW = datetime(2026, 11, 24, 12, tzinfo=UTC)


@pytest.fixture(params=["sqlite", "postgresql"])
def history(request, tmp_path):
    if request.param == "sqlite":
        engine = open_records(tmp_path / "centre.sqlite")
        yield History(engine)
        engine.dispose()
        return
    with postgresql() as server:
        engine = open_records(server.database())
        yield History(engine)
        engine.dispose()


def event(number, kind="order", days_ago=0, **body):
    at = (NOW - timedelta(days=days_ago)).strftime("%Y-%m-%dT%H:%M:%SZ")
    return Told("kiosk-0001", kind, {"event_id": f"{number:032x}", **body, "time": at})


def test_events_are_kept_once_counted_by_day_when_old_and_counted_the_same_before_and_after(history):
    taken, voided = ({"state": state} for state in ("taken", "voided"))
    told = [event(1, **taken), event(2, days_ago=KEEP_DAYS + 2, **taken), event(3, days_ago=KEEP_DAYS + 2, **voided)]
    told += [event(4, "command", KEEP_DAYS + 2, name="restart", result="done")]
    told += [event(5, "command", KEEP_LONGER_DAYS["command"] + 2, name="restart", result="refused")]
    assert [history.keep(told), history.keep(told)] == [5, 0]
    no_events = [
        Told("kiosk-0001", "order", {"state": "no id"}),
        Told("kiosk-0001", "order", {"event_id": "x", "time": "?"}),
    ]
    assert history.keep(no_events) == 0
    whole = (date(2020, 1, 1), date(2030, 1, 1))
    before = history.counts(*whole)
    assert before == {"order": {"taken": 2, "voided": 1}, "command": {"restart:done": 1, "restart:refused": 1}}
    assert [history.roll_up(NOW.timestamp()), history.roll_up(NOW.timestamp())] == [3, 0]
    assert history.counts(*whole) == before
    assert [each["event_id"][-1] for each in history.of("kiosk-0001")] == ["1", "4"]
    assert [each["type"] for each in history.events(kind="command")] == ["command"]
    assert history.counts(date(2026, 11, 24), date(2026, 11, 25)) == {"order": {"taken": 1}}
    late = [event(6, days_ago=KEEP_DAYS + 2, **taken)]  # one that waited in a kiosk's outbox
    history.keep(late)
    history.roll_up(NOW.timestamp())
    assert history.counts(*whole)["order"] == {"taken": 3, "voided": 1}
    history.acknowledge("a" * 32, "見本 太郎", "2026-11-24T03:00:00+00:00")
    history.acknowledge("a" * 32, "見本 花子", "2026-11-24T04:00:00+00:00")
    assert history.acknowledged("a" * 32)["person"] == "見本 太郎"


@pytest.mark.anyio
async def test_alarms_and_faults_are_kept_for_the_review_as_they_begin_and_end(fleet):
    alarm = {"since": HEAD["time"], "alarm_id": "a" * 32}
    await fleet.say("kiosk-0001", "avail", "online")
    for reasons in (["paper_out"], ["paper_out"], []):
        await fleet.say("kiosk-0001", "state", STATE | {"reasons": reasons})
    await fleet.say("kiosk-0001", "alarm/left_behind_paper", alarm)
    engine = open_records(fleet.data / "centre.sqlite")

    def found():
        with Session(engine) as session:
            return [(it.kind, it.code, it.ended_at_s is not None) for it in session.scalars(select(KioskAlarm))]

    async with asyncio.timeout(20):
        while found() != [("fault", "paper_out", True), ("alarm", "left_behind_paper", False)]:  # noqa: ASYNC110
            await asyncio.sleep(0.05)
    await fleet.say("kiosk-0001", "alarm/left_behind_paper", "")
    async with asyncio.timeout(20):
        while not all(ended for _, _, ended in found()):  # noqa: ASYNC110 - another process causes it
            await asyncio.sleep(0.05)
    engine.dispose()


@pytest.mark.anyio
async def test_an_event_that_is_not_yet_on_the_disk_comes_again_after_the_hub_was_killed(fleet, monkeypatch):
    """The broker hears that it came only once it is kept."""
    keeping = fleet.watching._keeping
    acknowledged = []
    monkeypatch.setattr(keeping, "event", lambda told, _kept, _line: acknowledged.append(told))
    body = {"event_id": "e" * 32, "document_id": "d" * 32, "state": "taken", **HEAD}
    await fleet.say("kiosk-0001", "event/order", body, retained=False)
    async with asyncio.timeout(20):
        while not acknowledged:  # noqa: ASYNC110 - another process causes it
            await asyncio.sleep(0.02)
    monkeypatch.undo()
    assert keeping.history.of("kiosk-0001") == []
    next(iter(fleet.watching._clients.values()))._client.socket().shutdown(
        socket.SHUT_RDWR
    )  # the connection breaks, as at a kill
    async with asyncio.timeout(30):
        while [each["event_id"] for each in keeping.history.of("kiosk-0001")] != ["e" * 32]:  # noqa: ASYNC110
            await asyncio.sleep(0.05)
