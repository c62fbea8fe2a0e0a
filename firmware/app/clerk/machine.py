"""The clerk's machine: theory of operation.

`step(clerk, event, now, limits)` returns the next state and commands. Pure and total: what means nothing in a phase
changes nothing. A dialogue is a chain of questions (`questions.py`, `type_choice.py`, `chain.py`, `choosing.py`,
`registering.py`), pieces of work whose results carry a serial (`work.py`), and the wait for card, money and paper
(`delivery.py`, `slip_wait.py`). Every way out leads through a last page to `Over`; the centre is told when nothing
comes of a transaction, and the kiosk when the dialogue has ended. A refusal is no way out: another certificate can be
chosen. Everything that affects transitions lives in these files, `visit.py` and `course.py`.
"""

from __future__ import annotations

from dataclasses import replace

from firmware.app import messages as m
from firmware.app.clerk import delivery, questions, slip_wait, work
from firmware.app.clerk import vocabulary as v
from firmware.app.clerk.course import Transition, ask, pay, say
from firmware.app.clerk.state import (
    Asking,
    AwaitingSlip,
    Clerk,
    Limits,
    Over,
    Paying,
    Printing,
    PrintingSlip,
    Question,
    Receipting,
    Saying,
    Spare,
    TakingCard,
    TakingPaper,
    Working,
)

Answer = tuple[Clerk, tuple[v.Command, ...]]


def step(clerk: Clerk, event: v.Event, now: float, limits: Limits) -> Answer:
    """Return the state after `event` at `now` (monotonic seconds), and the commands to carry out in order."""
    if isinstance(event, m.CardSeen):
        clerk = replace(clerk, visit=replace(clerk.visit, card=event.present))
    if _stale(clerk, event):
        return clerk, ()
    return _PHASES[type(clerk.phase)](clerk, event, now, limits)


def _stale(clerk: Clerk, event: v.Event) -> bool:
    """Tell whether this is the result of work that nobody waits for any more."""
    serial = getattr(event, "serial", None)
    return serial is not None and serial != getattr(clerk.phase, "serial", None)


def _spare(clerk: Clerk, event: v.Event, now: float, limits: Limits) -> Answer:
    """Wait for the person; ask for availability while they read the first page."""
    match event:
        case m.Serve():
            return ask(clerk, Question.CONSENT, now, limits, v.Say(m.Stepped(m.Step.CONSENT)))
        case _:
            return clerk, ()


def _taking_card(clerk: Clerk, event: v.Event, now: float, limits: Limits) -> Answer:
    """Go on when the card is gone. The kiosk ends it here when the reader is lost and nobody can know."""
    phase = clerk.phase
    assert isinstance(phase, TakingCard)  # noqa: S101 - the dispatch table says so
    match event:
        case m.CardSeen(present=False) if phase.held:
            return pay(clerk, phase.held)
        case m.CardSeen(present=False):
            return ask(clerk, phase.question, now, limits, v.Say(m.Stepped(m.Step.CHOOSE)))
        case m.Finish():
            return say(clerk, m.EndCause.DEVICE, "reader_lost", now, limits)
        case v.Touched("cancel"):  # the kiosk goes on to call for the card
            return say(clerk, m.EndCause.PERSON, "cancelled", now, limits)
        case _:
            return clerk, ()


def _saying(clerk: Clerk, event: v.Event, now: float, limits: Limits) -> Answer:
    """End when the page has been read; say what became of the money as soon as that is known."""
    phase = clerk.phase
    assert isinstance(phase, Saying)  # noqa: S101 - the dispatch table says so
    match event:
        case v.Touched("next") | v.Ticked():
            return replace(clerk, phase=Over()), (v.Say(m.Ended(phase.end)),)
        case m.PaymentBack() if phase.money == "returning":
            return replace(clerk, phase=replace(phase, money="returned", deadline=now + limits.last_page_s)), ()
        case m.PaymentStuck() if phase.money in ("returning", "returned"):
            return replace(clerk, phase=replace(phase, money="stuck", deadline=now + limits.last_page_s)), ()
        case _:
            return clerk, ()


def _over(clerk: Clerk, event: v.Event, now: float, limits: Limits) -> Answer:  # noqa: ARG001 - all phases are called alike
    """Stay over."""
    return clerk, ()


_PHASES: dict[type, Transition] = {
    Spare: _spare,
    Asking: questions.asking,
    Working: work.working,
    TakingCard: _taking_card,
    AwaitingSlip: slip_wait.awaiting,
    PrintingSlip: slip_wait.printing,
    Paying: delivery.paying,
    Printing: delivery.printing,
    Receipting: delivery.receipting,
    TakingPaper: delivery.taking_paper,
    Saying: _saying,
    Over: _over,
}
