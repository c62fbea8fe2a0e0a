"""Each part killed at each step of a visit: no yen lost, nothing whole printed unpaid, and on it goes.

`hil_tests` has the same troubles one at a time, as a technician makes them; here they come like a crash.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from hil_tests import visit
from tests.kiosk import ledger, processes, steps

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable

    from sim_hw.bench import SimBench

pytestmark = [pytest.mark.anyio]


async def kill_clerk(bench: SimBench) -> None:
    await processes.kill_child(bench, "clerk")


async def mains_power(bench: SimBench) -> None:
    await bench.cut_power()
    await bench.restore_power()


async def pcscd(bench: SimBench) -> None:
    await bench.pcscd_down()
    await bench.pcscd_up()


async def printer_power(bench: SimBench) -> None:
    await bench.printer_off()
    await bench.printer_on()


VICTIMS: dict[str, Callable[[SimBench], Awaitable[None]]] = {
    "clerk": kill_clerk,
    "kiosk": processes.kill_kiosk,
    "mains_power": mains_power,
    "hub": processes.kill_hub,
    "pcscd": pcscd,
    "printer_power": printer_power,
}
# Whoever was served before or goes on although something died gets the paper and pays for it.
SERVED = {(victim, "take_paper") for victim in VICTIMS} | {(victim, "printing") for victim in ("hub", "pcscd")}
IN_HIL_TESTS = {("mains_power", "paying"), ("mains_power", "take_paper"), ("printer_power", "paying")}
CASES = [
    pytest.param(victim, step, marks=pytest.mark.xdist_group(victim))
    for victim in VICTIMS
    for step in steps.STEPS
    if (victim, step) not in IN_HIL_TESTS
]


@pytest.mark.parametrize(("victim", "step"), CASES)
async def test_nothing_is_lost_when_it_dies(bench: SimBench, victim: str, step: str) -> None:
    before = await ledger.books(bench)
    await steps.walk(bench, step)
    await VICTIMS[victim](bench)
    await steps.walk_away(bench)
    await steps.give_up(bench)
    change = await ledger.settled(bench, before, steps.PUT_IN_YEN.get(step, 0))
    if (victim, step) in SERVED:
        assert (change.kept, change.end, len(change.rows)) == (visit.FEE_YEN, "taken", visit.STRIPS)
    else:
        assert change.kept == 0
        assert change.end in ("", "cancelled", "refunded")
        assert step == "printing" or not change.rows, "paper came out that nobody paid for"
    if step == "printing":
        await visit.expect_served(bench)
        whole = (await ledger.books(bench)).rows[-visit.STRIPS]
        assert change.kept or all(rows < whole for rows in change.rows), "a whole paper came out that nobody paid for"
    await bench.expect_state("state", {"state": "in_service", "alarms": []})


async def test_a_visit_goes_on_while_the_broker_dies_and_comes_back_at_each_step(bench: SimBench) -> None:
    for number, step in enumerate(steps.STEPS.values()):
        await step(bench)
        await (bench.broker_up() if number % 2 else bench.broker_down())
    await bench.broker_up()
    await visit.take_home(bench)
    await bench.expect_state("state", {"state": "in_service"}, timeout_s=20)
    await bench.expect_state("state/coin_acceptor", {"escrow": "not_present"})


async def test_a_visit_goes_on_while_the_recorder_dies_at_each_step(bench: SimBench) -> None:
    before = await ledger.books(bench)
    for step in steps.STEPS.values():
        await step(bench)
        if processes.child(bench, "recorder"):
            await processes.kill_child(bench, "recorder")
    await bench.take_paper()
    await bench.expect_screen("thanks")
    await bench.choose("next")
    change = await ledger.settled(bench, before, visit.FEE_YEN)
    assert change.end == "taken"
    await bench.expect_screen("out_of_service")
    await bench.expect_state("state/camera", {"health": "ok"}, timeout_s=20)
    await bench.expect_idle()
