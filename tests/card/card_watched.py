"""The firmware's card watcher with its events in a queue, so that a test waits for an event and never sleeps."""

import asyncio

from firmware.drivers.card_reader import CardWatcher


class Watched:
    """What the firmware's watcher told, one event at a time."""

    def __init__(self) -> None:
        self.events: asyncio.Queue[object] = asyncio.Queue()
        self.watcher = CardWatcher(self.events.put_nowait)

    async def next(self) -> object:
        return await asyncio.wait_for(self.events.get(), 10)

    async def until(self, kind: type) -> None:
        while not isinstance(await self.next(), kind):
            pass
