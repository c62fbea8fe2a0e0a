"""The audible signal, as `devices.Buzzer`: patterns as data, played by a timer that runs only while something repeats.

Not responsible for when to sound: the kiosk's machine decides.
"""

from __future__ import annotations

import asyncio
from dataclasses import dataclass
from typing import TYPE_CHECKING

from firmware.devices import BuzzerPattern

if TYPE_CHECKING:
    from firmware import config
    from firmware.drivers.pins import Pins


@dataclass(frozen=True, slots=True)
class Step:
    """A tone at `pitch` times the buzzer's own frequency, or silence (`duty` 0), for `span_s`."""

    span_s: float
    duty: float = 0.0
    pitch: float = 1.0


@dataclass(frozen=True, slots=True)
class Melody:
    """Steps, once or again and again."""

    steps: tuple[Step, ...]
    repeats: bool = False


# A piezo buzzer is loudest at its own frequency and half duty; away from either it is softer.
_SOFT, _MIDDLE, _LOUD = 8.0, 20.0, 50.0
MELODIES = {
    BuzzerPattern.SILENT: Melody(()),
    BuzzerPattern.ACKNOWLEDGE: Melody((Step(0.08, _SOFT),)),
    BuzzerPattern.REMIND: Melody((Step(0.15, _SOFT), Step(0.15), Step(0.15, _SOFT), Step(2.0)), repeats=True),
    BuzzerPattern.ALARM: Melody((Step(0.4, _MIDDLE), Step(0.4)), repeats=True),
    BuzzerPattern.ALARM_LOUD: Melody((Step(0.25, _LOUD), Step(0.25, _LOUD, pitch=0.8)), repeats=True),
}


class PwmBuzzer:
    """A passive buzzer on a PWM pin."""

    def __init__(self, settings: config.Buzzer, pins: Pins) -> None:
        self._hz = settings.hz
        self._tone = pins.tone(settings.pin, settings.hz)
        self._loop = asyncio.get_running_loop()
        self._timer: asyncio.TimerHandle | None = None
        self._pattern = BuzzerPattern.SILENT

    def play(self, pattern: BuzzerPattern) -> None:
        """Play from now on, replacing what played; a repeating pattern that plays already goes on undisturbed."""
        if pattern is self._pattern and MELODIES[pattern].repeats:
            return
        self._pattern = pattern
        if self._timer is not None:
            self._timer.cancel()
        self._step(0, self._loop.time())

    def close(self) -> None:
        """Fall silent, release the pin."""
        self.play(BuzzerPattern.SILENT)
        self._tone.close()

    def _step(self, index: int, due_s: float) -> None:
        """Begin the step that is due at that time of the loop's clock, and set the timer for the next."""
        melody = MELODIES[self._pattern]
        self._timer = None
        if index == len(melody.steps):
            if not melody.repeats:
                self._tone.hush()
                return
            index = 0
        step = melody.steps[index]
        if step.duty:
            self._tone.sound(self._hz * step.pitch, step.duty)
        else:
            self._tone.hush()
        # After a stall the rhythm starts afresh instead of catching up in a rush.
        due_s = max(due_s, self._loop.time() - step.span_s) + step.span_s
        self._timer = self._loop.call_at(due_s, self._step, index + 1, due_s)
