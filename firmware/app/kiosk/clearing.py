"""Where the office clears an alarm: a Unix socket in the state directory, for the kiosk's own user and root alone.

One conversation a connection, one JSON object a line: the kiosk says which alarm is on and gives a nonce, the office
answers with a signed command, the kiosk says what became of it, once that is on the disk. Not responsible for keys and
texts (`clear_command.py`). Protocol: `docs/reference/alarms.md`.
"""

from __future__ import annotations

import asyncio
import contextlib
import os
import secrets
import socket
import sys
import time
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import msgspec

from firmware.app.kiosk import clear_command
from firmware.app.kiosk.clear_command import Refused, Signed
from firmware.app.kiosk.incidents import Clearance, Incident

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable, Generator, Mapping
    from pathlib import Path

SOCKET = "alarm.sock"
LONGEST_LINE = 4096
ANSWER_S = 60.0
MOST_AT_ONCE = 4


class Told(msgspec.Struct, frozen=True, kw_only=True):
    """The alarm that is on, as the office is told."""

    alarm_id: str
    thing: str
    since_s: float
    subject_id: str | None
    document_id: str | None
    cleared: bool


class Hello(msgspec.Struct, frozen=True, kw_only=True):
    """What the kiosk says first."""

    kiosk_id: str
    nonce: str
    alarm: Told | None


class Result(msgspec.Struct, frozen=True, kw_only=True):
    """What the kiosk says last: `cleared`; `recorded` of an alarm that is over; or `refused`, why, and what to do."""

    result: str
    code: str = ""
    detail: str = ""


@dataclass(frozen=True, slots=True)
class Alarms:
    """What can be cleared, and how.

    `clear` returns when it is carried out and on record, False when the alarm ended in that very moment; `explain` when
    it is on record.
    """

    open: Callable[[], Incident | None]
    find: Callable[[str], Incident | None]
    clear: Callable[[Clearance], Awaitable[bool]]
    explain: Callable[[Incident, Clearance], Awaitable[None]]


class Clearing:
    """The open socket."""

    def __init__(self, kiosk_id: str, keys: Mapping[str, str], alarms: Alarms, log: Callable[[str], None]) -> None:
        self._kiosk_id = kiosk_id
        self._keys = keys
        self._alarms = alarms
        self._log = log
        self._server: asyncio.Server | None = None
        self._talking: set[asyncio.Task[None]] = set()

    async def start(self, state_dir: Path) -> None:
        """Listen at `state_dir/alarm.sock`, mode 0600; what a killed kiosk left there is replaced."""
        listener = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM | socket.SOCK_NONBLOCK | socket.SOCK_CLOEXEC)
        try:
            os.fchmod(listener.fileno(), 0o600)  # the file is made with the mode of its socket
            (state_dir / SOCKET).unlink(missing_ok=True)
            with reachable(state_dir) as address:
                listener.bind(address)
        except OSError:
            listener.close()
            raise
        # From Python 3.13 on asyncio would look for the file at the address it was bound at, which is gone by now.
        options: dict[str, Any] = {"cleanup_socket": False} if sys.version_info >= (3, 13) else {}
        self._server = await asyncio.start_unix_server(self._meet, sock=listener, limit=LONGEST_LINE, **options)

    async def close(self) -> None:
        """Listen no more."""
        if self._server:
            self._server.close()
            for task in tuple(self._talking):
                task.cancel()
            await asyncio.gather(*self._talking, return_exceptions=True)

    async def _meet(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        task = asyncio.current_task()
        try:
            if task is not None and len(self._talking) < MOST_AT_ONCE:
                self._talking.add(task)
                async with asyncio.timeout(ANSWER_S):
                    await self._talk(reader, writer)
        except (TimeoutError, OSError):
            return  # it says nothing, or has gone
        finally:
            if task is not None:
                self._talking.discard(task)
            writer.close()

    async def _talk(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        nonce = secrets.token_hex(16)
        await _say(writer, Hello(kiosk_id=self._kiosk_id, nonce=nonce, alarm=_told(self._alarms.open())))
        try:
            line = await reader.readline()
        except ValueError:  # longer than any command
            line = b"{"
        if not line:
            return
        try:
            await _say(writer, await self._answer(line, nonce))
        except Refused as refused:
            self._log(f"an alarm was not cleared: {refused.code}")
            await _say(writer, Result(result="refused", code=refused.code, detail=str(refused)))

    async def _answer(self, line: bytes, nonce: str) -> Result:
        try:
            signed = msgspec.json.decode(line, type=Signed)
        except (msgspec.DecodeError, UnicodeDecodeError) as error:
            raise Refused("bad-request", f"not a signed command: {error}") from error
        clearance = await asyncio.to_thread(clear_command.verified, signed, self._keys)
        command = clear_command.command_of(clearance.command)
        clear_command.check(command, kiosk_id=self._kiosk_id, nonce=nonce, now_s=time.time())
        result = Result(result=await carry_out(self._alarms, command.alarm_id, clearance))
        self._log(f"alarm {command.alarm_id} {result.result} by {clearance.operator}: {clearance.reason}")
        return result


async def carry_out(alarms: Alarms, alarm_id: str, clearance: Clearance) -> str:
    """Clear an alarm, or put on record what became of its thing; returns `cleared` or `recorded`, raises `Refused`."""
    incident = alarms.find(alarm_id)
    if incident is None:
        raise Refused("wrong-alarm", f"there is no alarm {alarm_id}; look at: kiosk incidents list")
    if incident.clearance:
        raise Refused("already-cleared", f"{incident.clearance.operator} has cleared it already")
    if incident.over:
        await alarms.explain(incident, clearance)
        return "recorded"
    if await alarms.clear(clearance):
        return "cleared"
    raise Refused("no-alarm", "the alarm ended in this very moment; name it with --alarm")


@contextlib.contextmanager
def reachable(state_dir: Path) -> Generator[str]:
    """Give an address of the socket in this folder that is short enough for the system, however long its path."""
    folder = os.open(state_dir, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
    try:
        yield f"/proc/self/fd/{folder}/{SOCKET}"
    finally:
        os.close(folder)


def _told(incident: Incident | None) -> Told | None:
    if incident is None:
        return None
    first = incident.first
    return Told(
        alarm_id=first.alarm_id,
        thing=str(first.thing),
        since_s=first.at_s,
        subject_id=first.subject_id,
        document_id=incident.document_id,
        cleared=incident.clearance is not None,
    )


async def _say(writer: asyncio.StreamWriter, message: Hello | Result) -> None:
    writer.write(msgspec.json.encode(message) + b"\n")
    await writer.drain()
