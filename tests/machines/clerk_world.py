"""The clerk's machine with everything that can happen to it: every event in every state, none left out as unlikely.

Ids are constants, a running deadline is `DUE_S`, the serial of the work that is waited for is always 1, so that 0 is
stale. Beside the machine stand the PIN digits that its runner keeps, and what kiosk and centre were told. Not
responsible for what must hold (`clerk_rules.py`).
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from firmware.app import messages as m
from firmware.app.clerk import machine
from firmware.app.clerk import vocabulary as v
from firmware.app.clerk.questions import PIN_DIGITS
from firmware.app.clerk.state import Asking, Clerk, Limits, Offered, Phase, Place, Question

if TYPE_CHECKING:
    from collections.abc import Iterator

LIMITS = Limits()
NOW_S, DUE_S = 0.0, 1.0
NO_SERIAL, STALE, SERIAL = -1, 0, 1
SESSION_ID, TRANSACTION_ID, DOCUMENT_ID, OTHER_ID = (m.Id(digit * 32) for digit in "abcd")
FEE_YEN = 200


def _place(code: str, status: str) -> Place:
    return Place(code, (), (), ("06:30", "23:00"), status)


PLACES = (_place("1", "open"), _place("2", "open"), _place("3", "down"))
OFFERS = (Offered("record", FEE_YEN, ("domicile",), ("self", "household"), 2), Offered("seal", 300, (), ("self",), 1))

TOUCHES = (
    *("agree", "cancel", "back", "next", "yes", "digit", "erase", "nonsense", ""),
    *("municipality:1", "municipality:2", "municipality:3", "municipality:"),
    *("type:record", "type:seal", "type:", "scope:self", "scope:household", "scope:", "item:domicile", "item:"),
    *("copies:1", "copies:2", "copies:3", "copies:0", "copies:-1", "copies:²", "copies:" + "9" * 5000),
)
FROM_KIOSK: tuple[m.FromKiosk, ...] = (
    m.Serve(SESSION_ID, m.Language.JA),
    m.CardSeen(present=True),
    m.CardSeen(present=False),
    m.Escrow(0, FEE_YEN),
    m.Escrow(100, FEE_YEN),
    *(m.PaymentReturned(cause) for cause in m.ReturnCause),
    m.PaymentStuck(),
    m.Print(DOCUMENT_ID),
    m.Print(OTHER_ID),
    m.MediaPresented(),
    *(m.Finish(cause) for cause in m.FinishCause),
)


def results(serial: int) -> tuple[v.Event, ...]:
    """Return every result of work that can carry the serial."""
    return (
        v.PlacesCame(serial, PLACES),
        v.PlacesCame(serial, ()),
        v.TransactionCame(serial, TRANSACTION_ID),
        *(v.CardProbed(serial, tries) for tries in (None, 0, 1, 3)),
        v.CardSigned(serial),
        *(v.PinRefused(serial, tries) for tries in (0, 1, 2)),
        v.CardFailed(serial, gone=True),
        v.CardFailed(serial, gone=False),
        v.OffersCame(serial, OFFERS),
        v.OffersCame(serial, ()),
        v.DocumentCame(serial, DOCUMENT_ID, FEE_YEN, 1, 1, 200),
        v.WorkFailed(serial, "hub_down", m.EndCause.HUB),
        v.WorkFailed(serial, "mismatch", m.EndCause.MISMATCH),
        v.WorkFailed(serial, "refused", m.EndCause.REFUSED),
        v.PrintAdvanced(serial, 0.5),
        v.PrintDone(serial),
        v.PrintStopped(serial, m.PrintFault.PAPER_OUT, 0),
        v.PrintStopped(serial, m.PrintFault.CUTTER, 0),
    )


_ALWAYS: tuple[v.Event, ...] = (*FROM_KIOSK, *map(v.Touched, TOUCHES), *results(SERIAL), *results(STALE))


@dataclass(frozen=True, slots=True)
class Situation:
    """The machine, the PIN digits in its runner's memory, and what the kiosk and the centre know."""

    clerk: Clerk
    digits: int = 0
    kiosk_knows: bool = False
    cancelled: bool = False


@dataclass(frozen=True, slots=True)
class Answer:
    """One transition: `clerk` is the machine's state before ids and times were made alike."""

    before: Situation
    event: v.Event
    now: float
    clerk: Clerk
    commands: tuple[v.Command, ...]
    after: Situation


START = Situation(Clerk(serial=SERIAL))


def events(situation: Situation) -> Iterator[tuple[v.Event, float]]:
    """Yield every event with the time at which it comes."""
    for event in _ALWAYS:
        yield event, NOW_S
    if situation.clerk.deadline is not None:
        yield v.Ticked(), DUE_S


def answer(situation: Situation, event: v.Event, now: float) -> Answer:
    """Let the machine answer."""
    clerk, commands = machine.step(situation.clerk, event, now, LIMITS)
    digits = _typed(situation, event)
    kiosk_knows, cancelled = situation.kiosk_knows, situation.cancelled
    for command in commands:
        match command:
            case v.WipePin() | v.Authenticate():
                digits = 0
            case v.Say(m.TransactionOpened()):
                kiosk_knows = True
            case v.CancelTransaction():
                kiosk_knows, cancelled = False, True
            case v.OpenTransaction():
                cancelled = False
            case _:
                pass
    after = Situation(alike(clerk), digits, kiosk_knows, cancelled)
    return Answer(situation, event, now, clerk, commands, after)


def _typed(situation: Situation, event: v.Event) -> int:
    """Return the digits in the runner's memory once it has passed the touch on (`runner.Runner.touched`)."""
    phase = situation.clerk.phase
    if not (isinstance(phase, Asking) and phase.question is Question.ENTER_PIN):
        return situation.digits
    match event:
        case v.Touched("digit") if situation.clerk.visit.filled < PIN_DIGITS:
            return situation.digits + 1
        case v.Touched("erase"):
            return max(situation.digits - 1, 0)
        case _:
            return situation.digits


_ALIKE: dict[Phase, Phase] = {}


def alike(clerk: Clerk) -> Clerk:
    """Return the state with one serial and one deadline."""
    phase = clerk.phase
    if phase not in _ALIKE:
        changes: dict[str, object] = {}
        if phase.deadline is not None:
            changes["deadline"] = DUE_S
        if hasattr(phase, "serial"):
            changes["serial"] = SERIAL
        _ALIKE[phase] = replace(phase, **changes)
    return Clerk(_ALIKE[phase], clerk.visit, SERIAL)
