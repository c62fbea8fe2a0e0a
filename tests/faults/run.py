"""One run: a person's visit, with what breaks at which point; life after life until all is well, then the promises.

Deterministic: the same manners and faults give the same run. Not responsible for which runs there are (`matrix.py`).
"""

from __future__ import annotations

import asyncio
import errno
from collections.abc import Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from types import SimpleNamespace
from typing import TYPE_CHECKING
from unittest import mock

from firmware.app.kiosk import afterwards, audit, intent, lines, loan, recording, runner
from firmware.app.kiosk.journal import JournalError
from tests.faults.centre import BEGAN_S, Hub
from tests.faults.clockwork import Clockwork
from tests.faults.disk import Disk, Torn
from tests.faults.life import Life
from tests.faults.matter import Matter
from tests.faults.person import Manners, Person
from tests.faults.points import Cut, Points

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

HOURS_S, YEARS_S = 5 * 3600.0, 11 * 365 * 86_400.0
RESTART_S, POWER_BACK_S, REPAIR_S = 1.0, 20.0, 30.0
MOST_LIVES = 80
CLOCKS = {"clock +hours": HOURS_S, "clock -hours": -HOURS_S, "clock +years": YEARS_S, "clock -years": -YEARS_S}
LINE_S = {"line 8 s": 8.0, "line 25 min": 1500.0}


class Broken(AssertionError):
    """A promise is not kept."""


@dataclass
class Run:
    """What outlives the kiosk's lives."""

    folder: Path
    manners: Manners
    faults: Mapping[int, str]
    patience_s: float = 4000.0
    story: list[str] = field(default_factory=list)
    paper_alarm_was_on: bool = False
    lives: int = 0

    def __post_init__(self) -> None:
        self.points = Points(dict(self.faults), strike=self._strike)
        self.matter = Matter(self.points)
        self.disk = Disk(self.folder, self.points.reach)
        self.loop: Clockwork | None = None
        self.now = 0.0
        self.hub = Hub(self.folder, lambda: self.loop.now if self.loop else self.now, self.points.reach)
        self.person = Person(self.manners)
        self._torn = Torn.NOTHING
        self._power = False
        self._repair_at: float | None = None
        self.life: Life | None = None

    def told(self, line: str) -> None:
        """Take a line of the kiosk's log."""
        at = self.loop.now if self.loop else self.now
        self.story.append(f"{at:8.2f} {line}")

    def must(self, holds: object, words: str) -> None:
        """Raise `Broken` unless it holds."""
        if not holds:
            raise Broken(words)

    # ------------------------------------------------------------ what breaks

    def _strike(self, kind: str, label: str) -> None:
        self.told(f"*** {kind} at {label}")
        name, _, torn = kind.partition(":")
        match name:
            case "power":
                self._power = True
                self._torn = Torn(torn)
                self._die()
            case "kill" | "kill+printed":
                self._die()
                if name == "kill+printed" and self.matter.half:
                    self.matter.tray.append(self.matter.half)
                    self.matter.half = None
            case "clerk":
                self._kill_clerks()
            case "printer":
                self.matter.now = self.loop.now if self.loop else self.now
                self.matter.printer_dead_until = self.matter.now + 6.0
                if self.life:
                    self.life.watch.tell()
            case _:
                self._other(kind)

    def _other(self, kind: str) -> None:
        now = self.loop.now if self.loop else self.now
        if kind in LINE_S:
            self.hub.away_until = now + LINE_S[kind]
        elif kind in CLOCKS:
            self.matter.wall_ahead_s += CLOCKS[kind]
        elif kind == "disk full":
            self.disk.full = True
            self._repair_at = now + REPAIR_S
        elif kind == "read-only":
            self.disk.read_only = True
            self._repair_at = now + REPAIR_S
        elif kind == "disk error":
            self.disk.error = errno.EIO
        else:
            assert kind in ("answer lost", "repeated"), kind
            self.hub.trouble = kind

    def _kill_clerks(self) -> None:
        if self.life:
            for process in self.life.clerks.running.values():
                self.life.clerks.ends(process)

    def _die(self) -> None:
        self.points.dead = True
        if self.life:
            for process in self.life.clerks.running.values():
                process.alive = False
            if not self.life.over.done():
                self.life.over.set_result(None)

    def process_failed(self, error: BaseException) -> str:
        """A disk that refuses may end the process, nothing else may."""
        if isinstance(error, Broken):
            raise error
        if not isinstance(error, JournalError):
            raise Broken(f"the process ended with {error!r}") from error
        self.told(f"the process ends: {error}")
        return "failed"

    # ------------------------------------------------------------ life after life

    def go(self) -> None:
        """Run to the end; raises `Broken`."""
        with self._in_place():
            while self.lives < MOST_LIVES:
                if self._live() == "well":
                    return
        raise Broken(f"not well after {MOST_LIVES} starts")

    def _live(self) -> str:
        self.lives += 1
        self.points.dead = False
        self.loop = Clockwork(self.now, self.points.guard)
        problems: list[BaseException] = []
        self.loop.set_exception_handler(lambda _loop, told: problems.append(told.get("exception") or Broken(str(told))))
        asyncio.set_event_loop(None)
        self.told(f"start {self.lives}")
        try:
            how = self._main(self.loop)
        finally:
            self.points.dead = True
            self._bury(self.loop)
            self.now, self.loop = self.loop.now, None
        real = [p for p in problems if not isinstance(p, (Cut, asyncio.CancelledError))]
        if real:
            raise Broken(f"an error nobody planned: {real[0]!r}") from real[0]
        self._between(how)
        return how

    def _main(self, loop: Clockwork) -> str:
        self.life = Life(self, loop)
        try:
            how = loop.run_until_complete(self.life.main())
        except (Cut, JournalError) as error:
            how = "cut" if isinstance(error, Cut) else self.process_failed(error)
        clerks = getattr(self.life, "clerks", None)
        if clerks and clerks.failed:
            raise Broken(f"a clerk's errand failed: {clerks.failed[0]!r}") from clerks.failed[0]
        return how

    def _bury(self, loop: Clockwork) -> None:
        tasks = asyncio.all_tasks(loop)
        for task in tasks:
            task.cancel()
        if tasks:
            loop.run_until_complete(asyncio.gather(*tasks, return_exceptions=True))
        loop.close()
        self.disk.died()
        self.life = None

    def _between(self, how: str) -> None:
        """Time passes until the service manager, or the mains, starts it again."""
        if self._power:
            self.disk.power_cut(self._torn)
        self.now += POWER_BACK_S if self._power else RESTART_S
        self._power = False
        self.matter.now = self.now
        if self._repair_at is not None and (self.now >= self._repair_at or how == "well"):
            self.disk.full = self.disk.read_only = False
            self._repair_at = None

    @contextmanager
    def _in_place(self) -> Iterator[None]:
        clock = SimpleNamespace(time=self._wall)
        patches = [mock.patch.object(module, "os", self.disk) for module in (audit, intent, lines, loan, recording)]
        patches += [mock.patch.object(module, "time", clock) for module in (runner, recording, afterwards, audit)]
        for patch in patches:
            patch.start()
        try:
            yield
        finally:
            for patch in patches:
                patch.stop()

    def _wall(self) -> float:
        return BEGAN_S + (self.loop.now if self.loop else self.now) + self.matter.wall_ahead_s
