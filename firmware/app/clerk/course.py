"""The moves that all phases of the dialogue share: ask a question, begin a piece of work, say a last page. Pure."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

from firmware.app.clerk import vocabulary as v
from firmware.app.clerk.state import (
    Asking,
    Clerk,
    Limits,
    Over,
    Page,
    Paying,
    Printing,
    Question,
    Receipting,
    Saying,
    TakingCard,
    TakingPaper,
    Work,
    Working,
)
from firmware.app.clerk.visit import Visit
from firmware.app.messages import DocumentHeld, EndCause, Ended, Step, Stepped

Answer = tuple[Clerk, tuple[v.Command, ...]]
Transition = Callable[[Clerk, v.Event, float, Limits], Answer]

# What the centre is told when a dialogue ends without a paper (hub protocol, "cancel").
_CANCEL_WORDS: dict[EndCause, v.CancelCause] = {
    EndCause.PERSON: "person",
    EndCause.TIMEOUT: "timeout",
    EndCause.CARD: "card",
    EndCause.DEVICE: "device",
    EndCause.MISMATCH: "mismatch",
    EndCause.HUB: "hub",
    EndCause.REFUSED: "person",
    EndCause.ERROR: "device",
}


def ask(
    clerk: Clerk, question: Question, now: float, limits: Limits, *commands: v.Command, again: bool = False
) -> Answer:
    """Put a question on the screen; the person has the whole time again."""
    return replace(clerk, phase=Asking(question, now + limits.dialogue_s - limits.warning_s, again=again)), commands


def begin(
    clerk: Clerk, work: Work, make: Callable[[int], v.Command], now: float, limits: Limits, *before: v.Command
) -> Answer:
    """Begin a piece of work under a new serial; `make(serial)` is its command."""
    serial = clerk.serial + 1
    phase = Working(work, serial, now + limits.work_s)
    return replace(clerk, phase=phase, serial=serial), (*before, make(serial))


def take_card(
    clerk: Clerk, question: Question = Question.CHOOSE_TYPE, held: DocumentHeld | None = None, *before: v.Command
) -> Answer:
    """Have the card taken back before anything else happens."""
    return replace(clerk, phase=TakingCard(question, held)), (*before, v.Say(Stepped(Step.TAKE_CARD)))


def choose(clerk: Clerk, question: Question, now: float, limits: Limits, *commands: v.Command) -> Answer:
    """Ask a question that comes after the card was taken back; if a card lies there again, it goes first."""
    if clerk.visit.card:
        return take_card(clerk, question, None, *commands)
    return ask(clerk, question, now, limits, *commands)


def pay(clerk: Clerk, held: DocumentHeld) -> Answer:
    """Tell the kiosk of the document: it asks for the fee."""
    return replace(clerk, phase=Paying(held.fee_yen)), (v.Say(Stepped(Step.PAY)), v.Say(held))


def say(
    clerk: Clerk,
    end: EndCause,
    cause: str,
    now: float,
    limits: Limits,
    *commands: v.Command,
    page: Page = Page.SORRY,
    money: str = "",
) -> Answer:
    """Show a last page. A transaction that nothing came of is cancelled at the centre; what was chosen is forgotten."""
    phase = Saying(page, end, now + limits.last_page_s, cause, money)
    return replace(clerk, phase=phase, visit=_remembered(clerk.visit)), (*commands, *_undo(clerk, end))


def leave(clerk: Clerk, end: EndCause) -> Answer:
    """End without another page."""
    over = replace(clerk, phase=Over(), visit=_remembered(clerk.visit))
    return over, (*_undo(clerk, end), v.Say(Ended(end)))


def _undo(clerk: Clerk, end: EndCause) -> tuple[v.Command, ...]:
    """Wipe, and have the centre cancel; not what was paid, whose end is the kiosk's to tell."""
    wiped = (v.WipePin(), v.WipeTyped())
    paid = isinstance(clerk.phase, (Printing, Receipting, TakingPaper))
    if clerk.visit.transaction_id and end is not EndCause.FINISHED and not paid:
        return (*wiped, v.CancelTransaction(_CANCEL_WORDS[end]))
    return wiped


def _remembered(visit: Visit) -> Visit:
    """Return what a last page may tell: whom to ask, and the number where no receipt says it."""
    return Visit(
        place=visit.place,
        transaction_id=visit.transaction_id,
        card=visit.card,
        receipt_failed=visit.receipt_failed,
    )
