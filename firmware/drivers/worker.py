"""One daemon thread that runs blocking library calls in order, each with a time limit.

Not responsible for: ending a call that never returns. Such a thread is left behind with its queue (its clean-up still
runs if the call comes back), and being a daemon it does not hold up the end of the process.
"""

from __future__ import annotations

import asyncio
import contextlib
import queue
import threading
from typing import TYPE_CHECKING, TypeVar

from firmware.devices import DeviceTimeout

if TYPE_CHECKING:
    from collections.abc import Callable

T = TypeVar("T")


class Worker:
    """Belongs to the loop it is made on; `name` appears in thread lists and in `DeviceTimeout`."""

    def __init__(self, name: str) -> None:
        self._name = name
        self._loop = asyncio.get_running_loop()
        self.stuck = False  # a call outlived its limit; it may still run
        self._jobs: queue.SimpleQueue[Callable[[], None] | None] = queue.SimpleQueue()
        threading.Thread(target=self._run, name=name, daemon=True).start()

    async def call(self, function: Callable[[], T], limit_s: float) -> T:
        """Run `function` on the thread; its exception is raised here. `DeviceTimeout` after `limit_s`."""
        future: asyncio.Future[T] = self._loop.create_future()

        def job() -> None:
            try:
                result = function()
            except BaseException as error:  # noqa: BLE001 - carried to the caller, whatever it is
                self._deliver(future, error)
            else:
                self._deliver(future, result)

        self._jobs.put(job)
        try:
            async with asyncio.timeout(limit_s):
                return await future
        except TimeoutError as error:
            if isinstance(error, DeviceTimeout):
                raise
            self.stuck = True
            raise DeviceTimeout(f"{self._name} did not answer in {limit_s:g} s") from None

    def end_with(self, last: Callable[[], None]) -> None:
        """Run `last` after the jobs the thread already has, then let it end; do not wait for either."""
        self._jobs.put(last)
        self._jobs.put(None)

    def _run(self) -> None:
        while (job := self._jobs.get()) is not None:
            job()

    def _deliver(self, future: asyncio.Future[T], outcome: T | BaseException) -> None:
        def settle() -> None:
            if future.done():
                return  # nobody waits any more
            if isinstance(outcome, BaseException):
                future.set_exception(outcome)
            else:
                future.set_result(outcome)

        with contextlib.suppress(RuntimeError):  # the loop is closed: the process is ending
            self._loop.call_soon_threadsafe(settle)
