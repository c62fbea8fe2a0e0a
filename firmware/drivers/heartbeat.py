"""The line on which the guard feels that the kiosk lives: a pin that changes four times a second, by the loop itself.

A loop that hangs, and a process that dies, stop it. Not responsible for what the guard makes of it (`firmware/guard/`).
"""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from firmware import config
    from firmware.drivers.pins import Pins

BEAT_S = 0.25


class Heartbeat:
    """Beats on the pin of the settings until closed; with -1 there is no guard, and nothing beats."""

    def __init__(self, settings: config.Guard, pins: Pins) -> None:
        self._pin = pins.output(settings.heartbeat_pin) if settings.heartbeat_pin >= 0 else None
        self._level = False
        self._timer: asyncio.TimerHandle | None = None

    def start(self) -> None:
        """Beat from now on; on the loop's thread."""
        if self._pin:
            self._level = not self._level
            self._pin.drive(self._level)
            self._timer = asyncio.get_running_loop().call_later(BEAT_S, self.start)

    def close(self) -> None:
        """Stop, and release the pin."""
        if self._timer:
            self._timer.cancel()
            self._timer = None
        if self._pin:
            self._pin.close()
            self._pin = None
