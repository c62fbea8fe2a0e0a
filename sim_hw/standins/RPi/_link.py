"""The firmware's end of the pin socket: sends operations, reads levels on a thread of its own.

Edges that come within half a second keep the spacing that the bench stamped on them, even when a busy machine
hands them over in one go: on copper they would not have come closer. For the same reason what is sent is stamped. Not
responsible for what a level means to an edge detector (`_edges.py`) nor for the library's surface (`GPIO.py`).
Wire: `docs/reference/simulated-hardware.md`, "Pin socket". Standard library only: this runs in the firmware's process.
"""

from __future__ import annotations

import contextlib
import json
import os
import select
import socket
import threading
import time
from collections import defaultdict, deque
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Callable

_CONNECT_TIMEOUT_S = 5.0
_KEPT_SPACING_S = 0.5
_SHORTEST_PULSE_S = 0.005  # what is shorter is chatter


@dataclass
class _Line:
    """One input's last edge, when it was made, due and passed on; and those that wait, (spacing, arrival, level)."""

    made_s: float = 0.0
    was_due_s: float = 0.0
    passed_s: float = 0.0
    waiting: deque[tuple[float, float, int]] = field(default_factory=deque)

    def take(self, level: int, made_s: float) -> None:
        """Put an edge in line, no closer to the one before than it was made."""
        self.waiting.append((min(made_s - self.made_s, _KEPT_SPACING_S), clock(), level))
        self.made_s = made_s

    @property
    def due_s(self) -> float:
        """When the first edge that waits is due: an edge passed on late makes pulses late, and chatter no longer."""
        spacing_s, arrived_s, _ = self.waiting[0]
        before_s = self.was_due_s if spacing_s < _SHORTEST_PULSE_S else self.passed_s
        return max(before_s + spacing_s, arrived_s)

    def next_level(self) -> int:
        """Take the first edge that waits out of the line, to be passed on now."""
        self.was_due_s = self.due_s
        return self.waiting.popleft()[2]


class PinLink:
    """One connection to the bench.

    `on_level(gpio, level)` is called on the library's thread. `settle()` is called there after each read and returns
    how many seconds later it wants to be called again, or None.
    """

    def __init__(self, path: str, on_level: Callable[[int, int], None], settle: Callable[[], float | None]) -> None:
        self._on_level = on_level
        self._settle = settle
        self._rest = b""
        self._lines: defaultdict[int, _Line] = defaultdict(_Line)
        self._sending = threading.Lock()
        self._socket = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
        self._socket.settimeout(_CONNECT_TIMEOUT_S)
        try:
            self._socket.connect(path)
        except OSError as error:
            self._socket.close()
            raise RuntimeError(
                f"The pins cannot be reached at SIM_HW_PINS={path}: {error.strerror}. Is the bench running?"
            ) from error
        self._socket.settimeout(None)
        self._thread = threading.Thread(target=self._run, name="sim-gpio", daemon=True)
        self.send({"op": "hello", "pid": os.getpid()})
        self._thread.start()

    @property
    def on_own_thread(self) -> bool:
        """Whether the caller is a callback on the library's thread."""
        return threading.current_thread() is self._thread

    def send(self, message: dict[str, Any]) -> None:
        """Send one operation; RuntimeError when the bench is gone."""
        line = json.dumps(message, separators=(",", ":")).encode() + b"\n"
        try:
            with self._sending:
                self._socket.sendall(line)
        except OSError as error:
            raise RuntimeError(f"The pins are gone: {error.strerror}. The bench has stopped.") from error

    def pump(self, timeout_s: float | None) -> bool:
        """Read once and deliver levels; False when the bench is gone. Library thread only."""
        readable, _, _ = select.select([self._socket], [], [], timeout_s)
        if not readable:
            return True
        try:
            data = self._socket.recv(65536)
        except OSError:
            data = b""
        if not data:
            return False
        *lines, self._rest = (self._rest + data).split(b"\n")
        for line in lines:
            message = json.loads(line)
            if message.get("op") == "level":
                self._lines[message["pin"]].take(message["level"], message["t"])
        self._pass_on()
        return True

    def _pass_on(self) -> float | None:
        """Deliver the edges that are due; returns how many seconds later the next one is."""
        soonest_s = None
        for gpio, line in list(self._lines.items()):
            while line.waiting and line.due_s <= clock():
                self._on_level(gpio, line.next_level())
                self._settle()
                line.passed_s = clock()
            if line.waiting:
                soonest_s = min(line.due_s, soonest_s or line.due_s)
        return None if soonest_s is None else max(0.0, soonest_s - clock())

    def close(self) -> None:
        """Hang up and end the thread, unless this is the thread."""
        with contextlib.suppress(OSError):  # the bench may have hung up before
            self._socket.shutdown(socket.SHUT_RDWR)
        if not self.on_own_thread:
            self._thread.join()

    def _run(self) -> None:
        timeout_s: float | None = None
        while self.pump(timeout_s):
            waits = [wait for wait in (self._pass_on(), self._settle()) if wait is not None]
            timeout_s = min(waits) if waits else None
        self._socket.close()


def clock() -> float:
    """Seconds of the monotonic clock, the one that the bench stamps with."""
    return time.monotonic()
