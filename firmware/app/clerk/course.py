"""The moves that all phases of the dialogue share: ask a question, begin a piece of work, say a last page. Pure."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

from firmware.app.clerk import vocabulary as v
from firmware.app.clerk.state import (
    Asking,
    Clerk,
    Limits,
    Page,
    Paying,
    Question,
    Saying,
    TakingCard,
    Work,
    Working,
)
from firmware.app.messages import DocumentHeld, EndCause, Step, Stepped

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
    """Show a last page. A transaction that nothing came of is cancelled at the centre."""
    undo: tuple[v.Command, ...] = (v.WipePin(),)
    if clerk.visit.transaction_id and end is not EndCause.FINISHED:
        undo = (*undo, v.CancelTransaction(_CANCEL_WORDS[end]))
    phase = Saying(page, end, now + limits.last_page_s, cause, money)
    return replace(clerk, phase=phase), (*commands, *undo)
