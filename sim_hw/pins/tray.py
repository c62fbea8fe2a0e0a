"""The output tray with its sensor: low when paper lies in it.

Not responsible for where the paper comes from (the printer's simulator) or goes to.
"""

from __future__ import annotations

import time
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from sim_hw.pins.server import Emit, PinServer


BOUNCE_S = 0.0005


class SimTray:
    """An empty tray. `bounce_ms` makes the sensor chatter for that long at each edge."""

    def __init__(self, pins: PinServer, emit: Emit, pin: int = 17) -> None:
        self._pins = pins
        self._emit = emit
        self._pin = pin
        self.sheets = 0
        self.bounce_ms = 0
        pins.drive(pin, 1)

    async def put_paper(self) -> None:
        """Let a sheet fall into the tray."""
        self.sheets += 1
        if self.sheets == 1:
            self._edge(0)
        self._emit({"event": "paper_presented", "sheets": self.sheets})

    async def take_paper(self) -> int:
        """Take all sheets, as a hand does; returns how many."""
        taken, self.sheets = self.sheets, 0
        if taken:
            self._edge(1)
            self._emit({"event": "paper_taken", "sheets": taken})
        return taken

    def _edge(self, level: int) -> None:
        at_s = time.monotonic()
        for _ in range(self.bounce_ms):
            self._pins.drive(self._pin, level, at_s)
            self._pins.drive(self._pin, 1 - level, at_s + BOUNCE_S)
            at_s += 2 * BOUNCE_S
        self._pins.drive(self._pin, level, at_s)
