"""The kiosk's child processes: clerks and the recorder. Start, talk to, end; notice when one is gone.

Not responsible for when a clerk is needed (`machine.py`). A child inherits its wire as file descriptor 3 and nothing
else, and ends by itself when the wire closes, so that a killed kiosk leaves no orphan.
"""

from __future__ import annotations

import asyncio
import os
import signal
import sys
from collections import deque
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from firmware.app.link import CHILD_FD, Link, LinkError, pair
from firmware.app.messages import FromClerk, FromKiosk, FromRecorder, Mark, Ready

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from pathlib import Path

FIRST_BACK_OFF_S = 0.5
LAST_BACK_OFF_S = 10.0
MISSED_MARKS = 16


@dataclass(slots=True)
class Child:
    """A running process: its pid, a descriptor that becomes readable when it ends, and the wire to it."""

    pid: int
    pidfd: int
    link: Link


def start(
    role: str,
    config: Path,
    allowed: type | Any,
    *more: str,
    receive: Callable[[Any], None],
    broken: Callable[[LinkError | None], None],
    gone: Callable[[int], None],
) -> Child:
    """Start `python -m firmware <role> --config FILE`; `gone(exit status)` is called once, when it has ended."""
    ours, theirs = pair()
    with theirs:
        pid = os.posix_spawn(
            sys.executable,
            [sys.executable, "-m", "firmware", role, "--config", str(config), *more],
            dict(os.environ),
            file_actions=[(os.POSIX_SPAWN_DUP2, theirs.fileno(), CHILD_FD)],
            scheduler=(os.SCHED_OTHER, os.sched_param(0)),  # the kiosk itself runs before them (decision 0013)
        )
    loop = asyncio.get_running_loop()
    pidfd = os.pidfd_open(pid)
    child = Child(pid, pidfd, Link(ours, allowed, receive, broken))

    def reap() -> None:
        loop.remove_reader(pidfd)
        os.close(pidfd)
        _, status = os.waitpid(pid, 0)
        child.link.close()
        gone(status)

    loop.add_reader(pidfd, reap)
    return child


class BackOff:
    """How long to wait before the next start: not at all after a process that came up, ever longer after failures."""

    def __init__(self) -> None:
        self._delay_s = 0.0

    def came_up(self) -> None:
        """Note that the process works."""
        self._delay_s = 0.0

    def next_s(self) -> float:
        """Return the wait before a start, and make the next one longer."""
        delay_s = self._delay_s
        self._delay_s = min(max(delay_s * 2, FIRST_BACK_OFF_S), LAST_BACK_OFF_S)
        return delay_s


Inode = tuple[int, int]


def inodes(paths: Sequence[Path]) -> list[Inode]:
    """Return which files these are now, by device and inode; (0, 0) for one that is not there."""
    found: list[Inode] = []
    for path in paths:
        try:
            told = path.stat()
        except OSError:
            found.append((0, 0))
        else:
            found.append((told.st_dev, told.st_ino))
    return found


class Clerks:
    """The clerks, by number. At most one serves and at most one waits.

    `within_walls`: files and devices that a clerk's walls let through as they were when it was started.
    """

    def __init__(
        self,
        config: Path,
        home_url: str,
        said: Callable[[int, FromClerk], None],
        gone: Callable[[int], None],
        within_walls: Sequence[Path] = (),
    ) -> None:
        self._config = config
        self._within_walls = within_walls
        self._found: dict[int, list[Inode]] = {}
        self._home_url = home_url
        self._said = said
        self._gone = gone
        self._running: dict[int, Child] = {}
        self._count = 0
        self._back_off = BackOff()
        self._pending: asyncio.TimerHandle | None = None

    def start_spare(self) -> None:
        """Start one more clerk, after a pause if clerks keep failing."""
        if self._pending is None:
            loop = asyncio.get_running_loop()
            self._pending = loop.call_later(self._back_off.next_s(), self._start)

    def _start(self) -> None:
        self._pending = None
        self._count += 1
        number = self._count

        def broken(error: LinkError | None) -> None:
            if error:
                print(f"clerk {number}: {error}; ended", file=sys.stderr, flush=True)
            self.kill(number)

        self.note_walls(number)
        self._running[number] = start(
            "clerk",
            self._config,
            FromClerk,
            "--home",
            self._home_url,
            receive=lambda message: self._heard(number, message),
            broken=broken,
            gone=lambda _status: self._ended(number),
        )

    def _heard(self, number: int, message: FromClerk) -> None:
        if isinstance(message, Ready):
            self._back_off.came_up()
        self._said(number, message)

    def _ended(self, number: int) -> None:
        del self._running[number]
        self._found.pop(number, None)
        self._gone(number)

    def tell(self, number: int, message: FromKiosk) -> None:
        """Send a message; one to a clerk that is gone is dropped."""
        if child := self._running.get(number):
            child.link.send(message)

    def kill(self, number: int) -> None:
        """End a clerk at once; it cannot refuse, and what it knew is gone with its memory."""
        if child := self._running.get(number):
            signal.pidfd_send_signal(child.pidfd, signal.SIGKILL)

    def note_walls(self, number: int) -> None:
        """Note which files are there as this clerk starts."""
        self._found[number] = inodes(self._within_walls)

    def is_stale(self, number: int) -> bool:
        """Tell whether a clerk's walls were put up around files that others have replaced since."""
        return number in self._found and self._found[number] != inodes(self._within_walls)

    def pids(self) -> tuple[int, ...]:
        """Return the process ids of all clerks."""
        return tuple(child.pid for child in self._running.values())

    def close(self) -> None:
        """End all clerks."""
        if self._pending:
            self._pending.cancel()
        for number in self._running:
            self.kill(number)


class Recorder:
    """The recorder process, restarted whenever it ends."""

    def __init__(self, config: Path, said: Callable[[FromRecorder], None], lost: Callable[[], None]) -> None:
        self._config = config
        self._said = said
        self._lost = lost
        self._child: Child | None = None
        self._back_off = BackOff()
        self._closing = False
        self._pending: asyncio.TimerHandle | None = None
        self._missed: deque[Mark] = deque(maxlen=MISSED_MARKS)

    def start(self) -> None:
        """Start the process, after a pause if it keeps failing."""
        loop = asyncio.get_running_loop()
        self._pending = loop.call_later(self._back_off.next_s(), self._start)

    def _start(self) -> None:
        def broken(error: LinkError | None) -> None:
            if error:
                print(f"recorder: {error}; ended", file=sys.stderr, flush=True)
            if self._child:
                signal.pidfd_send_signal(self._child.pidfd, signal.SIGKILL)

        self._child = start(
            "recorder", self._config, FromRecorder, receive=self._heard, broken=broken, gone=self._ended
        )
        while self._missed:
            self._child.link.send(self._missed.popleft())

    def _heard(self, message: FromRecorder) -> None:
        self._back_off.came_up()
        self._said(message)

    def _ended(self, _status: int) -> None:
        self._child = None
        if not self._closing:
            self._lost()
            self.start()

    def mark(self, mark: Mark) -> None:
        """Ask to keep the film around this moment; with no recorder, the next one puts on record that there is none."""
        if self._child:
            self._child.link.send(mark)
        else:
            self._missed.append(mark)

    @property
    def pid(self) -> int | None:
        """The process id, if it runs."""
        return self._child.pid if self._child else None

    def close(self) -> None:
        """End the process; it finishes a clip that it is writing."""
        self._closing = True
        if self._pending:
            self._pending.cancel()
        if self._child:
            signal.pidfd_send_signal(self._child.pidfd, signal.SIGTERM)
