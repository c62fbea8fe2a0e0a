"""The receipt goes wrong: the certificate stays paid and the person's, and the page tells the number instead."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from hil_tests import visit
from sim_hw.printer.conditions import Condition
from tests.kiosk import ledger, processes, steps

if TYPE_CHECKING:
    from collections.abc import Callable

    from sim_hw.bench import SimBench

pytestmark = [pytest.mark.anyio]

ROWS_OF_THE_RECEIPT = 100
NUMBER_DIGITS = 12


def when_the_certificate_falls(bench: SimBench, act: Callable[[], None]) -> None:
    """Do something once, in the moment in which the first paper falls into the tray."""

    def seen(event: dict[str, object]) -> None:
        if event["event"] == "paper_presented":
            end()
            act()

    end = bench.world.events.listen(seen)


async def test_without_a_receipt_the_number_is_told_and_the_fee_stays_kept(bench: SimBench) -> None:
    before = await ledger.books(bench)
    await visit.up_to_paying(bench)
    printer = bench.world.printer
    when_the_certificate_falls(bench, lambda: printer.fail_at_row(ROWS_OF_THE_RECEIPT, Condition.PAPER_OUT))
    await bench.insert_coins(100, 100, 50)
    await bench.expect_screen("take_paper", timeout_s=visit.ANSWER_S)
    await bench.take_paper()
    thanks = await bench.expect_screen("thanks")
    transaction = ledger.entries(bench)[-1]["transaction_id"]
    assert [fact["value"] for fact in thanks["facts"]] == [transaction[:NUMBER_DIGITS]]
    await bench.choose("next")
    change = await ledger.settled(bench, before, visit.FEE_YEN)
    assert (change.kept, change.end) == (visit.FEE_YEN, "taken")
    await bench.load_paper()
    await bench.expect_screen("take_paper_alarm", timeout_s=20)  # what was begun of the receipt is cut off
    await bench.take_paper()
    await visit.expect_served(bench)


async def test_a_clerk_that_dies_over_the_receipt_costs_nobody_anything(bench: SimBench) -> None:
    before = await ledger.books(bench)
    await visit.up_to_paying(bench)
    mechanism, strips_before = bench.world.printer.mechanism, len(bench.world.strips)

    def receipt_begun() -> bool:
        return len(bench.world.strips) > strips_before and mechanism.rows_out >= ROWS_OF_THE_RECEIPT

    def slowly() -> None:
        mechanism.mm_per_s = steps.SLOW_MM_PER_S

    when_the_certificate_falls(bench, slowly)
    await bench.insert_coins(100, 100, 50)
    await bench.world.events.until(receipt_begun, 20.0, lambda: "no receipt begins")
    await processes.kill_child(bench, "clerk")
    await steps.give_up(bench)
    change = await ledger.settled(bench, before, visit.FEE_YEN)
    assert (change.kept, change.end) == (visit.FEE_YEN, "taken")
    await visit.expect_served(bench)
