"""The signal light beside the buzzer: records when it was lit. Not responsible for what that means."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from sim_hw.pins.server import Emit, PinServer

PIN = 12


class Lit(NamedTuple):
    """From the time `t` (monotonic seconds) on, the light is on or off."""

    t: float
    on: bool


class SimLight:
    """A dark light."""

    def __init__(self, pins: PinServer, emit: Emit, pin: int = PIN) -> None:
        self._emit = emit
        self.waveform: list[Lit] = []
        pins.watch_output(pin, self._on_level)

    @property
    def on(self) -> bool:
        """Whether it is lit now."""
        return bool(self.waveform) and self.waveform[-1].on

    def _on_level(self, level: int, t: float) -> None:
        self.waveform.append(Lit(t, bool(level)))
        self._emit({"event": "light", "on": bool(level)})
