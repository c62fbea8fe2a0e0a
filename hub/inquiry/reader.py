"""The site's side of a reading process: one for each inquiry, the next one started ahead, killed when it is too slow.

What it says is believed as little as the upload itself: payloads count only once a key of the centre opened them.
Not responsible for what the process does (`reader_process.py`).
"""

import asyncio
import os
import sys
from asyncio.subprocess import PIPE, Process
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from types import TracebackType
from typing import Any, Self, cast

from hub.inquiry import frames

_ROOT = Path(__file__).parents[2]
START_S = 60.0
ANSWER_S = 75.0
_INHERITED = ("PATH", "NUMBA_CACHE_DIR")


class ReadingFailed(Exception):
    """The process died or was too slow: the upload asks for more than it may have."""


@dataclass(frozen=True, slots=True)
class File:
    """An uploaded file; `page` (from 1) of it only, or all."""

    data: bytes
    page: int | None = None


class Reader:
    """A process that is warm, for one inquiry: `look`, then perhaps `compare`, then it ends."""

    def __init__(self, process: Process) -> None:
        self._process = process

    @classmethod
    async def started(cls) -> Self:
        """Start a process and wait until it is ready; raises ReadingFailed."""
        kept = {name: os.environ[name] for name in _INHERITED if name in os.environ}
        environment = {"PYTHONPATH": str(_ROOT), "LC_ALL": "C.UTF-8", "OMP_NUM_THREADS": "1", **kept}
        process = await asyncio.create_subprocess_exec(
            sys.executable, "-m", "hub.inquiry.reader_process", stdin=PIPE, stdout=PIPE, env=environment
        )
        reader = cls(process)
        try:
            await reader._answer(START_S)
        except BaseException:
            await reader.end()
            raise
        return reader

    async def look(self, files: Sequence[File]) -> list[dict[str, Any]]:
        """Return what is in each file: `reason`, `panels`, `codes`; raises ReadingFailed."""
        message = {"files": [{"data": each.data, "page": each.page} for each in files]}
        answer = await self._ask(message)
        return cast("list[dict[str, Any]]", answer["files"])

    async def compare(self, pages: Sequence[dict[str, Any]], layers: dict[str, Any]) -> list[dict[str, Any] | None]:
        """Compare what was looked at with pages (`dots`, `width_dots`, `first`) as the layers have them printed."""
        answer = await self._ask({"pages": list(pages), "layers": layers})
        return cast("list[dict[str, Any] | None]", answer["pages"])

    async def end(self) -> None:
        """End the process and forget what it had not said."""
        if self._process.returncode is None:
            self._process.kill()
        await asyncio.shield(self._process.communicate())

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self.end()

    async def _ask(self, message: dict[str, Any]) -> dict[str, Any]:
        stream = cast("asyncio.StreamWriter", self._process.stdin)
        try:
            stream.write(frames.packed(message))
            await stream.drain()
        except OSError as error:
            raise ReadingFailed("the reading process is gone") from error
        return await self._answer(ANSWER_S)

    async def _answer(self, limit_s: float) -> dict[str, Any]:
        stream = cast("asyncio.StreamReader", self._process.stdout)
        try:
            async with asyncio.timeout(limit_s):
                length = frames.length_of(await stream.readexactly(frames.LENGTH_BYTES))
                return frames.unpacked(await stream.readexactly(length))
        except (TimeoutError, asyncio.IncompleteReadError, OSError, frames.BadFrame) as error:
            raise ReadingFailed(f"the reading process gave no answer ({type(error).__name__})") from error


class Readers:
    """A reader for each inquiry, at most `at_once` at a time, one kept ready after the first was wanted."""

    def __init__(self, at_once: int = 2) -> None:
        self._turns = asyncio.Semaphore(at_once)
        self._spare: asyncio.Task[Reader] | None = None

    def prepare(self) -> None:
        """Start the next one now: somebody looks at the form."""
        if self._spare is None:
            self._spare = asyncio.create_task(Reader.started(), name="reading process")

    async def take(self) -> Reader:
        """Return a warm process, the caller's to end; raises ReadingFailed."""
        self.prepare()
        spare, self._spare = cast("asyncio.Task[Reader]", self._spare), None
        return await spare

    @property
    def turns(self) -> asyncio.Semaphore:
        """To be held for as long as an inquiry is worked on."""
        return self._turns

    async def close(self) -> None:
        """End the one that is ready."""
        spare, self._spare = self._spare, None
        if spare is not None:
            done, _ = await asyncio.wait({spare})
            for each in done:
                if each.exception() is None:
                    await each.result().end()
