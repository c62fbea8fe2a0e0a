"""The printer off, open, empty or broken, before and during the job: no fee without paper, no paper without fee."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from hil_tests import visit

if TYPE_CHECKING:
    from hil_tests.bench import Bench

pytestmark = [pytest.mark.anyio, pytest.mark.requirement("Money")]

BEFORE = {
    "printer_off": "printer_on",
    "open_cover": "close_cover",
    "run_out_of_paper": "load_paper",
}


@pytest.mark.parametrize("trouble", BEFORE)
async def test_a_printer_that_is_not_ready_puts_the_kiosk_out_of_service(bench: Bench, trouble: str) -> None:
    await getattr(bench, trouble)()
    await bench.expect_screen("out_of_service")
    await bench.expect_state("state", {"state": "out_of_service"})
    await getattr(bench, BEFORE[trouble])()
    await visit.expect_served(bench)


@pytest.mark.parametrize("trouble", BEFORE)
async def test_trouble_while_paying_gives_the_money_back(bench: Bench, trouble: str) -> None:
    await visit.up_to_paying(bench)
    await bench.insert_coins(100)
    await getattr(bench, trouble)()
    await bench.expect_screen("sorry")
    await visit.expect_nothing_printed_nothing_kept_soon(bench, returned_yen=100)
    await getattr(bench, BEFORE[trouble])()
    await visit.expect_served(bench)


@pytest.mark.parametrize(
    ("condition", "remedy"),
    [
        ("cover_open", "close_cover"),
        ("paper_out", "load_paper"),
        ("cutter", "repair_printer"),
        ("mechanical", "repair_printer"),
        ("power_off", "printer_on"),
        ("torn", None),
    ],
)
async def test_trouble_while_printing_gives_the_money_back(bench: Bench, condition: str, remedy: str | None) -> None:
    await visit.up_to_paying(bench)
    await bench.fail_print_at(300, condition)
    await bench.insert_coins(100, 100, 50)
    await bench.expect_screen("sorry", timeout_s=40)
    if remedy:
        await getattr(bench, remedy)()
    await bench.expect_state("state/coin_acceptor", {"escrow": "not_present"})
    await visit.clear_the_tray(bench)
    money = await bench.money()
    assert money["kept"] == 0
    assert money["returned"] == visit.FEE_YEN
    await visit.expect_served(bench)


async def test_paper_left_in_the_tray_sounds_until_it_is_taken(bench: Bench) -> None:
    await visit.up_to_paying(bench)
    await bench.insert_coins(100, 100, 50)
    await bench.expect_screen("take_paper", timeout_s=20)
    await bench.expect_buzzer(sounding=True)
    await bench.expect_screen("take_paper_alarm", timeout_s=15)
    await bench.expect_state("state", {"state": "left_behind", "alarms": ["left_behind_paper"]})
    await bench.take_paper()
    await bench.expect_idle()
    await bench.expect_buzzer(sounding=False)


async def test_an_alarm_comes_back_after_a_power_cut(bench: Bench) -> None:
    await visit.up_to_paying(bench)
    await bench.insert_coins(100, 100, 50)
    await bench.expect_screen("take_paper", timeout_s=20)
    await bench.cut_power()
    await bench.restore_power()
    await bench.expect_screen("take_paper_alarm")
    await bench.expect_buzzer(sounding=True)
    await bench.take_paper()
    await bench.expect_idle()


@pytest.mark.parametrize("coins", [(100,), (100, 100)])
async def test_a_power_cut_while_paying_gives_the_money_back(bench: Bench, coins: tuple[int, ...]) -> None:
    await visit.up_to_paying(bench)
    await bench.insert_coins(*coins)
    await bench.cut_power()
    await bench.restore_power()
    await bench.expect_idle()
    await visit.expect_nothing_printed_nothing_kept(bench)
    assert (await bench.money())["returned"] == sum(coins)


@pytest.mark.parametrize("moment", ["printing", "sorry"])
async def test_a_power_cut_while_printing_gives_the_money_back_and_prints_nothing_again(
    bench: Bench, moment: str
) -> None:
    await visit.up_to_paying(bench)
    await bench.fail_print_at(300, "power_off")  # *sorry* comes in the moment in which the money goes back
    await bench.insert_coins(100, 100, 50)
    await bench.expect_screen(moment)
    await bench.cut_power()
    await bench.restore_power()
    await bench.expect_state("state/printer", {"ready": True}, timeout_s=40)
    strips = len(await bench.strips())
    await visit.clear_the_tray(bench)
    await bench.expect_idle()
    money = await bench.money()
    assert (money["kept"], money["returned"], money["escrow"]) == (0, visit.FEE_YEN, 0)
    assert len(await bench.strips()) == strips


async def test_low_paper_is_sold_on_as_long_as_it_is_known_to_be_enough(bench: Bench) -> None:
    await bench.paper_near_end()
    await bench.expect_state("state/printer", {"paper": "low", "ready": True})
    await visit.up_to_paying(bench)
    await bench.insert_coins(100, 100, 50)
    await bench.expect_screen("take_paper", timeout_s=20)
    await visit.clear_the_tray(bench)
    await bench.cut_power()
    await bench.restore_power()  # from here on nobody knows how much was used since
    await bench.expect_screen("out_of_service")
    await bench.expect_state("state", {"reasons": ["paper_out"]})
    await bench.load_paper()
    await bench.expect_idle()
