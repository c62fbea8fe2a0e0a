"""One case on real processes: a visit over a line that fails at a step and is good again a while later, then the rules.

The rules are those of the matrix (`../promises.py`), seen from outside: the coins, the strips, the journal's file, the
centre's orders, the state that the broker has. Not responsible for which cases there are (`cases.py`).
"""

from __future__ import annotations

import asyncio
import time
from typing import TYPE_CHECKING

from firmware.app.hub_client import HubClient, HubError
from firmware.app.kiosk.hub import KioskHub
from firmware.app.kiosk.journal import entries_of
from firmware.app.kiosk.reconciliation import against_centre, reconciled, tokyo_day
from sim_hw.process import ProcessFailed
from tests.faults.lines.fault import Fault
from tests.faults.lines.person import Person
from tests.faults.matrix import Result
from tests.kiosk import ledger

if TYPE_CHECKING:
    from sim_hw.bench import SimBench
    from tests.faults.lines.cases import Case
    from tests.faults.lines.world import LinedWorld

AGREE_S = 30.0
PANELS_DIFFER_ROWS = 64  # the scrambled panel is as long as it must be
LOOK_S = 0.2
BACK_S = 40.0


async def run(bench: SimBench, world: LinedWorld, case: Case, whole_rows: int) -> Result:
    """Run a case; `whole_rows`: the length of a whole certificate, 0 when nobody knows yet."""
    before = await ledger.books(bench)
    fault = Fault(bench, world, case)
    person = Person(bench, fault.at)
    outcome, broken = "VIOLATION", ""
    try:
        await person.visit(fault.over)
        assert fault.struck or case.fault == "none", "the visit did not come to the step"
        change = await ledger.settled(bench, before, person.paid_yen)
        outcome = judge(change, whole_rows)
        await agreed(bench, world)
        await bench.expect_idle(BACK_S)
        await bench.expect_state("state", {"state": "in_service", "alarms": []}, timeout_s=BACK_S)
    except (AssertionError, ProcessFailed) as error:
        outcome, broken = "VIOLATION", str(error) or type(error).__name__
    finally:
        await fault.heal()
    return Result(case.name, f"{case.line}: {case.fault}", case.step, outcome, broken)


def judge(change: ledger.Change, whole_rows: int) -> str:
    """Return the outcome's word; raises AssertionError for a paper without its fee's order, or one too many."""
    printed = sum("printed" in states for states in change.orders.values())
    came = sum(rows >= whole_rows - PANELS_DIFFER_ROWS for rows in change.rows) if whole_rows else printed
    assert came <= max(len(change.orders), 1), f"an order was printed twice: {change}"
    assert came >= printed, f"recorded as printed, and is not: {change}"
    ends = {states[-1] for states in change.orders.values()}
    if "unknown" in ends:
        return "unknown"
    if came > printed:
        return "given away"
    words = {"voided": "voided", "refunded": "refunded", "cancelled": "cancelled", "taken": "served"}
    return next((word for end, word in words.items() if end in ends), "nothing")


async def agreed(bench: SimBench, world: LinedWorld) -> None:
    """Wait until the journal, the cash box and the centre's orders have no difference but `order_unknown`."""
    kiosk = world.hub.data / "kiosks" / "kiosk-0001"
    client = HubClient(
        f"https://127.0.0.1:{world.hub.port}", kiosk / "tls-ca.pem", kiosk / "kiosk.pem", kiosk / "kiosk.key"
    )
    until_s = time.monotonic() + AGREE_S
    try:
        while found := await _differences(bench, world, client):
            assert time.monotonic() < until_s, f"the books differ: {found}"
            await asyncio.sleep(LOOK_S)  # reports are on their way, and tell nobody when they have come
    finally:
        client.close()


async def _differences(bench: SimBench, world: LinedWorld, client: HubClient) -> list[str]:
    now_s = time.time()
    entries = entries_of(world.out / "kiosk" / "state" / "journal")
    day = tokyo_day(now_s)
    found = reconciled(entries, day, now_s, (await bench.money())["kept"]).differences
    try:
        orders = await KioskHub(client, request_timeout_s=5.0).all_orders()
    except HubError as error:
        return [f"the centre does not answer: {error!r}"]
    found += against_centre(entries, day, {order.document_id: order for order in orders})
    return [f"{each.name} {each.detail}" for each in found if each.name != "order_unknown"]
