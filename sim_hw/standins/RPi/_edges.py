"""Edge detection of one input: which edges count, debouncing, callbacks, and the *detected* flag.

Debouncing is that of rpi-lgpio, which the firmware runs on (`DEVICES`, "GPIO and camera"): an edge counts once the line
has been still for the bounce time. Not responsible for threads: everything here runs on the library's thread.
"""

from __future__ import annotations

import sys
from collections import deque
from typing import TYPE_CHECKING

from RPi._link import clock

if TYPE_CHECKING:
    from collections.abc import Callable

RISING = 31
FALLING = 32
BOTH = 33


class EdgeDetector:
    """Detects edges of one input that now has `level`."""

    def __init__(self, channel: int, edge: int, bouncetime_ms: int | None, level: int) -> None:
        self.channel = channel
        self.edge = edge
        self.bouncetime_ms = bouncetime_ms
        self.callbacks: list[Callable[[int], object]] = []
        self._settled = level
        self._raw = level
        self._still_at: float | None = None
        self._detected = False
        self._due: deque[int] = deque()

    def feed(self, level: int) -> None:
        """Take a change of the line's level."""
        if level == self._raw:
            return
        self._raw = level
        if self.bouncetime_ms is None:
            self._accept(level)
        else:
            self._still_at = clock() + self.bouncetime_ms / 1000

    def settle(self) -> float | None:
        """Accept a level that has been still for long enough; returns how long to wait for the next, in seconds."""
        if self._still_at is None:
            return None
        left_s = self._still_at - clock()
        if left_s > 0:
            return left_s
        self._still_at = None
        if self._raw != self._settled:
            self._accept(self._raw)
        return None

    def deliver(self) -> None:
        """Run the callbacks of accepted edges, in the order in which they were added."""
        while self._due:
            self._due.popleft()
            for callback in list(self.callbacks):
                try:
                    callback(self.channel)
                except Exception as error:  # noqa: BLE001 - the real library prints it and goes on, too
                    print(error, file=sys.stderr)

    def take_detected(self) -> bool:
        """Whether an edge came since the last question."""
        detected, self._detected = self._detected, False
        return detected

    def _accept(self, level: int) -> None:
        self._settled = level
        if self.edge == BOTH or (self.edge == RISING) == bool(level):
            self._detected = True
            self._due.append(level)
