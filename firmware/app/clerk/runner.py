"""Runs the clerk's machine for one person: touches and results in, pages and errands out.

One asyncio loop; card, centre and printer are asked in tasks whose results come back as events (`errands.py`). Not
responsible for any decision (`machine.py`).
"""

from __future__ import annotations

import asyncio
import secrets
from collections import deque
from datetime import datetime
from typing import TYPE_CHECKING, Protocol

from firmware.app import messages as m
from firmware.app.clerk import vocabulary as v
from firmware.app.clerk.machine import step
from firmware.app.clerk.questions import PIN_DIGITS
from firmware.app.clerk.state import Asking, Clerk, Limits, Question
from firmware.app.clerk.views import view_of
from firmware.app.clerk.visit import Field
from firmware.app.screens.dates import TOKYO
from firmware.app.screens.pages.arrival import DIGITS

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable, Coroutine

    from firmware.app.clerk.errands import Errands
    from firmware.app.screens.texts import Texts
    from firmware.views import View

CANCEL_WAIT_S = 3.0
WAYS = ("next", "back", "cancel")  # every other touch of a page for typing is a key
_TYPED = {
    Question.REGISTER_NAME: Field.NAME,
    Question.REGISTER_BIRTH: Field.BIRTH,
    Question.REGISTER_PHONE: Field.PHONE,
}


class Panel(Protocol):
    """The screen's server."""

    def show(self, view: View) -> int:
        """Show a view from now on."""
        ...


class Runner:
    """The clerk's loop around its machine.

    `say` sends a message to the kiosk; `failed` is called with an uncaught error, which must end the process. With
    `shuffle_pin`, the digits of the PIN pad are in another order each time.
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
        shuffle_pin: bool = False,
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
        self._shuffle_pin = shuffle_pin
        self._digits = DIGITS

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
        """Take a touch of the page that is shown. What is typed is kept aside: the machine learns that it was."""
        phase, visit = self.clerk.phase, self.clerk.visit
        question = phase.question if isinstance(phase, Asking) else None
        field = _TYPED.get(question) if question else None
        if field and button not in WAYS:
            self._type(field, button)
            return
        if question is Question.ENTER_PIN:
            kind, _, digit = button.partition(":")
            if kind == "digit":
                if visit.filled == PIN_DIGITS or len(digit) != 1 or digit not in "0123456789":
                    return
                self._errands.add_digit(digit)
                button = "digit"
            elif button == "erase":
                self._errands.erase_digit()
        self.post(v.Touched(button))

    def _type(self, field: Field, button: str) -> None:
        known = self._errands.known
        known.touch(field, button)
        self.post(v.Typed(field, known.is_whole(field, datetime.now(TOKYO).date())))

    def choose_language(self, language: str) -> None:
        """Draw the page in another language."""
        self._language = language
        self._draw()

    def _step(self, event: v.Event) -> None:
        before = self.clerk
        self.clerk, commands = step(before, event, self._loop.time(), self._limits)
        if self.clerk != before or isinstance(event, v.Typed):  # what was typed is not in the machine's state
            if _enters_pin(self.clerk) and not _enters_pin(before):
                self._digits = _shuffled() if self._shuffle_pin else DIGITS
            self._draw()
            if self._timer:
                self._timer.cancel()
            deadline = self.clerk.deadline
            self._timer = None if deadline is None else self._loop.call_at(deadline, self.post, v.Ticked())
        for command in commands:
            self._act(command)

    def _draw(self) -> None:
        texts = self._texts[self._language]
        view = view_of(self.clerk, self._errands.known, texts, self._limits, self._digits)
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
            case v.WipeTyped():
                errands.known.wipe()
            case _:
                self._run(self._errand(command))

    def _errand(self, command: v.Errand) -> Awaitable[v.Event]:
        errands = self._errands
        match command:
            case v.ProbeCard(serial):
                return errands.probe(serial)
            case v.Authenticate(serial):
                return errands.authenticate(serial)
            case v.AskPlaces(serial):
                return errands.ask_places(serial)
            case v.OpenTransaction(serial, municipality):
                return errands.open(serial, municipality)
            case v.PresentCard(serial):
                return errands.present(serial)
            case v.PlaceOrder() as order:
                return errands.order(order)
            case v.PrintDocument(serial):
                return errands.print(serial, lambda part: self.post(v.PrintAdvanced(serial, part)))
            case v.PrintReceipt(serial):
                return errands.print_receipt(serial, self._language)
            case v.PrintRequestSlip(serial):
                return errands.print_slip(serial, self._language)
            case inquiry:
                return errands.inquiries.answer(inquiry)

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


def _enters_pin(clerk: Clerk) -> bool:
    return isinstance(clerk.phase, Asking) and clerk.phase.question is Question.ENTER_PIN


def _shuffled() -> tuple[str, ...]:
    digits = list(DIGITS)
    secrets.SystemRandom().shuffle(digits)
    return tuple(digits)
