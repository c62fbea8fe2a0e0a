"""The buzzer: records what it was made to sound and says what an ear would hear.

Not responsible for what a pattern means: that is the firmware's vocabulary.
"""

from __future__ import annotations

import time
from dataclasses import dataclass
from itertools import pairwise
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from sim_hw.pins.server import Emit, PinServer


class Tone(NamedTuple):
    """From the time `t` (monotonic seconds) on, this sounds; duty 0 is silence."""

    t: float
    hz: float
    duty: float


@dataclass(frozen=True)
class Heard:
    """What was heard: `beeps` tones, the longest of them and the longest pause between, in seconds."""

    beeps: int
    hz: float
    duty: float
    tone_s: float
    pause_s: float
    sounding: bool

    def __str__(self) -> str:
        if not self.beeps:
            return "silence"
        if self.beeps == 1:
            return f"one tone of {self.tone_s:.2f} s at {self.hz:.0f} Hz"
        return f"{self.beeps} tones of {self.tone_s:.2f} s at {self.hz:.0f} Hz, {self.pause_s:.2f} s apart"


class SimBuzzer:
    """A silent buzzer."""

    def __init__(self, pins: PinServer, emit: Emit, pin: int = 18) -> None:
        self._emit = emit
        self.waveform: list[Tone] = []
        pins.watch_tone(pin, self._on_tone)

    @property
    def sounding(self) -> bool:
        """Whether it sounds now."""
        return bool(self.waveform) and self.waveform[-1].duty > 0

    def heard(self, last_s: float) -> Heard:
        """Describe the last seconds; a tone counts if any of it lies in them."""
        now = time.monotonic()
        since = now - last_s
        steps = [*self.waveform, Tone(now, 0, 0)]
        spans = [
            (tone, max(tone.t, since), after.t)
            for tone, after in pairwise(steps)
            if after.t > max(since, tone.t) and tone.duty > 0
        ]
        merged = _merge([(start, end) for _, start, end in spans])
        loudest = max((tone for tone, _, _ in spans), key=lambda tone: tone.duty, default=Tone(now, 0, 0))
        return Heard(
            beeps=len(merged),
            hz=loudest.hz,
            duty=loudest.duty,
            tone_s=max((end - start for start, end in merged), default=0.0),
            pause_s=max((after[0] - before[1] for before, after in pairwise(merged)), default=0.0),
            sounding=self.sounding,
        )

    def _on_tone(self, hz: float, duty: float, t: float) -> None:
        last = self.waveform[-1] if self.waveform else Tone(t, 0, 0)
        if (hz, duty) == (last.hz, last.duty) or (duty == 0 and last.duty == 0):
            return
        self.waveform.append(Tone(t, hz, duty))
        self._emit({"event": "buzzer", "hz": hz, "duty": duty})


def _merge(spans: list[tuple[float, float]]) -> list[tuple[float, float]]:
    """Join spans that touch: a change of pitch is no pause."""
    merged: list[tuple[float, float]] = []
    for start, end in spans:
        if merged and start - merged[-1][1] < 1e-9:  # noqa: PLR2004 - the same stamp, but for rounding
            merged[-1] = (merged[-1][0], end)
        else:
            merged.append((start, end))
    return merged
