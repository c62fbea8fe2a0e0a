"""An update that an operator asked for: begun, followed, restarted into once nobody is there, and its outcome told.

While the other slot is written the kiosk serves. Then it takes nobody any more, and asks for the restart as soon as it
is at rest. What is under way is kept in the state directory, so that the kiosk that starts afterwards asks what became
of it. Not responsible for the command (`remote.py`), for writing slots, nor for the judgement (`deploy/update/`).
Rule: `docs/reference/mqtt.md`, "Updates".
"""

from __future__ import annotations

import asyncio
from contextlib import AsyncExitStack
from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING, Protocol

import msgspec

from firmware.app.kiosk.clear_command import Refused
from firmware.app.whole_file import write

if TYPE_CHECKING:
    from collections.abc import Callable
    from contextlib import AbstractAsyncContextManager
    from pathlib import Path

FILE = "update"
STEP_PERCENT, WHOLE_PERCENT = 20, 100
REST = "out_of_service"
AGAIN_S = 10.0
RESTART_S = 300.0


class Phase(StrEnum):
    """How far an update is."""

    INSTALLING = "installing"
    INSTALLED = "installed"
    RESTARTING = "restarting"
    GOOD = "good"
    RETURNED = "returned"
    FAILED = "failed"


class NotAvailable(Exception):
    """This machine cannot be updated this way; the message says what is missing."""


class Line(Protocol):
    """An open line to the updates of this machine."""

    def ask(self, words: str) -> None:
        """Send a request."""
        ...

    async def heard(self) -> str:
        """Return the next answer; empty at the end."""
        ...


@dataclass(frozen=True, slots=True)
class Place:
    """Where updates come from: `source` is what a bundle's name is put behind, `line` opens the line (`OSError`)."""

    source: str
    line: Callable[[], AbstractAsyncContextManager[Line]]
    state_dir: Path


class Asked(msgspec.Struct, frozen=True):
    """What an operator asked for: the name of a bundle, and the nonce of the command."""

    bundle: str
    nonce: str


class Update:
    """One update at a time; `run` until cancelled. `hold(True)` lets nobody begin, `tell` takes events."""

    def __init__(self, place: Place, hold: Callable[[bool], None], tell: Callable[[dict[str, object]], None]) -> None:
        self._place = place
        self._hold = hold
        self._tell = tell
        self._file = place.state_dir / FILE
        self._begun: asyncio.Queue[tuple[Asked, Line, AsyncExitStack]] = asyncio.Queue()
        self._busy = self._unsettled = self._file.exists()
        self._state, self._changed = "", asyncio.Event()

    def state(self, state: str) -> None:
        """Take each new state of the kiosk, in the words that it is published in."""
        self._state = state
        self._changed.set()

    async def begin(self, bundle: str, nonce: str) -> None:
        """Begin; events tell how it goes. Raises `NotAvailable`, and `Refused` while one is under way."""
        if not self._place.source:
            raise NotAvailable("update.source of kiosk.toml is empty: write there where bundles lie")
        if self._busy:
            raise Refused("updating", "an update is under way: its events tell how far")
        closing = AsyncExitStack()
        self._busy = True
        try:
            line = await closing.enter_async_context(self._place.line())
        except OSError as error:
            self._busy = False
            raise NotAvailable("no updater on this machine: update its package, or write the image to it") from error
        self._begun.put_nowait((Asked(bundle, nonce), line, closing))

    async def run(self) -> None:
        """Tell what became of the update before this start, then follow each that begins."""
        try:
            if self._unsettled:
                await self._look_back()
                self._busy = False
            while True:
                asked, line, closing = await self._begun.get()
                async with closing:
                    await self._follow(asked, line)
                self._busy = False
        finally:
            while not self._begun.empty():
                await self._begun.get_nowait()[2].aclose()

    async def _follow(self, asked: Asked, line: Line) -> None:
        if not await self._install(asked, line):
            return
        self._hold(True)
        try:
            await self._restart(asked, line)
        except OSError as error:
            self._say(asked, Phase.FAILED, detail=f"{self._file}: {error.strerror}: look at the disk")
        finally:
            self._hold(False)

    async def _install(self, asked: Asked, line: Line) -> bool:
        told = 0
        self._say(asked, Phase.INSTALLING)
        line.ask(f"install {self._place.source.rstrip('/')}/{asked.bundle}")
        while True:
            match (await line.heard()).split(" ", 1):
                case ["percent", number] if number.isdecimal():
                    if told + STEP_PERCENT <= int(number) < WHOLE_PERCENT:
                        told = int(number)
                        self._say(asked, Phase.INSTALLING, told)
                case ["installed"]:
                    self._say(asked, Phase.INSTALLED, WHOLE_PERCENT)
                    return True
                case words:
                    self._say(asked, Phase.FAILED, told, _why(words))
                    return False

    async def _restart(self, asked: Asked, line: Line) -> None:
        """Ask for the restart as soon as nobody is there, until it comes; `OSError` when the disk refuses."""
        while True:
            while self._state != REST:
                self._changed.clear()
                await self._changed.wait()
            await asyncio.to_thread(write, self._file, msgspec.json.encode(asked))
            line.ask("restart")
            match (await line.heard()).split(" ", 1):
                case ["refused", _]:
                    await asyncio.sleep(AGAIN_S)
                case ["restarting"] | [""]:  # the machine goes down, and this process with it; the line may go first
                    self._say(asked, Phase.RESTARTING, WHOLE_PERCENT)
                    await asyncio.sleep(RESTART_S)
                    words = ["failed", "the restart was asked for and did not come"]
                    break
                case words:
                    break
        self._end(asked, Phase.FAILED, _why(words))

    async def _look_back(self) -> None:
        """Ask how the trial ended that the last restart began; it may not have ended yet."""
        try:
            asked = msgspec.json.decode(await asyncio.to_thread(self._file.read_bytes), type=Asked)
        except (OSError, msgspec.DecodeError):
            asked = Asked("", "")
        try:
            words = await self._outcome()
        except OSError:
            words = ["failed", "no updater on this machine any more"]
        outcome = {"good": Phase.GOOD, "returned": Phase.RETURNED}.get(words[0])
        self._end(asked, outcome or Phase.FAILED, "" if outcome else _why(words))

    async def _outcome(self) -> list[str]:
        """Ask until there is an answer; there is none while the machine goes back to the old slot. Raises `OSError`."""
        while True:
            async with self._place.line() as line:
                line.ask("outcome")
                if answer := await line.heard():
                    return answer.split(" ", 1)
            await asyncio.sleep(AGAIN_S)

    def _end(self, asked: Asked, phase: Phase, detail: str = "") -> None:
        self._say(asked, phase, WHOLE_PERCENT, detail)
        self._file.unlink(missing_ok=True)

    def _say(self, asked: Asked, phase: Phase, percent: int = 0, detail: str = "") -> None:
        body = {"phase": str(phase), "bundle": asked.bundle, "percent": percent, "detail": detail[:200]}
        self._tell({**body, "nonce": asked.nonce})


def _why(words: list[str]) -> str:
    return words[1] if len(words) > 1 else "the updater was lost: journalctl -u 'kiosk-update@*' on the kiosk"
