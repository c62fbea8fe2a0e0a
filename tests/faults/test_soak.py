"""Two hundred visits in a row with random faults: counts add up, nothing leaks. Ten thousand: `make soak`."""

from __future__ import annotations

import pytest

from tests.faults import soak
from tests.faults.run import Broken

VISITS = 200


@pytest.mark.timeout(900)
def test_two_hundred_visits_in_a_row_add_up_and_leak_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(soak, "EVERY", 20)
    monkeypatch.setattr(soak, "LIFE", 160)
    figures = soak.soak(VISITS, seed=1)
    assert figures["visits"] == VISITS
    assert figures["lives"] > 1
    assert sum(figures["faults"].values()) > VISITS / 10  # type: ignore[attr-defined]
    assert figures["orders"]["taken"] > VISITS / 3  # type: ignore[index]
    lowest, highest = figures["descriptors"]  # type: ignore[misc]
    assert highest - lowest <= 2
    assert figures["slope_kib_per_100"] < 20.0  # type: ignore[operator] - over so few visits; the aim is `make soak`'s


def test_a_soak_in_which_money_vanishes_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    right = soak.Soak._next_person

    def thief(self: soak.Soak, number: int):
        self.matter.kept -= 50 if number == 2 else 0
        return right(self, number)

    monkeypatch.setattr(soak.Soak, "_next_person", thief)
    with pytest.raises(Broken, match="money is lost"):
        soak.soak(3, seed=1)
