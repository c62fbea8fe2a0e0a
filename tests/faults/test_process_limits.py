"""The real kiosk process when its disk takes no more, its log included: it ends as it should, and no yen is lost.

The limit is the system's own (`prlimit`), set on the running process in the middle of a visit.
"""

from __future__ import annotations

import os
import resource
from typing import TYPE_CHECKING

import pytest

from tests.kiosk import ledger, processes, steps
from tests.kiosk.conftest import anyio_backend, coins_with_few_pulses, hub_data, open_bench  # noqa: F401

if TYPE_CHECKING:
    from sim_hw.bench import SimBench
    from tests.kiosk.conftest import OpenBench

pytestmark = [pytest.mark.anyio, pytest.mark.timeout(300)]


def fill_the_disk(bench: SimBench) -> None:
    """No file of the process may grow any more."""
    resource.prlimit(bench.world.machine.pid, resource.RLIMIT_FSIZE, (0, resource.RLIM_INFINITY))


async def test_a_visit_in_which_the_disk_fills_up_loses_no_yen(open_bench: OpenBench) -> None:  # noqa: F811
    async with open_bench() as bench:
        await bench.expect_idle()
        before = await ledger.books(bench)
        await steps.walk(bench, "paying")
        fill_the_disk(bench)
        await bench.insert_coins(50)
        world = bench.world
        assert await world.machine.ended() == os.EX_IOERR
        await processes.until(lambda: not processes.child(bench, "clerk"), "a clerk outlives the kiosk")
        world.powered = False
        await bench.restore_power()
        await steps.give_up(bench)
        change = await ledger.settled(bench, before, 250)
        assert (change.kept, change.returned) in ((0, 250), (250, 0))
