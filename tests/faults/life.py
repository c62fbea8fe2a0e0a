"""One life of the kiosk process in a run: the real runner, machine, books and report over simulated devices.

Put together as `firmware/roles/kiosk.py` does it. Ends by a cut, by an error that ends the process, or when all is
well. Not responsible for what breaks (`run.py`).
"""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, Any, cast

from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec

from firmware import devices as d
from firmware.app.hub_errors import HubError
from firmware.app.kiosk import vocabulary as v
from firmware.app.kiosk.afterwards import Afterwards
from firmware.app.kiosk.audit import FILE as AUDIT
from firmware.app.kiosk.audit import AuditedIncidents, AuditedJournal, AuditLog
from firmware.app.kiosk.hub import Stale
from firmware.app.kiosk.incidents import FILE as INCIDENTS
from firmware.app.kiosk.loan import Loan
from firmware.app.kiosk.order_report import OrderReport
from firmware.app.kiosk.outputs import alarms_of
from firmware.app.kiosk.recording import Recording
from firmware.app.kiosk.runner import Hands, Runner
from firmware.app.kiosk.state import Idle, LeftBehind, Limits, Printing, Receipting, Serving, Starting
from tests.faults.centre import KIOSK_ID
from tests.faults.clerks import Clerks
from tests.faults.devices import Buzzer, Coins, Desk, Nobody, Tray, Watch

if TYPE_CHECKING:
    from firmware.app.kiosk.incidents import Incidents
    from firmware.app.kiosk.journal import Journal
    from tests.faults.clockwork import Clockwork
    from tests.faults.run import Run

POLL_S, POLL_WHEN_DOWN_S = 60.0, 2.0
READER_S = 0.5
HONEST_S = 2.0
LIMITS = Limits(last_page_s=5.0)
AUDIT_KEY = ec.generate_private_key(ec.SECP256R1())


class Life:
    """From the start of the process to its end. `run` is what outlives it."""

    def __init__(self, run: Run, loop: Clockwork) -> None:
        self.run, self.loop = run, loop
        self.matter, self.hub, self.points = run.matter, run.hub, run.points
        self.over: asyncio.Future[None] = loop.create_future()
        self.began = loop.time()
        self.polled = False  # since all was well

    @property
    def printing(self) -> bool:
        """Whether paper may be moving."""
        return isinstance(self.runner.kiosk.phase, (Printing, Receipting))

    async def main(self) -> str:
        """Live; returns how it ended: `cut`, `failed` or `well`."""
        self.tray = Tray(self.matter)
        self.watch, self.coins = Watch(self.matter, self.tray), Coins(self.matter)
        self.desk = Desk(self.matter)
        self.runner = Runner(LIMITS, self._recorded, self.run.told)
        self.clerks = Clerks(self.matter, self.hub, self.tray, self.runner.post)
        books = self._open_books()
        self.report = OrderReport(books[0], self.hub, (HubError, Stale), self._may_cancel)
        self.runner.begin(self._hands(*books))
        self.tray.start(self.runner.post)
        self.coins.start(self.runner.post)
        self.loop.call_later(READER_S, self._slow_devices)
        afterwards = Afterwards(books[1], self.hub, (HubError, Stale))
        journal, alarm = books[0], books[1].open_alarm()
        self.runner.post(v.Recovered(journal.open_orders(), journal.last(), alarm, Loan(self.run.folder).open))
        self.loop.call_later(HONEST_S, self._be_honest)
        works = (
            self.report.run(),
            self._poll(),
            books[2].run(),
            afterwards.run(),
            self.run.person.live(self),
            self._end(),
        )
        tasks = [self.loop.create_task(work) for work in works]
        await asyncio.wait({self.over, self.runner.failed, *tasks}, return_when=asyncio.FIRST_COMPLETED)
        return self._ended(tasks)

    def _hands(self, journal: Journal, incidents: Incidents, recording: Recording) -> Hands:
        nobody: Any = Nobody()
        return Hands(
            buzzer=Buzzer(self.matter),
            coins=self.coins,
            tray=self.tray,
            printer=self.watch,
            clerks=cast("Any", self.clerks),
            recorder=nobody,
            broker=nobody,
            desk=cast("Any", self.desk),
            telemetry=nobody,
            journal=journal,
            incidents=incidents,
            recording=recording,
            loan=Loan(self.run.folder),
        )

    def _open_books(self) -> tuple[Journal, Incidents, Recording]:
        folder = self.run.folder
        audit = AuditLog(folder / AUDIT, KIOSK_ID, lambda data: AUDIT_KEY.sign(data, ec.ECDSA(hashes.SHA256())))
        journal, incidents = AuditedJournal(folder / "journal", audit), AuditedIncidents(folder / INCIDENTS, audit)
        return journal, incidents, Recording(folder, LIMITS, "test", self.run.told)

    def _ended(self, tasks: list[asyncio.Task[None]]) -> str:
        if self.points.dead:
            return "cut"
        for ended in (self.runner.failed, *tasks):
            if ended.done() and not ended.cancelled() and (error := ended.exception()):
                return self.run.process_failed(error)
        return "well"

    def _recorded(self) -> None:
        self.report.wake()

    def _may_cancel(self) -> bool:
        return not isinstance(self.runner.kiosk.phase, Serving)

    def _slow_devices(self) -> None:
        self.runner.post(d.ReaderOnline("reader"))
        self.runner.post(d.CardInserted() if self.matter.card else d.CardRemoved())
        self.runner.post(d.CameraChanged(d.CameraHealth.OK))

    def _be_honest(self) -> None:
        """Two seconds after its start the kiosk serves, or says why it does not."""
        phase = self.runner.kiosk.phase
        self.run.must(self.desk.screen is not None, "two seconds after the start nothing is shown")
        self.run.must(not isinstance(phase, Starting), "two seconds after the start it still starts")
        if self.matter.tray and self.run.paper_alarm_was_on:
            self.run.must(
                isinstance(phase, LeftBehind) and (phase.sounds or phase.cleared), "the alarm is not on again"
            )

    async def _poll(self) -> None:
        while True:
            try:
                await self.hub.availability()
            except HubError:
                self.runner.post(v.HubLost())
                await asyncio.sleep(POLL_WHEN_DOWN_S)
                continue
            self.runner.post(v.HubAnswered(open=True))
            self.report.wake()
            self.polled = True
            await asyncio.sleep(POLL_S)

    async def _end(self) -> None:
        """Wait until everything is over: nothing lies anywhere, all have been served, the centre knows it all."""
        matter, run = self.matter, self.run
        while True:
            await asyncio.sleep(1.0)
            matter.now = self.loop.time()
            self.watch.tell()
            self.run.paper_alarm_was_on = "left_behind_paper" in alarms_of(self.runner.kiosk)
            home = isinstance(self.runner.kiosk.phase, Idle) and self.runner.kiosk.phase.card_by is None
            clear = not (matter.escrow or matter.tray or matter.card or matter.half)
            served = run.person.begun >= run.person.manners.visits
            if not (home and clear and served and self.loop.time() >= self.hub.away_until):
                self.polled = False
            elif self.polled and self.report.agreed.is_set():
                return
            run.must(self.loop.time() - self.began < run.patience_s, f"no end of it: {self.runner.kiosk}")
