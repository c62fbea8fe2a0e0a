"""The rig's pulses under real MicroPython, in the board's own time: within a millisecond of an acceptor's."""

import os
import subprocess
import sys
from itertools import pairwise
from pathlib import Path

import pytest

from hil_tests import rig

PICO = Path(rig.__file__).parent / "pico"
HERE = Path(__file__).parents[1] / "micropython"
PULSE_MS, GAP_MS = 25.0, 300.0


def edges_ms(*yen, late_us=0):
    """When the pulse line changed, the first time being its release at rest."""
    command = [Path(sys.prefix, "bin", "micropython"), HERE / "step_coins.py", str(late_us), *map(str, yen)]
    environment = {**os.environ, "MICROPYPATH": f"{PICO}:{HERE}:.frozen"}
    done = subprocess.run(command, capture_output=True, text=True, check=True, timeout=60, env=environment)
    changes = [line.split() for line in done.stdout.splitlines()]
    levels = [int(level) for _, line, level in changes if line == "pulse"]
    assert levels == [1] + [0, 1] * (sum(yen) // 10)
    return [int(us) / 1000 for us, line, _ in changes if line == "pulse"][1:]


def spans_ms(edges):
    return [after - before for before, after in pairwise(edges)]


@pytest.mark.parametrize("yen", [10, 50, 100, 500])
def test_each_pulse_and_each_pause_lasts_what_an_acceptor_makes_it(yen):
    spans = spans_ms(edges_ms(yen))
    assert len(spans) == 2 * yen // 10 - 1
    assert all(abs(span - PULSE_MS) <= 1.0 for span in spans)


def test_two_coins_are_told_apart_by_silence():
    spans = spans_ms(edges_ms(10, 10))
    assert abs(spans[1] - GAP_MS) <= 1.0


def test_an_edge_that_is_late_makes_no_train_longer():
    late = edges_ms(500, late_us=900)
    assert max(abs(span - PULSE_MS) for span in spans_ms(late)) <= 1.0
    assert abs(late[-1] - late[0] - 99 * PULSE_MS) <= 1.0
