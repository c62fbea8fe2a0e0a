"""A coin that jams the escrow: the screen tells what is true, and the money goes where it belongs once it is freed."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from hil_tests import visit

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable

    from hil_tests.bench import Bench

pytestmark = [pytest.mark.anyio, pytest.mark.requirement("Money")]


async def expect_jam(bench: Bench) -> None:
    """Wait until the kiosk knows of the jam and serves nobody."""
    await bench.expect_state("state/coin_acceptor", {"device": "hardware_error", "escrow": "present"})
    await bench.expect_state("state", {"state": "out_of_service", "reasons": ["coin_fault"]}, timeout_s=20)


async def jam_on_return(bench: Bench) -> None:
    """Pay a part, cancel, and see that the screen does not go on claiming that the money came back."""
    await visit.up_to_paying(bench)
    await bench.jam_coins()
    await bench.insert_coins(100)
    await bench.choose("cancel")
    await bench.expect_screen("sorry", text="お返しできませんでした")
    await expect_jam(bench)
    money = await bench.money()
    assert (money["escrow"], money["returned"], money["kept"]) == (100, 0, 0)


async def jam_on_keep(bench: Bench) -> None:
    """Pay, and take the paper although the fee cannot be kept."""
    await visit.up_to_paying(bench)
    await bench.jam_coins()
    await bench.insert_coins(100, 100, 50)
    await visit.take_paper(bench)
    await expect_jam(bench)
    money = await bench.money()
    assert (money["escrow"], money["returned"], money["kept"]) == (visit.FEE_YEN, 0, 0)


async def test_money_jammed_on_its_way_back_goes_back_when_the_coin_is_freed(bench: Bench) -> None:
    await jam_on_return(bench)
    await bench.free_coins()
    await bench.expect_idle()
    assert (await bench.money())["returned"] == 100
    await visit.expect_served(bench)


async def test_a_fee_jammed_on_its_way_to_the_box_is_kept_when_the_coin_is_freed(bench: Bench) -> None:
    await jam_on_keep(bench)
    await bench.free_coins()
    await bench.expect_idle()
    money = await bench.money()
    assert (money["kept"], money["returned"]) == (visit.FEE_YEN, 0)
    await visit.expect_served(bench)


@pytest.mark.parametrize(("jam", "kept", "returned"), [(jam_on_return, 0, 100), (jam_on_keep, visit.FEE_YEN, 0)])
async def test_a_jam_outlives_a_power_cut_and_the_money_still_goes_where_it_belongs(
    bench: Bench, jam: Callable[[Bench], Awaitable[None]], kept: int, returned: int
) -> None:
    await jam(bench)
    await bench.cut_power()
    await bench.restore_power()
    await expect_jam(bench)
    await bench.free_coins()
    await bench.expect_idle()
    money = await bench.money()
    assert (money["kept"], money["returned"], money["escrow"]) == (kept, returned, 0)
