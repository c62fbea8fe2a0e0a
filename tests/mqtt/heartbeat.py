"""Beats on the loop and beside it: for how long the loop stood still although the machine did not."""

import asyncio
import threading
import time


class Heartbeat:
    """Beats each 5 ms on the loop, and in a thread that shows how long the machine itself was busy elsewhere."""

    BEAT_S = 0.005

    def __init__(self) -> None:
        self.loop_s = self.machine_s = 0.0
        self._stopping = threading.Event()
        self._thread = threading.Thread(target=self._beat_beside)
        self._thread.start()
        self._task = asyncio.create_task(self._beat())

    @property
    def worst_s(self) -> float:
        """The longest time for which the loop stood still while the machine did not."""
        return self.loop_s - self.machine_s

    async def _beat(self) -> None:
        last = time.monotonic()
        while True:
            await asyncio.sleep(self.BEAT_S)
            now = time.monotonic()
            self.loop_s = max(self.loop_s, now - last - self.BEAT_S)
            last = now

    def _beat_beside(self) -> None:
        last = time.monotonic()
        while not self._stopping.wait(self.BEAT_S):
            now = time.monotonic()
            self.machine_s = max(self.machine_s, now - last - self.BEAT_S)
            last = now

    def stop(self) -> None:
        self._task.cancel()
        self._stopping.set()
        self._thread.join()
