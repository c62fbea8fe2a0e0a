"""A debounced contact on a pin: a sensor that is either on or off.

A level counts once it has been still for the debounce time, because "paper taken" may be claimed only from a sensor
that proves it (`DOMAIN`, "Words to use"); a first edge alone could be noise. No timer runs while the line is still. Not
responsible for what on and off mean.
"""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable

    from firmware.drivers.pins import Pins


class Contact:
    """A contact; `on_change(on)` is called on the loop for each settled change, not for the state at start (`on`)."""

    def __init__(
        self, pins: Pins, number: int, *, active_low: bool, debounce_ms: int, on_change: Callable[[bool], None]
    ) -> None:
        self._active_low = active_low
        self._debounce_s = debounce_ms / 1000
        self._on_change = on_change
        self._loop = asyncio.get_running_loop()
        self._timer: asyncio.TimerHandle | None = None
        self._pin = pins.input(number, "up" if active_low else "down", self._on_edge)
        self.on = self._pin.level() != active_low

    def close(self) -> None:
        """Release the pin."""
        self._stop_timer()
        self._pin.close()

    def _on_edge(self, level: bool, _stamp_s: float) -> None:  # noqa: FBT001 - the callback's shape
        if self._debounce_s == 0:
            self._settle_at(level)
            return
        self._stop_timer()
        self._timer = self._loop.call_later(self._debounce_s, self._settle)

    def _settle(self) -> None:
        self._timer = None
        self._settle_at(self._pin.level())

    def _settle_at(self, level: bool) -> None:  # noqa: FBT001 - a level
        on = level != self._active_low
        if on != self.on:
            self.on = on
            self._on_change(on)

    def _stop_timer(self) -> None:
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None
