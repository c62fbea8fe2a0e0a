"""A few worker processes that many municipalities of one issuing server share: whoever is free takes the next request.

Each still works on one request at a time and says which it answers (`worker.py`). Not responsible for what is asked.
For a server of few municipalities each has processes of its own.
"""

import asyncio
from collections.abc import Callable, Mapping, Sequence
from typing import Any

from hub.municipality.interface import Refused
from hub.municipality.workers.worker import WorkerProcess

TURN_S = 5.0  # wait for a free process; after it the municipality is busy


class WorkerPool:
    """`size` processes made by `make`; asked like one."""

    def __init__(self, make: Callable[[], WorkerProcess], size: int) -> None:
        self._all: Sequence[WorkerProcess] = [make() for _ in range(size)]
        self._idle: asyncio.LifoQueue[WorkerProcess] = asyncio.LifoQueue()
        for each in self._all:
            self._idle.put_nowait(each)

    async def start(self) -> None:
        """Start all processes and wait until they are warm."""
        await asyncio.gather(*(each.start() for each in self._all))

    async def ask(self, request: Mapping[str, Any]) -> Mapping[str, Any]:
        """Send one request and return its answer; raises Refused, `busy` when no process is free in time."""
        try:
            async with asyncio.timeout(TURN_S):
                worker = await self._idle.get()
        except TimeoutError:
            raise Refused("busy", "the municipality has too much to do; try again") from None
        try:
            return await worker.ask(request)
        finally:
            self._idle.put_nowait(worker)

    async def close(self) -> None:
        """End the processes."""
        await asyncio.gather(*(each.close() for each in self._all))
