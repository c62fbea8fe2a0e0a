"""What a person comes for: a certificate, for the exact fee, and nothing else."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from hil_tests import visit

if TYPE_CHECKING:
    from hil_tests.bench import Bench

pytestmark = [pytest.mark.anyio, pytest.mark.requirement("The sequence")]


async def test_a_person_gets_a_resident_record(bench: Bench) -> None:
    await visit.expect_served(bench)
    await bench.expect_state("state", {"state": "in_service"})


async def test_two_copies_cost_twice_and_are_two_strips_and_one_receipt(bench: Bench) -> None:
    await visit.identify(bench)
    await visit.order(bench, copies=2)
    await bench.insert_coins(500)
    first, second, receipt = await bench.expect_printed(3)
    assert first["rows"] == second["rows"] > receipt["rows"]
    await visit.take_home(bench)
    assert (await bench.money())["kept"] == 2 * visit.FEE_YEN


async def test_the_next_person_gets_their_own(bench: Bench) -> None:
    await visit.expect_served(bench, "hanako")
    await visit.expect_served(bench, "taro")


async def test_more_than_the_fee_comes_back_whole_and_can_be_paid_again(bench: Bench) -> None:
    await visit.up_to_paying(bench)
    await bench.insert_coins(100, 500)
    money = await bench.money()
    assert money["kept"] == 0
    await bench.expect_screen("pay", text="")
    await bench.expect_state("state/coin_acceptor", {"escrow": "not_present"})
    await bench.insert_coins(100, 100, 50)
    await visit.take_home(bench)
    money = await bench.money()
    assert money["kept"] == visit.FEE_YEN
    assert money["returned"] == 600


async def test_cancelling_while_paying_gives_the_money_back(bench: Bench) -> None:
    await visit.up_to_paying(bench)
    await bench.insert_coins(100)
    await bench.choose("cancel")
    await bench.expect_screen("sorry")
    await bench.choose("next")
    await bench.expect_idle()
    await visit.expect_nothing_printed_nothing_kept(bench)
    assert (await bench.money())["returned"] == 100


async def test_the_same_in_english(bench: Bench) -> None:
    await bench.language("en")
    await bench.start()
    view = await bench.expect_screen("consent")
    assert view["lang"] == "en"
