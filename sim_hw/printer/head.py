"""The print head's temperature: every black dot warms it, time cools it; too hot, it stops until it has cooled.

The figures are plausible, not measured: about 2 m of solid black in one go is too much. Not modelled at instant speed.
"""

from dataclasses import dataclass

AMBIENT_CELSIUS = 25.0
STOP_CELSIUS = 75.0
GO_CELSIUS = 65.0
CELSIUS_PER_DOT = 6e-6
COOLING_PER_S = 0.05


@dataclass
class Head:
    """Temperature at one moment."""

    celsius: float = AMBIENT_CELSIUS
    _at_s: float = 0.0

    def burn(self, black_dots: int, now_s: float) -> bool:
        """Print so many dots; True if that made the head too hot."""
        self.cool(now_s)
        self.celsius += black_dots * CELSIUS_PER_DOT
        return self.celsius >= STOP_CELSIUS

    def cool(self, now_s: float) -> None:
        """Let the time pass."""
        passed_s = max(0.0, now_s - self._at_s)
        self.celsius = AMBIENT_CELSIUS + (self.celsius - AMBIENT_CELSIUS) * (1 - COOLING_PER_S) ** passed_s
        self._at_s = now_s

    def cooling_s(self) -> float:
        """Seconds until it may print again."""
        steps_s = 0.0
        warm = self.celsius
        while warm > GO_CELSIUS:
            warm = AMBIENT_CELSIUS + (warm - AMBIENT_CELSIUS) * (1 - COOLING_PER_S)
            steps_s += 1.0
        return steps_s
