"""Commands that operators send over MQTT: checked, carried out, answered, told of. None interrupts a person.

Every one is counted (`commands_done`, `commands_refused`); whoever floods is counted only. Not responsible for form and
signature (`remote_command.py`).
Rule: `docs/reference/mqtt.md`, "Commands".
"""

from __future__ import annotations

import asyncio
import json
import sqlite3
import time
from collections import deque
from dataclasses import dataclass
from typing import TYPE_CHECKING, Protocol

from firmware.app.kiosk.clear_command import Refused
from firmware.app.kiosk.remote_command import Checked, Order, checked, nonce_of
from firmware.app.kiosk.update import NotAvailable

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable, Mapping

    from firmware.app.kiosk.incidents import Clearance
    from firmware.devices import Heard

BURST = 10
A_SECOND = 1.0
TOO_MANY_S = 60.0


class Answerer(Protocol):
    """The broker."""

    def publish_result(self, name: str, payload: str, correlation: bytes) -> None:
        """Answer a command."""
        ...


@dataclass(frozen=True, slots=True)
class Acts:
    """What a command can do. `switch(True)` takes the kiosk out of service, at once or once the person has left.

    `clear` returns what was done, and raises `Refused`; `at_rest` tells whether nobody is being served; `test_print`
    returns once the printer has confirmed the strip, and raises `Refused`. `update` begins one (bundle, nonce), and
    raises `Refused` and `NotAvailable`.
    """

    at_rest: Callable[[], bool]
    switch: Callable[[bool], Awaitable[None]]
    clear: Callable[[Clearance], Awaitable[str]]
    restart: Callable[[], object]
    diagnose: Callable[[], None]
    test_print: Callable[[], Awaitable[None]]
    update: Callable[[str, str], Awaitable[None]]


@dataclass(frozen=True, slots=True)
class Desk:
    """Who is asked: this kiosk, its operators' public keys by name, a memory of nonces, and where to tell of it."""

    kiosk_id: str
    keys: Mapping[str, str]
    remember: Callable[[str, int, float], bool]
    answerer: Answerer
    head: Callable[[], dict[str, object]]
    tell: Callable[[dict[str, object]], None]


class Remote:
    """Takes commands on the loop; `run` works them off one after the other until cancelled."""

    def __init__(self, desk: Desk, acts: Acts, counts: dict[str, int]) -> None:
        self._desk = desk
        self._acts = acts
        self._waiting: asyncio.Queue[Heard] = asyncio.Queue()
        self._arrivals: deque[float] = deque(maxlen=BURST)
        self._told_of_many_at = -TOO_MANY_S
        self._counts = counts

    def heard(self, heard: Heard) -> None:
        """Take a command as it came; more than ten in ten seconds are counted and not answered."""
        now = asyncio.get_running_loop().time()
        if len(self._arrivals) == BURST and now - self._arrivals[0] < BURST * A_SECOND:
            self._counts["commands_refused"] += 1
            if now - self._told_of_many_at >= TOO_MANY_S:
                self._told_of_many_at = now
                self._desk.tell({"name": "", "result": "refused", "code": "too-many", "nonce": "", "key_id": ""})
            return
        self._arrivals.append(now)
        self._waiting.put_nowait(heard)

    async def run(self) -> None:
        """Work until cancelled."""
        while True:
            await self._answer(await self._waiting.get())

    async def _answer(self, heard: Heard) -> None:
        nonce, key_id, code, detail = nonce_of(heard.payload), "", "", ""
        try:
            command = await self._checked(heard)
            nonce, key_id = command.nonce, command.key_id
            result = await self._carry_out(command)
        except Refused as refused:
            result, code, detail = "refused", refused.code, str(refused)[:200]
        except NotAvailable as missing:
            result, detail = "not_available", str(missing)[:200]
        self._counts["commands_refused" if result == "refused" else "commands_done"] += 1
        name = heard.name if heard.name in tuple(Order) else ""
        body: dict[str, object] = {"result": result, "code": code, "nonce": nonce}
        if name:
            answer = json.dumps({**body, "detail": detail, **self._desk.head()})
            self._desk.answerer.publish_result(name, answer, heard.correlation[:64])
        self._desk.tell({"name": name, **body, "key_id": key_id})
        if result == "done" and name == Order.RESTART:
            self._acts.restart()

    async def _checked(self, heard: Heard) -> Checked:
        if heard.retained:
            raise Refused("retained", "a command is never retained: send it without, and clear the topic")
        desk, now_s = self._desk, time.time()
        command = await asyncio.to_thread(checked, heard.name, heard.payload, desk.keys, desk.kiosk_id, now_s)
        try:
            first = await asyncio.to_thread(desk.remember, command.nonce, command.expires_at, now_s)
        except (sqlite3.Error, OSError) as error:
            raise Refused("not-recorded", "the kiosk's disk refuses: look at it") from error
        if not first:
            raise Refused("replayed", "this command was used before: sign anew")
        return command

    async def _carry_out(self, command: Checked) -> str:
        """Return what became of it."""
        acts, at_rest = self._acts, self._acts.at_rest()
        match command.order:
            case Order.OUT_OF_SERVICE:
                await acts.switch(True)
                return "done" if at_rest else "scheduled"
            case Order.IN_SERVICE:
                await acts.switch(False)
                return "done"
            case Order.CLEAR_ALARM if command.clearance:
                return await acts.clear(command.clearance)
            case Order.SEND_DIAGNOSTICS:
                acts.diagnose()
                return "done"
            case Order.RESTART | Order.TEST_PRINT | Order.START_UPDATE if not at_rest:
                raise Refused("busy", "a person is being served, or something lies there: ask again later")
            case Order.RESTART:
                return "done"
            case Order.TEST_PRINT:
                await acts.test_print()
                return "done"
            case _:  # start_update
                await acts.update(command.bundle, command.nonce)
                return "started"
