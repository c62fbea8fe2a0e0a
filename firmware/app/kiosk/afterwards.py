"""What the office says of an alarm that is over: staff took the paper, say, and the police has it now.

It goes on record, and the paper becomes void at the hub, tried until the hub knows; also after a restart. Not
responsible for who may say so (`clearing.py`), nor for an alarm that is on (`left_behind.py`).
"""

from __future__ import annotations

import asyncio
import time
from typing import TYPE_CHECKING, Protocol

from firmware.app.kiosk.alarms import Noted
from firmware.app.kiosk.hub import VoidReason

if TYPE_CHECKING:
    from firmware.app.kiosk.incidents import Clearance, Incident, Incidents

RETRY_S = 30.0


class Voids(Protocol):
    """The hub."""

    async def void(self, document_id: str, reason: VoidReason) -> object:
        """Have nobody believe a document any more; raises what `errors` names."""
        ...


class Afterwards:
    """A task that sleeps until there is a paper to void, and works until the hub has it as void."""

    def __init__(self, incidents: Incidents, hub: Voids, errors: tuple[type[Exception], ...]) -> None:
        self._incidents = incidents
        self._hub = hub
        self._errors = errors
        self._wanted = asyncio.Event()

    async def explain(self, incident: Incident, clearance: Clearance) -> None:
        """Put on record what became of the thing; returns when it is on the disk."""
        line = self._incidents.note_later(incident, Noted.EXPLAINED, time.time(), clearance)
        await asyncio.to_thread(self._incidents.append, line)
        self._wanted.set()

    async def run(self) -> None:
        """Work until cancelled."""
        while True:
            for incident in self._incidents.to_void():
                await self._void(incident)
            self._wanted.clear()
            try:
                async with asyncio.timeout(RETRY_S if self._incidents.to_void() else None):
                    await self._wanted.wait()
            except TimeoutError:
                continue

    async def _void(self, incident: Incident) -> None:
        try:
            await self._hub.void(incident.document_id or "", VoidReason.LEFT_BEHIND)
        except self._errors:
            return
        line = self._incidents.note_later(incident, Noted.VOIDED, time.time())
        await asyncio.to_thread(self._incidents.append, line)
