"""Records what happened to the machine, for `kiosk replay`: each event with its time, the phase and commands after it.

A ring of two files of lines (`lines.py`) in the state directory, the older one `events.1`. Each begins with the whole
state, so that a replay can begin there. Written in a thread: the machine never waits for it, and a disk that refuses
costs the recording, not the service. Ids, amounts and states only. Format: `docs/reference/recording.md`.
"""

from __future__ import annotations

import asyncio
import contextlib
import os
import threading
import time
from dataclasses import dataclass
from typing import TYPE_CHECKING, BinaryIO

from firmware.app.kiosk import vocabulary as v
from firmware.app.kiosk.lines import encode as line_of
from firmware.app.kiosk.notation import encode
from firmware.devices import CameraChanged, PrinterChanged

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable
    from pathlib import Path

    from firmware.app.kiosk.lines import Body
    from firmware.app.kiosk.state import Kiosk, Limits

FILE = "events"
MOST_BYTES = 1_000_000  # of each file
MOST_WAITING = 10_000
_TOLD_ANYHOW = (CameraChanged, PrinterChanged, v.HubAnswered, v.HubLost)  # again and again, though nothing changed


@dataclass(frozen=True, slots=True)
class Begun:
    """A replay can begin here: the whole state, at `now` (monotonic) and `at_s` (Unix time)."""

    kiosk: Kiosk
    now: float
    at_s: float


@dataclass(frozen=True, slots=True)
class Happened:
    """One step of the machine."""

    event: v.Event
    now: float
    after: Kiosk
    commands: tuple[v.Command, ...]


class Recording:
    """The open ring. `note` takes a step, `run` writes until cancelled, `close` writes the rest."""

    def __init__(self, state_dir: Path, limits: Limits, version: str, log: Callable[[str], None]) -> None:
        self._path = state_dir / FILE
        self._older = state_dir / f"{FILE}.1"
        self._head = {"limits": encode(limits), "version": version}
        self._log = log
        self._file: BinaryIO | None = None
        self._waiting: list[Begun | Happened] = []
        self._begun = False
        self._ailing = False
        self._one = threading.Lock()  # `close` may come while a thread still writes for `run`
        self._stirred = asyncio.Event()

    def note(self, event: v.Event, now: float, before: Kiosk, after: Kiosk, commands: tuple[v.Command, ...]) -> None:
        """Take one step of the machine; returns at once."""
        if isinstance(event, _TOLD_ANYHOW) and before == after and not commands:
            return
        if len(self._waiting) >= MOST_WAITING:  # the disk hangs
            self._waiting.clear()
            self._begun = False
        if not self._begun:
            self._waiting.append(Begun(before, now, time.time()))
            self._begun = True
        self._waiting.append(Happened(event, now, after, commands))
        self._stirred.set()

    async def run(self) -> None:
        """Write what comes."""
        while True:
            await self._stirred.wait()
            self._stirred.clear()
            taken, self._waiting = self._waiting, []
            try:
                await asyncio.to_thread(self._write, taken)
            except OSError as error:
                self._begun = False
                if not self._ailing:
                    self._log(f"{self._path}: {error.strerror}: what happens is not recorded. Look at the disk.")
                self._ailing = True
            else:
                self._ailing = False

    def close(self) -> None:
        """Write what is left."""
        taken, self._waiting = self._waiting, []
        try:
            self._write(taken)
        except OSError as error:
            self._log(f"{self._path}: {error.strerror}: the end of the recording is lost")
        with self._one:
            self._let_go()

    def _write(self, taken: Iterable[Begun | Happened]) -> None:
        with self._one:
            try:
                for each in taken:
                    file = self._append(each)
                    if isinstance(each, Happened) and file.tell() >= MOST_BYTES:
                        self._settle()
                        self._let_go()
                        self._path.replace(self._older)
                        self._append(Begun(each.after, each.now, time.time()))
                self._settle()
            except OSError:
                self._let_go()
                raise

    def _append(self, each: Begun | Happened) -> BinaryIO:
        self._file = file = self._file or _opened(self._path)
        file.write(line_of(self._body(each)))
        return file

    def _settle(self) -> None:
        if self._file:
            self._file.flush()
            os.fdatasync(self._file.fileno())

    def _let_go(self) -> None:
        file, self._file = self._file, None
        if file:
            with contextlib.suppress(OSError):  # told already, and the rest of a line is cut off at the next opening
                file.close()

    def _body(self, each: Begun | Happened) -> Body:
        if isinstance(each, Begun):
            return {"kiosk": encode(each.kiosk), "now": each.now, "at_s": round(each.at_s, 3), **self._head}
        phase = encode(each.after.phase)
        return {"event": encode(each.event), "now": each.now, "phase": phase, "commands": encode(each.commands)}


def _opened(path: Path) -> BinaryIO:
    """Open the file behind its last whole line: a power cut may have torn the one after it."""
    descriptor = os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
    file = os.fdopen(descriptor, "r+b")
    file.seek(file.read().rfind(b"\n") + 1)
    file.truncate()
    return file
