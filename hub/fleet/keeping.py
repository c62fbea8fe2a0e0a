"""Keeps what kiosks told: events in the history, beginning and end of alarms and faults for the yearly review.

Messages wait in memory until they are on the disk, and only then does the broker hear that they came: whoever is killed
in between gets them again. Not responsible for the connection (`watching.py`).
"""

import asyncio
import time
from collections.abc import Callable
from typing import Any

from sqlalchemy import Engine
from sqlalchemy.exc import SQLAlchemyError

from hub import log
from hub.fleet.history import History, Told
from hub.ledger.alarms import keep_alarms

TIDY_S = 3600.0
RETRY_S = 5.0
Kept = Callable[[], object]


class Keeping:
    """`run` and `tidy` until cancelled; the database is `engine`."""

    def __init__(self, engine: Engine) -> None:
        self.history = History(engine)
        self._engine = engine
        self._events: list[tuple[Told, Kept, object]] = []
        self._alarms: list[tuple[str, Kept, object]] = []
        self._stirred = asyncio.Event()

    def event(self, told: Told, kept: Kept, line: object) -> None:
        """Take an event that came by `line`; `kept` is called once it is on the disk."""
        self._events.append((told, kept, line))
        self._stirred.set()

    def alarm(self, topic: str, payload: bytes, kept: Kept, line: object) -> None:
        """Take a message of `alarm/<code>` or `state`; `kept` is called once what follows is on the disk."""
        self._alarms.append((f"{int(time.time())} {topic} {payload.decode(errors='replace')}", kept, line))
        self._stirred.set()

    def forget(self, line: object) -> None:
        """Forget what is not on the disk of what came by `line`: that connection is gone, so it comes again."""
        self._events = [each for each in self._events if each[2] is not line]
        self._alarms = [each for each in self._alarms if each[2] is not line]

    async def run(self) -> None:
        """Work for ever; a database that is away is asked again."""
        while True:
            await self._stirred.wait()
            self._stirred.clear()
            events, alarms = self._events, self._alarms
            self._events, self._alarms = [], []
            try:
                await asyncio.to_thread(self._keep, [each[0] for each in events], [each[0] for each in alarms])
            except SQLAlchemyError as error:
                log.fault("fleet_not_kept", error)
                self._events, self._alarms = [*events, *self._events], [*alarms, *self._alarms]
                await asyncio.sleep(RETRY_S)
                self._stirred.set()
                continue
            for _, kept, _ in [*events, *alarms]:
                kept()

    async def tidy(self) -> None:
        """Let old events go, each hour."""
        while True:
            try:
                gone = await asyncio.to_thread(self.history.roll_up, time.time())
                log.event("fleet_history_rolled_up", events=gone)
            except SQLAlchemyError as error:
                log.fault("fleet_not_rolled_up", error)
            await asyncio.sleep(TIDY_S)

    def _keep(self, events: list[Told], alarms: list[str]) -> None:
        self.history.keep(events)
        keep_alarms(self._engine, alarms)


def reasons_of(body: dict[str, Any]) -> tuple[str, ...]:
    """Return why a kiosk is out of service, to see whether it changed."""
    reasons: Any = body.get("reasons")
    return tuple(sorted(map(str, reasons))) if isinstance(reasons, list) else ()  # pyright: ignore[reportUnknownVariableType, reportUnknownArgumentType]
