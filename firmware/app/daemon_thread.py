"""One thread that does blocking work in order, and never keeps the process from ending.

The executors of the standard library are waited for at exit: a mute name server would hold the kiosk for as long as it
is asked. Not responsible for time limits (`hub_client.py`), nor for ending work that never returns.
"""

from __future__ import annotations

import queue
import threading
from concurrent.futures import Future
from typing import TYPE_CHECKING, TypeVar

if TYPE_CHECKING:
    from collections.abc import Callable

T = TypeVar("T")


class DaemonThread:
    """`name` appears in lists of threads."""

    def __init__(self, name: str) -> None:
        self._jobs: queue.SimpleQueue[Callable[[], None] | None] = queue.SimpleQueue()
        self._name = name
        self._thread: threading.Thread | None = None

    def submit(self, work: Callable[[], T]) -> Future[T]:
        """Have `work` done; the future can be cancelled until its turn comes."""
        future: Future[T] = Future()

        def job() -> None:
            if not future.set_running_or_notify_cancel():
                return
            try:
                result = work()
            except BaseException as error:  # noqa: BLE001 - carried to whoever asked, whatever it is
                future.set_exception(error)
            else:
                future.set_result(result)

        if self._thread is None:  # with the first work: the clerk puts up its walls while there is one thread
            self._thread = threading.Thread(target=self._run, name=self._name, daemon=True)
            self._thread.start()
        self._jobs.put(job)
        return future

    def end(self) -> None:
        """Let it end after the work it has."""
        self._jobs.put(None)

    def _run(self) -> None:
        while (job := self._jobs.get()) is not None:
            job()
