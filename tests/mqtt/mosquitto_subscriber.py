"""`mosquitto_sub`: a subscriber that is not ours, with the monitor's certificate."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, Self

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

FORMAT = "%r %t %p"  # retained flag, topic, payload


class Subscriber:
    """Collects `(retained, topic, payload)`."""

    def __init__(self, port: int, ca: Path, certificate: Path, key: Path, topic: str = "kiosk/v1/#") -> None:
        self.seen: list[tuple[bool, str, str]] = []
        tls = ["--cafile", str(ca), "--cert", str(certificate), "--key", str(key)]
        name = certificate.stem
        self._command = ["mosquitto_sub", "-h", "localhost", "-p", str(port), *tls, "-V", "5", "-i", name]
        self._command += ["-q", "1", "-F", FORMAT, "-t", topic]

    async def __aenter__(self) -> Self:
        self._process = await asyncio.create_subprocess_exec(
            *self._command, stdout=asyncio.subprocess.PIPE, stderr=asyncio.subprocess.PIPE
        )
        self._more = asyncio.Event()
        self._reader = asyncio.create_task(self._read())
        return self

    async def __aexit__(self, *exc: object) -> None:
        if self._process.returncode is None:
            self._process.terminate()
        await self._reader
        await self._process.communicate()

    async def _read(self) -> None:
        while line := await self._process.stdout.readline():
            retained, topic, payload = line.decode().rstrip("\n").split(" ", 2)
            self.seen.append((retained == "1", topic, payload))
            self._more.set()

    async def until(self, *wanted: tuple[str, str], limit_s: float = 10.0) -> None:
        """Wait until these (topic, payload) came, in this order, with others between or not."""
        async with asyncio.timeout(limit_s):
            while not self._holds(wanted):
                self._more.clear()
                await self._more.wait()

    def _holds(self, wanted: tuple[tuple[str, str], ...]) -> bool:
        seen = iter((topic, payload) for _, topic, payload in self.seen)
        return all(pair in seen for pair in wanted)


async def becomes_true(condition: Callable[[], bool], limit_s: float = 10.0) -> None:
    """Wait for what the broker is about to cause; fails by its limit."""
    loop = asyncio.get_running_loop()
    give_up = loop.time() + limit_s
    while not condition():
        assert loop.time() < give_up, "did not happen in time"
        await asyncio.sleep(0.01)
