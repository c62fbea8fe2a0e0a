"""Runs the clerk's machine for one person: touches and results in, pages and errands out.

One asyncio loop; card, centre and printer are asked in tasks whose results come back as events (`errands.py`). Not
responsible for any decision (`machine.py`).
"""

from __future__ import annotations

import asyncio
from collections import deque
from typing import TYPE_CHECKING, Protocol

from firmware.app import messages as m
from firmware.app.clerk import vocabulary as v
from firmware.app.clerk.machine import step
from firmware.app.clerk.questions import PIN_DIGITS
from firmware.app.clerk.state import Asking, Clerk, Limits, Question
from firmware.app.clerk.views import view_of

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable, Coroutine

    from firmware.app.clerk.errands import Errands
    from firmware.app.screens.texts import Texts
    from firmware.views import View

CANCEL_WAIT_S = 3.0


class Panel(Protocol):
    """The screen's server."""

    def show(self, view: View) -> int:
        """Show a view from now on."""
        ...


class Runner:
    """The clerk's loop around its machine.

    `say` sends a message to the kiosk; `failed` is called with an uncaught error, which must end the process.
    """

    def __init__(
        self,
        errands: Errands,
        texts: dict[str, Texts],
        limits: Limits,
        *,
        panel: Panel,
        say: Callable[[m.FromClerk], None],
        failed: Callable[[BaseException], None],
    ) -> None:
        self.clerk = Clerk()
        self._errands = errands
        self._texts = texts
        self._limits = limits
        self._panel = panel
        self._say = say
        self._failed = failed
        self._loop = asyncio.get_running_loop()
        self._events: deque[v.Event] = deque()
        self._draining = False
        self._timer: asyncio.TimerHandle | None = None
        self._tasks: set[asyncio.Task[None]] = set()
        self._cancels: set[asyncio.Task[None]] = set()
        self._language = "ja"

    def post(self, event: v.Event) -> None:
        """Take an event, on the loop's thread."""
        if isinstance(event, m.Serve):
            self._language = event.language
            self._spawn(self._errands.warm())
        self._events.append(event)
        if self._draining:
            return
        self._draining = True
        try:
            while self._events:
                self._step(self._events.popleft())
        finally:
            self._draining = False

    def touched(self, _view: int, button: str) -> None:
        """Take a touch of the page that is shown. A digit is kept aside and reaches the machine without its value."""
        phase, visit = self.clerk.phase, self.clerk.visit
        if isinstance(phase, Asking) and phase.question is Question.ENTER_PIN:
            kind, _, digit = button.partition(":")
            if kind == "digit":
                if visit.filled == PIN_DIGITS or len(digit) != 1 or digit not in "0123456789":
                    return
                self._errands.add_digit(digit)
                button = "digit"
            elif button == "erase":
                self._errands.erase_digit()
        self.post(v.Touched(button))

    def choose_language(self, language: str) -> None:
        """Draw the page in another language."""
        self._language = language
        self._draw()

    def _step(self, event: v.Event) -> None:
        before = self.clerk
        self.clerk, commands = step(before, event, self._loop.time(), self._limits)
        if self.clerk != before:
            self._draw()
            if self._timer:
                self._timer.cancel()
            deadline = self.clerk.deadline
            self._timer = None if deadline is None else self._loop.call_at(deadline, self.post, v.Ticked())
        for command in commands:
            self._act(command)

    def _draw(self) -> None:
        view = view_of(self.clerk, self._texts[self._language], self._limits)
        if view:
            self._panel.show(view)

    def _act(self, command: v.Command) -> None:
        errands = self._errands
        match command:
            case v.Say(m.Ended() as ended):
                self._spawn(self._end(ended))
            case v.Say(message):
                self._say(message)
            case v.WipePin():
                errands.wipe_pin()
            case v.CancelTransaction(cause):
                self._cancels.add(self._spawn(errands.cancel(cause)))
            case v.ProbeCard(serial):
                self._run(errands.probe(serial))
            case v.Authenticate(serial):
                self._run(errands.authenticate(serial))
            case v.AskPlaces(serial):
                self._run(errands.ask_places(serial))
            case v.OpenTransaction(serial, municipality):
                self._run(errands.open(serial, municipality))
            case v.PresentCard(serial):
                self._run(errands.present(serial))
            case v.PlaceOrder() as order:
                self._run(errands.order(order))
            case v.PrintDocument(serial):
                self._run(errands.print(serial, lambda part: self.post(v.PrintAdvanced(serial, part))))

    def _run(self, errand: Awaitable[v.Event]) -> None:
        async def fetch() -> None:
            self.post(await errand)

        self._spawn(fetch())

    def _spawn(self, work: Coroutine[None, None, None]) -> asyncio.Task[None]:
        task = self._loop.create_task(work)
        self._tasks.add(task)
        task.add_done_callback(self._finished)
        return task

    def _finished(self, task: asyncio.Task[None]) -> None:
        self._tasks.discard(task)
        self._cancels.discard(task)
        if not task.cancelled() and (error := task.exception()):
            self._failed(error)

    async def _end(self, ended: m.Ended) -> None:
        """Let the centre hear of a cancellation first, but not for long."""
        if self._cancels:
            await asyncio.wait(tuple(self._cancels), timeout=CANCEL_WAIT_S)
        self._say(ended)
