"""An event loop whose clock jumps to whatever is due next, and whose threads are calls: a run is the same every time.

Not responsible for what runs on it. A loop that waits for nothing at all is an error: the run would never end.
"""

from __future__ import annotations

import asyncio
import math
import selectors
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Callable


class _JumpingSelector:
    """A selector that does not wait: the loop's clock goes on by the time that it would have waited."""

    def __init__(self, clock: Clockwork) -> None:
        self._clock = clock
        self._inner = selectors.DefaultSelector()

    def select(self, timeout: float | None = None) -> list[Any]:
        """Let the time pass; what is ready comes from the loop itself only."""
        if timeout is None:
            raise AssertionError("everything waits, and nothing will ever happen")
        if timeout > 0:  # at least by as much as the clock can tell
            self._clock.now = max(self._clock.now + timeout, math.nextafter(self._clock.now, math.inf))
        return self._inner.select(0)

    def __getattr__(self, name: str) -> Any:
        return getattr(self._inner, name)


class Clockwork(asyncio.SelectorEventLoop):
    """The loop; `now` is its time in seconds, which goes on over several loops if it is handed on."""

    def __init__(self, now: float, guard: Callable[[], None] = lambda: None) -> None:
        self.now = now
        self._guard = guard
        super().__init__(_JumpingSelector(self))  # type: ignore[arg-type]

    def time(self) -> float:
        """Return the simulated time."""
        return self.now

    def run_in_executor(self, _executor: object, call: Callable[..., Any], *given: Any) -> asyncio.Future[Any]:  # type: ignore[override]
        """Call it at once: a thread would end whenever it likes. `guard` raises when the process is dead."""
        self._guard()
        done = self.create_future()
        try:
            done.set_result(call(*given))
        except Exception as error:  # noqa: BLE001 - whatever it is, it belongs to whoever waits
            done.set_exception(error)
        return done
