"""The audible signal, as `devices.Buzzer`, and the light beside it: plays patterns by a timer while something repeats.

Not responsible for when to sound (the kiosk's machine decides), nor for what a pattern is (`buzzer_patterns.toml`).
"""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

from firmware.devices import BuzzerPattern
from firmware.drivers import buzzer_patterns

if TYPE_CHECKING:
    from firmware import config
    from firmware.drivers.pins import Pins


class PwmBuzzer:
    """A passive buzzer on a PWM pin, and a light on a pin of its own where there is one (high is on)."""

    def __init__(self, settings: config.Buzzer, pins: Pins) -> None:
        self._patterns = buzzer_patterns.load()
        self._hz = settings.hz
        self._tone = pins.tone(settings.pin, settings.hz)
        self._light = pins.output(settings.light_pin) if settings.light_pin >= 0 else None
        self._loop = asyncio.get_running_loop()
        self._timer: asyncio.TimerHandle | None = None
        self._pattern = BuzzerPattern.SILENT

    def play(self, pattern: BuzzerPattern) -> None:
        """Play from now on, replacing what played; a repeating pattern that plays already goes on undisturbed."""
        if pattern is self._pattern and self._patterns[pattern].repeats:
            return
        self._pattern = pattern
        if self._timer is not None:
            self._timer.cancel()
        self._step(0, self._loop.time())

    def close(self) -> None:
        """Fall silent and dark, release the pins."""
        self.play(BuzzerPattern.SILENT)
        self._tone.close()
        if self._light is not None:
            self._light.close()

    def _step(self, index: int, due_s: float) -> None:
        """Begin the step that is due at that time of the loop's clock, and set the timer for the next."""
        pattern = self._patterns[self._pattern]
        self._timer = None
        if index == len(pattern.steps):
            if not pattern.repeats:
                self._show(0.0, 1.0, light=False)
                return
            index = 0
        step = pattern.steps[index]
        self._show(step.duty, step.pitch, light=step.light)
        # After a stall the rhythm starts afresh instead of catching up in a rush.
        span_s = step.ms / 1000
        due_s = max(due_s, self._loop.time() - span_s) + span_s
        self._timer = self._loop.call_at(due_s, self._step, index + 1, due_s)

    def _show(self, duty: float, pitch: float, *, light: bool) -> None:
        if duty:
            self._tone.sound(self._hz * pitch, duty)
        else:
            self._tone.hush()
        if self._light is not None:
            self._light.drive(light)
