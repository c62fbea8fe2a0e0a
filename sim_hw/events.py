"""What happened on the bench, in order: events.jsonl, and a way to wait for what comes next.

Everything a test may wait for passes here: sensors, paper, views, MQTT messages. Not responsible for what they mean.
"""

from __future__ import annotations

import asyncio
import json
import time
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    Event = dict[str, Any]


class EventLog:
    """Lines with `t`, seconds since the bench began. Use it on the loop's thread only."""

    def __init__(self, path: Path) -> None:
        self._began_s = time.monotonic()
        self._file = path.open("w", encoding="utf-8", buffering=1)
        self._listeners: list[Callable[[Event], None]] = []
        self._waiting: set[asyncio.Event] = set()

    def emit(self, event: Event) -> None:
        """Write the event down and tell everybody who waits."""
        if self._file.closed:
            return
        line = {"t": round(time.monotonic() - self._began_s, 4), **event}
        self._file.write(json.dumps(line, ensure_ascii=False) + "\n")
        for listener in list(self._listeners):
            listener(line)
        for waiter in self._waiting:
            waiter.set()

    def listen(self, listener: Callable[[Event], None]) -> Callable[[], None]:
        """Call `listener` with each event from now on; returns what ends it."""
        self._listeners.append(listener)
        return lambda: self._listeners.remove(listener)

    async def until(self, come_true: Callable[[], Any], timeout_s: float, otherwise: Callable[[], str]) -> None:
        """Wait until `come_true` is true after some event; raise `AssertionError(otherwise())` after the time."""
        waiter = asyncio.Event()
        self._waiting.add(waiter)
        try:
            async with asyncio.timeout(timeout_s):
                while not come_true():
                    await waiter.wait()
                    waiter.clear()
        except TimeoutError:
            if not come_true():
                raise AssertionError(f"within {timeout_s:g} s: {otherwise()}") from None
        finally:
            self._waiting.discard(waiter)

    def close(self) -> None:
        """End the file."""
        self._file.close()
