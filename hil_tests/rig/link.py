"""The host's end of the rig's line protocol: JSON lines over a serial port, an answer to each request, events between.

Not responsible for the verbs (`hands.py`) nor for the board (`pico/`).
"""

from __future__ import annotations

import asyncio
import json
import os
import tty
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    Event = dict[str, Any]

VERSION = 1
ANSWER_S = 10.0


class RigRefused(ValueError):
    """The rig refused a request; the text is its own."""


class RigGone(ConnectionError):
    """The rig does not answer, or is another than this program knows."""


class RigLink:
    """The serial port `path`; `on_event` gets what the rig says unasked. One request at a time."""

    def __init__(self, path: Path, on_event: Callable[[Event], None]) -> None:
        self._path = path
        self._on_event = on_event
        self._port = -1
        self._rest = b""
        self._turn = asyncio.Lock()
        self._answer: asyncio.Future[dict[str, Any]] | None = None

    async def open(self) -> None:
        """Open the port and ask who is there; `RigGone` where no rig of this version is."""
        try:
            self._port = os.open(self._path, os.O_RDWR | os.O_NOCTTY | os.O_NONBLOCK)
        except OSError as error:
            raise RigGone(f"{self._path}: {error.strerror}. Plug the rig's Pico in, or name its port.") from error
        tty.setraw(self._port)
        asyncio.get_running_loop().add_reader(self._port, self._read)
        found = (await self.ask("hello"))["rig"]
        if found != VERSION:
            raise RigGone(
                f"{self._path}: the rig speaks version {found}, this is {VERSION}. Copy hil_tests/rig/pico to it."
            )
        await self.ask("watch")

    def close(self) -> None:
        """Let the port go."""
        if self._port >= 0:
            asyncio.get_running_loop().remove_reader(self._port)
            os.close(self._port)
            self._port = -1

    async def ask(self, verb: str, timeout_s: float = ANSWER_S, **arguments: Any) -> Any:
        """Carry out a verb; returns its value. `RigRefused` in the rig's words, `RigGone` without an answer."""
        async with self._turn:
            self._answer = asyncio.get_running_loop().create_future()
            os.write(self._port, json.dumps({"verb": verb, **arguments}).encode() + b"\n")
            try:
                answer = await asyncio.wait_for(self._answer, timeout_s)
            except TimeoutError:
                raise RigGone(
                    f"{self._path}: no answer to {verb!r} within {timeout_s:g} s. Look at the rig's power."
                ) from None
            finally:
                self._answer = None
        if not answer["ok"]:
            raise RigRefused(answer["error"])
        return answer["value"]

    def _read(self) -> None:
        try:
            self._rest += os.read(self._port, 4096)
        except OSError as error:
            asyncio.get_running_loop().remove_reader(self._port)
            if self._answer and not self._answer.done():
                self._answer.set_exception(RigGone(f"{self._path}: {error.strerror}. The rig was unplugged."))
            return
        *lines, self._rest = self._rest.split(b"\n")
        for line in filter(None, lines):
            said = json.loads(line)
            if "event" in said:
                self._on_event(said)
            elif self._answer and not self._answer.done():
                self._answer.set_result(said)
