"""The centre away, slow or talking nonsense, at rest and in the middle of a visit; the broker away."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from hil_tests import visit

if TYPE_CHECKING:
    from hil_tests.bench import Bench

pytestmark = [pytest.mark.anyio, pytest.mark.requirement("What went wrong elsewhere")]

TROUBLES = ("hub_down", "hub_slow", "hub_garble")


@pytest.mark.parametrize("trouble", TROUBLES)
async def test_a_visit_ends_before_the_card_is_used_and_the_kiosk_recovers(bench: Bench, trouble: str) -> None:
    await visit.to_the_reader(bench)
    await getattr(bench, trouble)()
    await bench.insert_card("hanako")
    await bench.expect_screen("sorry", timeout_s=15)
    await bench.remove_card()
    await bench.hub_up()
    await visit.expect_served(bench)


@pytest.mark.parametrize("trouble", TROUBLES)
async def test_no_certificate_means_no_fee(bench: Bench, trouble: str) -> None:
    await visit.identify(bench)
    await visit.choose(bench, "type:resident_record", "scope:self", "next")
    await getattr(bench, trouble)()
    await bench.choose("next")
    await bench.expect_screen("sorry", timeout_s=20)
    await visit.expect_nothing_printed_nothing_kept(bench)
    await bench.hub_up()
    await visit.expect_served(bench)


@pytest.mark.parametrize("trouble", TROUBLES)
async def test_once_the_document_is_held_the_hub_is_not_needed(bench: Bench, trouble: str) -> None:
    await visit.up_to_paying(bench)
    await getattr(bench, trouble)()
    await bench.insert_coins(100, 100, 50)
    await bench.expect_screen("take_paper", timeout_s=20)
    await bench.take_paper()
    await bench.expect_screen("thanks")
    await bench.expect_state("state/coin_acceptor", {"escrow": "not_present"})
    assert (await bench.money())["kept"] == visit.FEE_YEN
    await bench.hub_up()
    await bench.expect_idle(timeout_s=30)


async def test_a_broker_that_is_away_costs_nothing_but_silence(bench: Bench) -> None:
    await bench.broker_down()
    await visit.expect_served(bench)
    await bench.broker_up()
    await bench.expect_state("state", {"state": "in_service"}, timeout_s=20)
