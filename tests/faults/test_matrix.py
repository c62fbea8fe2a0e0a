"""A part of the matrix: every fault, stage and kind of person once at least. All of it: `make test-faults`."""

from __future__ import annotations

import pytest

from tests.faults import campaign, matrix

PARTS = 4
SAMPLE = 60
ALL = [*campaign.sample(10_000)]
CASES = ALL[:: max(len(ALL) // SAMPLE, 1)]


@pytest.mark.parametrize("part", range(PARTS))
def test_nothing_is_lost_whatever_breaks(part: int) -> None:
    for case in CASES[part::PARTS]:
        result, _, story = matrix.run_of(case)
        assert not result.broken, "\n".join([f"{case.name}: {result.broken}", *story])


@pytest.mark.parametrize(
    ("scenario", "outcome"),
    [("pays", "served"), ("gives up", "cancelled"), ("paper void", "voided"), ("cover opened", "refunded")],
)
def test_undisturbed_people_get_what_they_came_for(scenario: str, outcome: str) -> None:
    result, _, _ = matrix.run_of(matrix.Case(scenario, (), "none"))
    assert (result.broken, result.outcome) == ("", outcome)


def test_every_fault_and_stage_is_in_the_matrix() -> None:
    cells = {(case.faults[0][1], case.stage) for case in matrix.cases("pays")}
    assert {kind for kind, _ in cells} == {"power:nothing", *matrix.WHERE}
    assert {stage for _, stage in cells} == {"start", *(name for _, name in matrix.STAGES)}
