"""`mosquitto_sub`: a subscriber that is not ours, with the monitor's certificate."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, Self

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

FORMAT = "%r %t %p"  # retained flag, topic, payload
MESSAGES = ("0 ", "1 ")  # how a line of that format begins; what `-d` tells begins otherwise
SUBSCRIBED = "Subscribed "
ANSWER_S = 20.0


class Subscriber:
    """Collects `(retained, topic, payload)`; inside `async with`, the broker has answered the subscription."""

    def __init__(self, port: int, ca: Path, certificate: Path, key: Path, topic: str = "kiosk/v1/#") -> None:
        self.seen: list[tuple[bool, str, str]] = []
        tls = ["--cafile", str(ca), "--cert", str(certificate), "--key", str(key)]
        name = certificate.stem
        self._command = ["stdbuf", "-oL", "mosquitto_sub", "-d", "-h", "localhost", "-p", str(port), *tls, "-V", "5"]
        self._command += ["-i", name, "-q", "1", "-F", FORMAT, "-t", topic]

    async def __aenter__(self) -> Self:
        self._process = await asyncio.create_subprocess_exec(
            *self._command, stdout=asyncio.subprocess.PIPE, stderr=asyncio.subprocess.PIPE
        )
        self._more, self._answered = asyncio.Event(), asyncio.Event()
        self._reader = asyncio.create_task(self._read())
        try:
            async with asyncio.timeout(ANSWER_S):  # an event that is sent before it has subscribed never comes
                await self._answered.wait()
        except TimeoutError:
            await self.__aexit__()
            raise
        return self

    async def __aexit__(self, *exc: object) -> None:
        if self._process.returncode is None:
            self._process.terminate()
        await self._reader
        await self._process.communicate()

    async def _read(self) -> None:
        while data := await self._process.stdout.readline():
            line = data.decode().rstrip("\n")
            if line.startswith(MESSAGES):
                retained, topic, payload = line.split(" ", 2)
                self.seen.append((retained == "1", topic, payload))
                self._more.set()
            elif line.startswith(SUBSCRIBED):
                self._answered.set()
        self._answered.set()  # it has ended: the broker let it in nowhere

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
