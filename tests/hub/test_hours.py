"""The centre's own hours, in Tokyo whatever the machine's time zone."""

from dataclasses import replace
from datetime import datetime, timedelta

import pytest
from hub_bench import OPEN, SETTINGS, code_of, hub_bench

from hub.centre.hours import TOKYO, centre_is_open
from hub.centre.notices import Notice, Notices
from hub.clock import utc_now


@pytest.mark.parametrize(
    ("local", "is_open"),
    [
        ("2026-04-01T06:29:59", False),
        ("2026-04-01T06:30:00", True),
        ("2026-04-01T22:59:59", True),
        ("2026-04-01T23:00:00", False),
        ("2026-12-28T12:00:00", True),
        ("2026-12-29T12:00:00", False),
        ("2027-01-03T12:00:00", False),
        ("2027-01-04T12:00:00", True),
    ],
)
def test_open_from_half_past_six_to_eleven_and_not_over_new_year(local, is_open):
    now = datetime.fromisoformat(local).replace(tzinfo=TOKYO)
    assert centre_is_open(now) is is_open
    assert centre_is_open(now, always_open=True)


@pytest.mark.anyio
async def test_at_night_no_transaction_is_opened_and_nothing_is_available(data):
    async with hub_bench(data, replace(SETTINGS, always_open=False)) as bench:
        night = utc_now().astimezone(TOKYO).replace(month=5, day=6, hour=2) + timedelta(days=365)
        bench.clock.ahead = night - utc_now()
        assert code_of(await bench.clerk.post("/v1/transactions", OPEN)) == (409, "closed")
        told = (await bench.kiosk.get("/v1/availability?operator=seven_eleven")).json()["municipalities"][0]
        assert told["status"] == "closed"
        assert not any(line["available"] for line in told["types"])


@pytest.mark.anyio
async def test_under_a_notice_no_transaction_is_opened_and_the_screens_say_why(bench):
    now_s = int(bench.clock().timestamp())
    notice = Notice(municipality="402231", begins_s=now_s, ends_s=now_s + 60, text_ja="保守", text_en="maintenance")
    Notices(bench.hub.centre.engine, bench.clock).give(notice, "Ito", "new disk")
    assert code_of(await bench.clerk.post("/v1/transactions", OPEN)) == (409, "closed")
    told = (await bench.kiosk.get("/v1/availability?operator=seven_eleven")).json()["municipalities"][0]
    assert (told["status"], told["notice"]) == ("maintenance", {"ja": "保守", "en": "maintenance"})
    assert {line["reason"] for line in told["types"]} == {"maintenance"}
    bench.clock.move(61)
    assert (await bench.clerk.post("/v1/transactions", OPEN)).status_code == 201
