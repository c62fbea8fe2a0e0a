"""How exact the rig's pulses are in real time under the unix MicroPython: `python -m tests.rig.timing [COINS]`.

Prints how far each pulse and pause of 500-yen coins was from its length, in ms. This is a process that its machine may
stop at any moment, with a clock that goes on: it bounds the program, not the board. Not a test, and no aim.
"""

from __future__ import annotations

import asyncio
import os
import sys
import tempfile
import tty
from itertools import pairwise
from pathlib import Path
from statistics import median, quantiles

from hil_tests import rig
from hil_tests.rig.hands import RigHands
from tests.micropython.board import Board

PULSE_MS, GAP_MS, YEN = 25.0, 300.0, 500


def off_ms(levels) -> list[float]:
    """Return how far each span between two edges of the pulse line was from what it should have been."""
    at = [each.at_ms for each in levels if each.line == "pulse"][1:]  # the first is its release at rest
    spans = [after - before for before, after in pairwise(at)]
    return [abs(span - (GAP_MS if span > GAP_MS / 2 else PULSE_MS)) for span in spans]


async def measure(folder: Path, coins: int) -> list[float]:
    """Let the rig put in so many coins."""
    device, host = os.openpty()
    for end in (device, host):
        tty.setraw(end)
    board = Board(folder, "run_rig.py", Path(rig.__file__).parent / "pico", device)
    hands = RigHands(Path(os.ttyname(host)), "hanako")
    try:
        board.drive("enable", 1)
        await hands.open()
        await hands.insert_coins(*[YEN] * coins)
        return off_ms(board.levels)
    finally:
        hands.close()
        board.close()
        os.close(device)
        os.close(host)


def main() -> int:
    coins = int(sys.argv[1]) if len(sys.argv) > 1 else 2
    with tempfile.TemporaryDirectory() as folder:
        found = asyncio.run(measure(Path(folder), coins))
    within = sum(each <= 1.0 for each in found)
    print(
        f"{len(found)} spans: median {median(found):.3f} ms off, p99 {quantiles(found, n=100)[98]:.3f}, "
        f"max {max(found):.3f}; {within} within 1 ms; load {os.getloadavg()[0]:.1f} on {os.cpu_count()} cores"
    )
    return 0


if __name__ == "__main__":
    sys.exit(main())
