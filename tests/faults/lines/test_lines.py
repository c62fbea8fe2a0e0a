"""A part of the lines' table, on one kiosk with its hub. All of it: `make test-lines`."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

import pytest

from sim_hw.pins import coin_acceptor
from tests.faults.lines import cases
from tests.faults.lines.__main__ import Bench
from tests.faults.lines.run import judge
from tests.kiosk import conftest, ledger

if TYPE_CHECKING:
    from pathlib import Path


@pytest.mark.timeout(900)
def test_nothing_is_lost_on_a_bad_line(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(coin_acceptor, "YEN_PER_PULSE", conftest.YEN_PER_PULSE)

    async def go() -> None:
        bench = Bench(tmp_path)
        try:
            results = [await bench.run(case) for case in cases.QUICK]
        finally:
            await bench.close()
        assert [f"{each.case}: {each.broken}" for each in results if each.broken] == []

    asyncio.run(go())


def test_every_line_and_fault_is_in_the_table() -> None:
    everything = cases.everything()
    assert len({case.name for case in everything}) == len(everything)
    assert {case.line for case in everything} == set(cases.LINES)
    assert {case.fault for case in everything} >= {*cases.FAULTS, *cases.SHORTAGES, "mute", "unknown", "slow"}
    assert set(cases.QUICK) <= set(everything)


@pytest.mark.parametrize(
    ("rows", "states", "told"),
    [
        ((1978, 1978), ("paid", "printed", "taken"), "printed twice"),
        ((900,), ("paid", "printed", "taken"), "and is not"),
    ],
)
def test_a_rule_that_is_broken_is_told(rows: tuple[int, ...], states: tuple[str, ...], told: str) -> None:
    change = ledger.Change(250, 0, rows, {"0" * 32: states})
    with pytest.raises(AssertionError, match=told):
        judge(change, 1978)
