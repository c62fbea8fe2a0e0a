"""Head, paper and cutter: burns rows at the set speed while nothing stops it, and lets cut strips fall.

What is uncut stays on the paper, through errors and power cuts, as in a real printer. The gap between head and cutter
is left out: it is blank and the same on every strip. Not responsible for: bytes, buffers or replies.
"""

from __future__ import annotations

import asyncio
import time
from typing import TYPE_CHECKING

from sim_hw.printer.conditions import STOPS, Condition, Reading
from sim_hw.printer.head import Head
from sim_hw.printer.strip import Strip

if TYPE_CHECKING:
    from collections.abc import Callable

ROWS_PER_MM = 8
ROLL_ROWS = 80_000 * ROWS_PER_MM
NEAR_END_ROWS = 3_000 * ROWS_PER_MM
REPORT_ROWS = 80
BREATH_ROWS = 64
SLACK_S = 0.005


class Mechanism:
    """The moving parts. `mm_per_s` None prints as fast as bytes come."""

    def __init__(
        self,
        width_dots: int,
        mm_per_s: float | None,
        changed: Callable[[], None],
        printed: Callable[[int], None],
        dropped: Callable[[Strip], None],
    ) -> None:
        self.width_dots = width_dots
        self.mm_per_s = mm_per_s
        self.head = Head()
        self.emerging = bytearray()
        self.strips_cut = 0
        self.rows_printed = 0
        self.rows_left = ROLL_ROWS
        self._changed = changed
        self._printed = printed
        self._dropped = dropped
        self._held: set[Condition] = set()
        self._runs = asyncio.Event()
        self._runs.set()
        self._due_s = 0.0
        self._trap: tuple[int, Condition] | None = None
        self.spring: Callable[[Condition], None] = self.set

    # ------------------------------------------------------------ conditions

    @property
    def reading(self) -> Reading:
        """What is the matter now."""
        held = set(self._held)
        if self.rows_left <= 0:
            held.add(Condition.PAPER_OUT)
        if self.rows_left < NEAR_END_ROWS:
            held.add(Condition.PAPER_NEAR_END)
        return Reading(frozenset(held))

    def set(self, condition: Condition) -> None:
        """Something happens to the printer."""
        if condition is Condition.PAPER_OUT:
            self.rows_left = 0
        elif condition is Condition.PAPER_NEAR_END:
            self.rows_left = min(self.rows_left, NEAR_END_ROWS - 1)
        else:
            self._held.add(condition)
        self._settle()

    def clear(self, *conditions: Condition) -> None:
        """Put it right."""
        if Condition.PAPER_OUT in conditions or Condition.PAPER_NEAR_END in conditions:
            self.rows_left = ROLL_ROWS
        self._held.difference_update(conditions)
        self._settle()

    def _settle(self) -> None:
        if self.reading.now & STOPS:
            self._runs.clear()
        else:
            self._runs.set()
        self._changed()

    def fail_at(self, row: int, condition: Condition) -> None:
        """Let it happen once row `row` of the strip on the paper has been printed (1 = its first)."""
        self._trap = (row, condition)

    @property
    def rows_out(self) -> int:
        """Rows printed since the last cut."""
        return len(self.emerging) * 8 // self.width_dots

    # ------------------------------------------------------------ movement

    async def burn(self, row: bytes) -> None:
        """Print one row, as soon as the printer can."""
        await self._runs.wait()
        await self._pace()
        await self._runs.wait()
        self.emerging += row
        self.rows_left -= 1
        self.rows_printed += 1
        if self.mm_per_s is not None and self.head.burn(row_dots(row), time.monotonic()):
            self._overheat()
        out = self.rows_out
        if out % REPORT_ROWS == 0:
            self._printed(out)
        if self._trap and out >= self._trap[0]:
            condition = self._trap[1]
            self._trap = None
            self.spring(condition)
        if self.rows_left in (0, NEAR_END_ROWS - 1):
            self._settle()

    async def _pace(self) -> None:
        if self.mm_per_s is None:
            if self.rows_out % BREATH_ROWS == 0:
                await asyncio.sleep(0)
            return
        now_s = time.monotonic()
        self._due_s = max(self._due_s, now_s - SLACK_S) + 1 / (self.mm_per_s * ROWS_PER_MM)
        if self._due_s - now_s > SLACK_S:
            await asyncio.sleep(self._due_s - now_s)

    async def cut(self) -> Strip | None:
        """Cut what has come out; it falls into the tray. With nothing printed, nothing falls."""
        await self._runs.wait()
        if not self.emerging:
            return None
        self.strips_cut += 1
        strip = Strip(self.strips_cut, self.width_dots, bytes(self.emerging))
        self._printed(strip.rows)
        self.emerging.clear()
        self._dropped(strip)
        return strip

    async def running(self) -> None:
        """Wait until nothing stops the printer."""
        await self._runs.wait()

    def _overheat(self) -> None:
        self.set(Condition.AUTO_RECOVERABLE)
        asyncio.get_running_loop().call_later(self.head.cooling_s(), self.clear, Condition.AUTO_RECOVERABLE)


def row_dots(row: bytes) -> int:
    """Black dots in a row."""
    return int.from_bytes(row, "big").bit_count()
