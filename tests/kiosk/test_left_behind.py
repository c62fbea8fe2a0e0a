"""A paper nobody takes is void at the hub in the end, the fee stays kept; a killed kiosk loses nothing of the alarm."""

from __future__ import annotations

import asyncio
import json
import sqlite3
import subprocess
import sys
from contextlib import closing
from typing import TYPE_CHECKING, Any

import pytest

from hil_tests import visit
from tests.kiosk import ledger, processes

if TYPE_CHECKING:
    from sim_hw.bench import SimBench
    from tests.kiosk.conftest import OpenBench

pytestmark = [pytest.mark.anyio, pytest.mark.xdist_group("screen")]

VOID_SOON = {"limits": {"void_s": 1.0}}
NEVER_VOID = {"limits": {"void_s": 600.0}}
ALARM = {"state": "left_behind", "alarms": ["left_behind_paper"]}


def at_the_hub(bench: SimBench, document_id: str) -> tuple[str, str | None]:
    """Return state and cause of an order in the hub's own books."""
    with closing(sqlite3.connect(bench.world.hub.data / "centre.sqlite")) as books:
        return books.execute("select state, cause from orders where document_id = ?", (document_id,)).fetchone()


def incidents(bench: SimBench) -> list[list[dict[str, Any]]]:
    """Return the record as `kiosk incidents list --json` prints it."""
    command = [sys.executable, "-m", "firmware", "incidents", "list", "--json", "--config", str(bench.world.config)]
    out = subprocess.run(command, check=True, capture_output=True, text=True).stdout
    return [json.loads(line) for line in out.splitlines()]


async def told(bench: SimBench, *words: str) -> str:
    """Say something to the kiosk's command line; returns its answer."""
    command = [sys.executable, "-m", "firmware", *words]
    run = await asyncio.create_subprocess_exec(*command, stdout=asyncio.subprocess.PIPE)
    out, _ = await run.communicate()
    assert run.returncode == 0, out
    return out.decode()


async def expect_replayed(bench: SimBench) -> None:
    """Replay what was recorded, crashes and all: the machine does the same again."""
    events = bench.world.out / "kiosk" / "state" / "events"
    assert (await told(bench, "replay", str(events))).endswith("all as recorded\n")


async def leave_the_paper(bench: SimBench) -> str:
    """Pay and go away; returns the document's id once the alarm is on."""
    await bench.expect_idle()
    await visit.up_to_paying(bench)
    await bench.insert_coins(100, 100, 50)
    await bench.expect_screen("take_paper_alarm", timeout_s=40)
    await bench.expect_state("state", ALARM, timeout_s=20)
    return ledger.entries(bench)[-1]["document_id"]


async def test_a_paper_nobody_takes_is_void_and_the_alarm_goes_on_also_after_a_crash(open_bench: OpenBench) -> None:
    async with open_bench(VOID_SOON) as bench:
        document = await leave_the_paper(bench)
        await processes.until(
            lambda: at_the_hub(bench, document) == ("voided", "left_behind"), "not void at the hub", 20
        )
        assert ledger.journal(bench)[document][-2:] == ("printed", "voided")
        await processes.kill_kiosk(bench)
        await bench.expect_state("state", ALARM, timeout_s=20)
        await bench.expect_buzzer(sounding=True)
        await bench.take_paper()
        await bench.expect_idle()
        assert ledger.journal(bench)[document][-2:] == ("printed", "voided")
        ((*_, gone),) = incidents(bench)
        assert gone["noted"] == "gone"
        assert (await bench.money())["kept"] == visit.FEE_YEN
        await expect_replayed(bench)


@pytest.mark.parametrize(("reason", "end"), [("destroyed", "voided"), ("false-alarm", "unknown")])
async def test_what_the_office_says_is_kept_over_a_crash_and_told_to_the_hub(
    open_bench: OpenBench, reason: str, end: str
) -> None:
    async with open_bench(NEVER_VOID) as bench:
        document = await leave_the_paper(bench)
        await processes.kill_kiosk(bench)
        await bench.expect_state("state", ALARM, timeout_s=20)
        assert await bench.clear_alarm(reason, "by hand") == ""
        await processes.kill_kiosk(bench)
        await bench.expect_state("state", {"state": "left_behind", "alarms": []}, timeout_s=20)
        await bench.expect_buzzer(sounding=False)
        await processes.until(lambda: at_the_hub(bench, document)[0] == end, f"not {end} at the hub", 20)
        await bench.take_paper()
        await bench.expect_idle()
        assert ledger.journal(bench)[document][-1] == end
        (lines,) = incidents(bench)
        assert [line["noted"] for line in lines] == ["raised", "raised", "cleared", "gone"]
        assert {line["alarm_id"] for line in lines} == {lines[0]["alarm_id"]}
        assert (lines[2]["clearance"]["reason"], lines[2]["clearance"]["note"]) == (reason, "by hand")
        await expect_replayed(bench)


async def test_a_paper_that_somebody_took_and_gave_to_the_police_is_void_although_it_counted_as_taken(
    open_bench: OpenBench,
) -> None:
    async with open_bench(NEVER_VOID) as bench:
        document = await leave_the_paper(bench)
        await bench.take_paper()
        await bench.expect_idle()
        await processes.until(lambda: at_the_hub(bench, document)[0] == "taken", "not taken at the hub", 20)
        config, ((raised, gone),) = str(bench.world.config), incidents(bench)
        key = str(bench.world.config.with_name("office.pem"))
        over = ("--alarm", raised["alarm_id"], "--reason", "hand-over-police", "--note", "古賀交番")
        assert "recorded" in await told(bench, "clear-alarm", "--config", config, "--key", key, *over)
        await processes.until(lambda: at_the_hub(bench, document) == ("voided", "left_behind"), "not void", 20)
        sheet = await told(bench, "incidents", "show", raised["alarm_id"], "--config", config)
        for words in ("古賀交番", "確認済", "certificate void", "order: taken", document):
            assert words in sheet
        assert gone["noted"] == "gone"
