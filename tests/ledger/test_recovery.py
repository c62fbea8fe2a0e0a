"""At which card ownership the cost is recovered, with figures small enough to check by hand."""

import pytest

from hub.report.recovery import Assumptions, recovery_of

# 10,000 people, 1 copy a holder, 250 - 115 = 135 yen a copy: 1,350,000 yen at 100 %.
TOWN = Assumptions(
    population=10_000, copies_a_holder=1.0, fee_yen_a_copy=250, commission_yen_a_copy=115, charge_yen=405_000
)


def test_at_8_percent_it_loses_and_at_30_percent_the_charge_is_recovered():
    assert TOWN.before_system_cost(0.08) == 108_000 - 405_000
    assert TOWN.rate_that_recovers(0) == pytest.approx(0.30)


def test_recovery_at_80_percent_implies_a_system_cost():
    told = recovery_of(TOWN)
    assert told["implied_system_cost_yen_a_year"] == 1_080_000 - 405_000
    assert TOWN.rate_that_recovers(675_000) == pytest.approx(0.80)
    assert {name: it["net_yen"] for name, it in told["points"].items()} == {
        "now": 108_000 - 405_000 - 675_000,
        "goal": -675_000,
        "recovered": 0,
    }


def test_the_line_rises_and_crosses_zero_at_80_percent():
    line = recovery_of(TOWN)["line"]
    assert [it["rate"] for it in line if it["net_yen"] < 0] == [0, 0.08, 0.1, 0.2, 0.3, 0.4, 0.5, 0.6, 0.7]
    assert line[-1]["net_yen"] == 1_350_000 - 405_000 - 675_000


def test_with_little_use_not_even_the_charge_is_recovered_and_no_cost_is_made_up():
    little = Assumptions(10_000, 0.2, 250, 115, 405_000)
    told = recovery_of(little)
    assert told["implied_system_cost_yen_a_year"] == 216_000 - 405_000
    assert told["charge_recovered_at"] is None
    assert told["copies_a_holder_needed_at_80"] == 0.375
    assert told["points"]["recovered"]["net_yen"] == 216_000 - 405_000


def test_a_copy_that_costs_more_than_its_fee_is_never_recovered():
    dear = Assumptions(10_000, 1.0, 100, 115, 1)
    assert (dear.rate_that_recovers(0), dear.copies_needed()) == (None, None)
