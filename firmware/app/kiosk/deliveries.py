"""Sends what lies in the outbox: a few events at a time, each let go of once the broker has it for a subscriber.

At least once: an event whose answer did not come before a kill is sent again, with the same `event_id`. While nobody
listens one event is tried every minute. Not responsible for keeping (`outbox.py`) or for the connection.
"""

from __future__ import annotations

import asyncio
import sqlite3
from functools import partial
from typing import TYPE_CHECKING, Protocol

from firmware.app.kiosk.outbox import Fresh, Waiting

if TYPE_CHECKING:
    from collections.abc import Callable

    from firmware.app.kiosk.outbox import Outbox

AT_ONCE = 8  # no more than these can be told twice after a kill of the kiosk
NOBODY_S = 60.0
DISK_S = 30.0


class Publisher(Protocol):
    """Sends one event."""

    def publish_event(self, name: str, payload: str, done: Callable[[bool], None] | None = None) -> None:
        """Publish, at least once; `done(False)` when nobody listens."""
        ...


class Deliveries:
    """A task (`run`) between the outbox and the broker; it sleeps while there is nothing to do."""

    def __init__(self, outbox: Outbox, publisher: Publisher, log: Callable[[str], None]) -> None:
        self._outbox = outbox
        self._publisher = publisher
        self._log = log
        self._fresh: list[Fresh] = []
        self._delivered: set[int] = set()
        self._handed: set[int] = set()
        self._unheard = False
        self._ailing = False
        self._pause: asyncio.TimerHandle | None = None
        self._stirred = asyncio.Event()
        self._stirred.set()

    @property
    def counts(self) -> dict[str, int]:
        """How many events wait, and how many were given up: too many, too large, or damaged."""
        return {"events_waiting": self._outbox.waiting + len(self._fresh), "events_dropped": self._outbox.dropped}

    def put(self, event: Fresh) -> None:
        """Take an event; it is on the disk a moment later."""
        self._fresh.append(event)
        self._stirred.set()

    def look(self) -> None:
        """Look into the files that the outbox follows."""
        self._stirred.set()

    async def run(self) -> None:
        """Work until cancelled."""
        while True:
            await self._stirred.wait()
            self._stirred.clear()
            fresh, self._fresh = self._fresh, []
            delivered, self._delivered = self._delivered, set()
            try:
                ready = await asyncio.to_thread(self._turn, fresh, delivered)
            except (sqlite3.Error, OSError) as error:
                self._fresh, self._delivered = [*fresh, *self._fresh], delivered | self._delivered
                self._ail(error)
                await asyncio.sleep(DISK_S)
                self._stirred.set()
                continue
            self._ailing = False
            self._handed -= delivered
            for event in ready:
                self._handed.add(event.number)
                self._publisher.publish_event(
                    f"event/{event.type}", event.payload, partial(self._answered, event.number)
                )

    def close(self) -> None:
        """Put on the disk what is left."""
        if self._pause:
            self._pause.cancel()
        try:
            self._outbox.turn(self._fresh, self._delivered, (), 0)
        except (sqlite3.Error, OSError) as error:
            self._ail(error)
        self._outbox.close()

    def _turn(self, fresh: list[Fresh], delivered: set[int]) -> list[Waiting]:
        handed = self._handed - delivered
        at_once = 0 if self._pause else 1 if self._unheard else AT_ONCE
        return self._outbox.turn(fresh, delivered, handed, at_once - len(handed))

    def _answered(self, number: int, heard: bool) -> None:  # noqa: FBT001 - as the publisher calls it
        if heard:
            self._delivered.add(number)
            self._unheard = False
        else:
            self._handed.discard(number)
            self._unheard = True
            self._pause = self._pause or asyncio.get_running_loop().call_later(NOBODY_S, self._try_again)
        self._stirred.set()

    def _try_again(self) -> None:
        self._pause = None
        self._stirred.set()

    def _ail(self, error: Exception) -> None:
        if not self._ailing:
            self._log(f"outbox: {error}: events wait in memory. Look at the disk.")
        self._ailing = True
