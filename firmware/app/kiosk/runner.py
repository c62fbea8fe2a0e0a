"""Runs the kiosk's machine: takes events, steps, shows what the state says, carries out what it asks for.

One asyncio loop. A step never waits: buzzer, screen, coin inlet and telemetry follow the state at once; commands that
wait for the disk or a device run as tasks and come back as events. `Record` is on the disk before the commands behind
it start. Not responsible for any decision (`machine.py`).
"""

from __future__ import annotations

import asyncio
import secrets
import time
from collections import deque
from dataclasses import dataclass
from typing import TYPE_CHECKING

from firmware.app.kiosk import outputs
from firmware.app.kiosk import vocabulary as v
from firmware.app.kiosk.alarms import Noted
from firmware.app.kiosk.incidents import Clearance, Incident, Incidents, Line
from firmware.app.kiosk.journal import Entry, Journal, JournalError
from firmware.app.kiosk.loan import Loan
from firmware.app.kiosk.machine import step
from firmware.app.kiosk.paper import may_try
from firmware.app.kiosk.state import Idle, Kiosk, Limits, OutOfService
from firmware.app.messages import Id, Mark, Moment
from firmware.devices import BuzzerPattern, DeviceTimeout

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable, Coroutine

    from firmware.app.kiosk.children import Clerks, Recorder
    from firmware.app.kiosk.desk import Desk
    from firmware.app.kiosk.recording import Recording
    from firmware.app.kiosk.telemetry import Telemetry
    from firmware.devices import Broker, Buzzer, CoinAcceptor, PrinterWatch, TraySensor

SETTLE_S = 20.0
Action = v.Record | v.Tell | v.StartSpare | v.KillClerk | v.EscrowMove | v.LendPrinter | v.ReclaimPrinter | Mark | Line


@dataclass(frozen=True, slots=True)
class Hands:
    """Everything that the runner acts through."""

    buzzer: Buzzer
    coins: CoinAcceptor
    tray: TraySensor
    printer: PrinterWatch
    clerks: Clerks
    recorder: Recorder
    broker: Broker
    desk: Desk
    telemetry: Telemetry
    journal: Journal
    incidents: Incidents
    recording: Recording
    loan: Loan


class Runner:
    """The kiosk's loop around its machine. `recorded` is called after each line of the journal or of an alarm."""

    def __init__(self, limits: Limits, recorded: Callable[[], None], log: Callable[[str], None]) -> None:
        self.kiosk = Kiosk()
        self._limits = limits
        self._recorded = recorded
        self._log = log
        self._loop = asyncio.get_running_loop()
        self._hands: Hands | None = None
        self._events: deque[v.Event] = deque()
        self._draining = False
        self._timer: asyncio.TimerHandle | None = None
        self._actions: asyncio.Queue[Action] = asyncio.Queue()
        self._tasks: set[asyncio.Task[None]] = set()
        self._printer = asyncio.Lock()  # lent, then taken back: their ends come in the order of the commands
        self._buzzer = BuzzerPattern.SILENT
        self._coins_open = False
        self._nameless_film = Id(secrets.token_hex(16))
        self._clearance: Clearance | None = None
        self._cleared: asyncio.Future[bool] | None = None
        self.failed: asyncio.Future[None] = self._loop.create_future()

    def begin(self, hands: Hands) -> None:
        """Take the hands and work off what has happened so far."""
        self._hands = hands
        self._spawn(self._act(hands))
        self._drain()

    def post(self, event: v.Event) -> None:
        """Take an event, on the loop's thread. Its consequences are shown when this returns."""
        self._events.append(event)
        self._drain()

    def touched(self, _view: int, button: str) -> None:
        """Take a touch of the kiosk's own pages."""
        if button == "start" and self._hands:
            self.post(v.Touched(Id(secrets.token_hex(16)), self._hands.desk.language))

    def open_alarm(self) -> Incident | None:
        """Return the alarm that is on record without an end."""
        return self._hands.incidents.open if self._hands else None

    async def clear_alarm(self, clearance: Clearance) -> bool:
        """Clear the alarm that is on, as somebody was found to have signed; returns once it is on the disk.

        False when there is none that can be cleared.
        """
        incident = self.open_alarm()
        if incident is None or self._cleared:
            return False
        self._clearance, self._cleared = clearance, self._loop.create_future()
        try:
            self.post(v.AlarmCleared(Id(incident.first.alarm_id), clearance.reason))
            return bool(incident.clearance) and await self._cleared
        finally:
            self._clearance = self._cleared = None

    async def lend(self, job: Callable[[], Awaitable[bool]]) -> bool | None:
        """Lend the printer to `job`, which tells whether its strip was printed whole; nobody can be served meanwhile.

        None if the printer cannot be lent now.
        """
        hands, kiosk = self._hands, self.kiosk
        if hands is None or not isinstance(kiosk.phase, (Idle, OutOfService)) or not may_try(kiosk.facts):
            return None
        self.post(v.PrinterLent())
        async with self._printer:
            await asyncio.to_thread(hands.loan.begin)
            await hands.printer.close()
            printed = await job()
        await self._reclaim(hands, whole=printed)
        return printed

    def _drain(self) -> None:
        if self._draining or self._hands is None:
            return
        self._draining = True
        try:
            while self._events:
                self._step(self._hands, self._events.popleft())
        finally:
            self._draining = False

    def _step(self, hands: Hands, event: v.Event) -> None:
        before = self.kiosk
        now = self._loop.time()
        self.kiosk, commands = step(before, event, now, self._limits)
        actions = [self._action(hands, command) for command in commands]
        if self.kiosk != before:
            self._show(hands, self.kiosk)
            if type(self.kiosk.phase) is not type(before.phase):
                self._log(
                    f"{type(before.phase).__name__} -> {type(self.kiosk.phase).__name__} on {type(event).__name__}"
                )
        for action in actions:
            self._actions.put_nowait(action)
        hands.recording.note(event, now, before, self.kiosk, commands)

    def _action(self, hands: Hands, command: v.Command) -> Action:
        """Give an alarm its id: for its record, which is in memory at once, and for film that belongs to no visit."""
        match command:
            case v.NoteAlarm():
                return hands.incidents.note(command, time.time(), self._clearance)
            case v.MarkFilm(mark, subject_id, moment):
                if subject_id is None and moment is Moment.BEGIN:
                    self._nameless_film = hands.incidents.newest_id
                return Mark(mark, subject_id or self._nameless_film, moment)
            case _:
                return command

    def _show(self, hands: Hands, kiosk: Kiosk) -> None:
        """Make the outputs what the state says; the buzzer first."""
        if (pattern := outputs.buzzer_of(kiosk)) is not self._buzzer:
            self._buzzer = pattern
            hands.buzzer.play(pattern)
        if (is_open := outputs.coins_open(kiosk)) is not self._coins_open:
            self._coins_open = is_open
            hands.coins.accept(is_open)
        hands.desk.show(outputs.screen_of(kiosk))
        hands.telemetry.show(kiosk, hands.incidents.open)
        if self._timer:
            self._timer.cancel()
            self._timer = None
        if kiosk.deadline is not None:
            self._timer = self._loop.call_at(kiosk.deadline, self._due)

    def _due(self) -> None:
        """Tick, unless the loop was a hair early, as it may be: a tick before its time changes nothing, for ever."""
        self._timer = None
        at = self.kiosk.deadline
        if at is not None and self._loop.time() < at:
            self._timer = self._loop.call_at(at, self._due)
        else:
            self.post(v.Ticked())

    async def _act(self, hands: Hands) -> None:
        """Carry out commands, one after the other; what takes long goes on beside."""
        while True:
            match await self._actions.get():
                case v.Record(order, state):
                    await asyncio.to_thread(hands.journal.append, Entry(order, state, time.time()))
                    self._log(f"order {order.document_id}: {state}")
                    self._recorded()
                case v.Tell(clerk, message):
                    hands.clerks.tell(clerk, message)
                case v.StartSpare():
                    hands.clerks.start_spare()
                case v.KillClerk(clerk):
                    hands.clerks.kill(clerk)
                case Mark() as mark:
                    hands.recorder.mark(mark)
                case Line() as line:
                    await self._put_on_record(hands, line)
                case v.ReturnEscrow() as back:
                    self._spawn(self._return_escrow(hands, back))
                case v.StackEscrow() as keep:
                    self._spawn(self._stack_escrow(hands, keep))
                case v.LendPrinter():
                    self._spawn(self._lend(hands))
                case v.ReclaimPrinter(whole):
                    self._spawn(self._reclaim(hands, whole=whole))

    async def _put_on_record(self, hands: Hands, line: Line) -> None:
        await asyncio.to_thread(hands.incidents.append, line)
        self._recorded()
        self._log(f"alarm {line.alarm_id}: {line.thing} {line.noted}")
        if line.noted is Noted.CLEARED and self._cleared and not self._cleared.done():
            self._cleared.set_result(True)

    def _spawn(self, work: Coroutine[None, None, None]) -> None:
        task = self._loop.create_task(work)
        self._tasks.add(task)
        task.add_done_callback(self._finished)

    def _finished(self, task: asyncio.Task[None]) -> None:
        """Let a bug or a dead disk end the process: the service manager restarts it, the journal decides."""
        self._tasks.discard(task)
        if not task.cancelled() and (error := task.exception()) and not self.failed.done():
            self.failed.set_exception(error)

    async def _return_escrow(self, hands: Hands, back: v.ReturnEscrow) -> None:
        """Note how the order will end, then give the money back; no disk that refuses the note holds it."""
        order, outcome = back.order, back.outcome
        if order and outcome:
            try:
                await asyncio.to_thread(hands.journal.intend, order, outcome)
            except JournalError as error:
                self._log(str(error))
        try:
            await hands.coins.give_back()
        except DeviceTimeout:
            if order and outcome:
                await asyncio.to_thread(hands.journal.intend, order, None)
            self.post(v.EscrowStuck(back))
        else:
            self.post(v.EscrowReturned(order, outcome))

    async def _stack_escrow(self, hands: Hands, keep: v.StackEscrow) -> None:
        try:
            await hands.coins.stack()
        except DeviceTimeout:
            self.post(v.EscrowStuck(keep))
        else:
            self.post(v.EscrowStacked())

    async def _lend(self, hands: Hands) -> None:
        async with self._printer:
            await asyncio.to_thread(hands.loan.begin)
            await hands.printer.close()
            self.post(v.PrinterLent())

    async def _reclaim(self, hands: Hands, *, whole: bool) -> None:
        async with self._printer:
            clean = await hands.printer.settle(SETTLE_S, whole=whole)
            if clean:
                await asyncio.to_thread(hands.loan.end)
            await hands.printer.open(self.post)
            self.post(v.PrinterSettled(clean))

    async def close(self) -> None:
        """Stop stepping; commands that are under way are given up."""
        self._hands = None
        if self._timer:
            self._timer.cancel()
        for task in tuple(self._tasks):
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)
