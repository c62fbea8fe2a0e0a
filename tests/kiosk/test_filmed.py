"""The whole of a visit is on film, under its transaction's id, and so is an alarm; as `kiosk evidence list` tells."""

from __future__ import annotations

import asyncio
import json
import sys
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any

import pytest

from tests.kiosk import ledger, steps

if TYPE_CHECKING:
    from sim_hw.bench import SimBench
    from tests.kiosk.conftest import OpenBench

pytestmark = [pytest.mark.anyio, pytest.mark.xdist_group("screen")]

SHORT = {"camera": {"pre_roll_s": 1.0, "post_roll_s": 1.0}}
LOOK_S = 0.2


async def clips(bench: SimBench, mark: str, subject: str) -> list[dict[str, Any]]:
    """Wait until there is film of this, and return the manifests."""
    command = ("-m", "firmware", "evidence", "list", "--json", "--config", str(bench.world.config))
    async with asyncio.timeout(20):
        while True:
            listed = await asyncio.create_subprocess_exec(
                sys.executable, *command, "--mark", mark, "--subject", subject, stdout=asyncio.subprocess.PIPE
            )
            out, _ = await listed.communicate()
            assert listed.returncode == 0
            if out:
                return [json.loads(line)["manifest"] for line in out.splitlines()]
            await asyncio.sleep(LOOK_S)


def span(manifests: list[dict[str, Any]]) -> tuple[datetime, datetime]:
    """Return when the first picture and the last were taken."""
    times = [datetime.fromisoformat(each[key]) for each in manifests for key in ("first_frame_at", "last_frame_at")]
    return min(times), max(times)


async def test_a_visit_is_filmed_from_the_first_touch_to_the_last_page(open_bench: OpenBench) -> None:
    async with open_bench(SHORT) as bench:
        await bench.expect_idle()
        begun = datetime.now().astimezone()
        await steps.walk(bench, "take_paper")
        await bench.take_paper()
        await bench.expect_screen("thanks")
        thanked = datetime.now().astimezone()
        await bench.choose("next")
        transaction = ledger.entries(bench)[-1]["transaction_id"]
        film = await clips(bench, "transaction", transaction)
        first, last = span(film)
        assert first <= begun + timedelta(seconds=5), "the film begins after the card was seen"
        assert last >= thanked, "the visit went on when the film had ended"
        assert sum(each["frames"] for each in film) >= 2 * (last - first).total_seconds()


async def test_an_alarm_is_filmed_until_the_paper_is_taken(open_bench: OpenBench) -> None:
    async with open_bench(SHORT) as bench:
        await bench.expect_idle()
        await steps.walk(bench, "take_paper")
        await bench.expect_screen("take_paper_alarm", timeout_s=20)
        await bench.take_paper()
        taken = datetime.now().astimezone()
        await bench.expect_idle(timeout_s=20)
        _, last = span(await clips(bench, "alarm", ledger.entries(bench)[-1]["transaction_id"]))
        assert last >= taken
