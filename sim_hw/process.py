"""A child process of the bench: its output in a file, its end certain.

Each one has a process group of its own, so that what it started ends with it. Not responsible for what it runs.
"""

from __future__ import annotations

import asyncio
import contextlib
import os
import signal
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

TAIL_CHARACTERS = 1500


class ProcessFailed(RuntimeError):
    """A process ended that should run; the text shows the end of its output."""


class Child:
    """A program that is started, stopped, killed and started again. `piped` gives `stdout` to the bench."""

    def __init__(
        self,
        name: str,
        command: Sequence[str],
        log: Path,
        *,
        environment: dict[str, str] | None = None,
        piped: bool = False,
    ) -> None:
        self.name = name
        self.log = log
        self._command = list(command)
        self._environment = environment
        self._piped = piped
        self._process: asyncio.subprocess.Process | None = None

    @property
    def pid(self) -> int:
        """Process id, 0 when it does not run."""
        return self._process.pid if self._process and self._process.returncode is None else 0

    @property
    def output(self) -> asyncio.StreamReader:
        """Standard output of a `piped` process that was started."""
        if self._process is None or self._process.stdout is None:
            raise ProcessFailed(f"{self.name} was not started, or not with a pipe")
        return self._process.stdout

    async def start(self) -> None:
        """Start it; its output is added to the log."""
        with self.log.open("ab") as log:
            self._process = await asyncio.create_subprocess_exec(
                *self._command,
                stdin=asyncio.subprocess.DEVNULL,
                stdout=asyncio.subprocess.PIPE if self._piped else log,
                stderr=log,
                env=self._environment,
                start_new_session=True,
            )

    async def stop(self, patience_s: float = 5.0) -> None:
        """Ask it to end, and make sure that it does."""
        if self._process is None:
            return
        self._signal(signal.SIGTERM)
        try:
            async with asyncio.timeout(patience_s):
                await self._process.wait()
        except TimeoutError:
            pass
        await self.kill()

    async def kill(self) -> None:
        """End it and all it started, at once."""
        if self._process is None:
            return
        self._signal(signal.SIGKILL, group=True)
        if self._piped:
            await self._process.communicate()
        else:
            await self._process.wait()
        self._process = None

    async def finished(self) -> int:
        """Wait for its end; returns its exit status."""
        if self._process is None:
            return 0
        return await self._process.wait()

    def fail_if_ended(self) -> None:
        """Raise `ProcessFailed` when it runs no more."""
        if self._process is None or self._process.returncode is not None:
            status = self._process.returncode if self._process else "none"
            raise ProcessFailed(f"{self.name} ended (exit status {status}). The end of {self.log}:\n{self.tail()}")

    def tail(self) -> str:
        """Return the end of its output."""
        return self.log.read_text(encoding="utf-8", errors="replace")[-TAIL_CHARACTERS:] if self.log.exists() else ""

    def _signal(self, number: signal.Signals, *, group: bool = False) -> None:
        if self._process is None:
            return
        with contextlib.suppress(ProcessLookupError):  # it has ended by itself
            if group:
                os.killpg(self._process.pid, number)
            elif self._process.returncode is None:
                self._process.send_signal(number)
