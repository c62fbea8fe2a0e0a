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
from firmware.app.clerk.registering import FIELDS
from firmware.app.clerk.state import Asking, Clerk, Limits, Phase, Question
from firmware.app.clerk.visit import Field, Offered, Place
from tests.machines.clerk_wish import Wish, wished

if TYPE_CHECKING:
    from collections.abc import Iterator

LIMITS = Limits()
NOW_S, DUE_S = 0.0, 1.0
NO_SERIAL, STALE, SERIAL = -1, 0, 1
SESSION_ID, TRANSACTION_ID, DOCUMENT_ID, OTHER_ID = (m.Id(digit * 32) for digit in "abcd")
FEE_YEN = 200


def _place(code: str, status: str, *, registration: bool = False) -> Place:
    return Place(code, (), (), ("06:30", "23:00"), status, registration=registration)


PLACES = (_place("1", "open", registration=True), _place("2", "open"), _place("3", "down"))
OFFERS = (
    Offered("resident_record", FEE_YEN, ("domicile",), ("self", "members"), 2),
    Offered("family_register", 300, (), ("whole", "individual"), 1),
    Offered("income_tax", 300, (), ("self",), 1, (2026,)),
    Offered("seal_registration", 300, (), ("self",), 1, available=False, reason="hours"),
)
SCOPES = ("self", "members", "whole", "individual")

TOUCHES = (
    *("agree", "cancel", "back", "next", "yes", "digit", "erase", "another", "register", "nonsense", ""),
    *("municipality:1", "municipality:2", "municipality:3", "municipality:", "history", "registration"),
    *(
        "type:resident_record",
        "type:family_register",
        "type:income_tax",
        "type:seal_registration",
        "type:",
        "year:2026",
        "year:2025",
        "year:",
    ),
    *(f"scope:{scope}" for scope in SCOPES),
    *("scope:", "person:0", "person:1", "person:2", "person:-1", "item:domicile", "item:"),
    *("copies:1", "copies:2", "copies:3", "copies:0", "copies:-1", "copies:²", "copies:" + "9" * 5000),
    *("page:prev", "page:next"),
)
TYPED = tuple(v.Typed(field, valid) for field in Field for valid in (True, False))
FROM_KIOSK: tuple[m.FromKiosk, ...] = (
    m.Serve(SESSION_ID, m.Language.JA),
    m.CardSeen(present=True),
    m.CardSeen(present=False),
    m.Escrow(0, FEE_YEN),
    m.Escrow(100, FEE_YEN),
    *(m.PaymentReturned(cause) for cause in m.ReturnCause),
    m.PaymentBack(),
    m.PaymentStuck(),
    m.PrintSlip(),
    m.SlipOver(taken=True),
    m.SlipOver(taken=False),
    m.Print(DOCUMENT_ID),
    m.Print(OTHER_ID),
    m.ReceiptDue(FEE_YEN),
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
        v.HouseholdCame(serial, 2, SCOPES, ("domicile",), (2026,)),
        v.HouseholdCame(serial, 0, SCOPES, (), ()),
        v.HouseholdCame(serial, 2, (), ("domicile",), (2026,)),
        v.PreviewCame(serial, 2),
        v.HistoryCame(serial),
        v.RegistrationCame(serial, may_ask=True),
        v.RegistrationCame(serial, may_ask=False),
        v.Registered(serial),
        v.DocumentCame(serial, DOCUMENT_ID, FEE_YEN, 1, 1, 200),
        v.WorkFailed(serial, "hub_down", m.EndCause.HUB),
        v.WorkFailed(serial, "mismatch", m.EndCause.MISMATCH),
        v.WorkFailed(serial, "refused", m.EndCause.REFUSED),
        v.PrintAdvanced(serial, 0.5),
        v.PrintDone(serial),
        v.PrintStopped(serial, m.PrintFault.PAPER_OUT, 0),
        v.PrintStopped(serial, m.PrintFault.CUTTER, 0),
        v.ReceiptPrinted(serial, printed=True),
        v.ReceiptPrinted(serial, printed=False),
        v.SlipDone(serial, printed=True),
        v.SlipDone(serial, printed=False),
    )


_ALWAYS: tuple[v.Event, ...] = (*FROM_KIOSK, *map(v.Touched, TOUCHES), *TYPED, *results(SERIAL), *results(STALE))


@dataclass(frozen=True, slots=True)
class Situation:
    """The machine, what is in its runner's memory (PIN digits, typed texts), and what kiosk, centre and person know.

    `typed` are the texts with something in them, `whole` those that were said to be whole; `wish` is what the person
    touched on the pages so far.
    """

    clerk: Clerk
    digits: int = 0
    typed: frozenset[Field] = frozenset()
    whole: frozenset[Field] = frozenset()
    wish: Wish | None = None
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
    digits = _digits(situation, event)
    typed, whole = _texts(situation, event)
    kiosk_knows, cancelled = situation.kiosk_knows, situation.cancelled
    for command in commands:
        match command:
            case v.WipePin() | v.Authenticate():
                digits = 0
            case v.WipeTyped():
                typed = whole = frozenset()
            case v.Say(m.TransactionOpened()):
                kiosk_knows = True
            case v.CancelTransaction():
                kiosk_knows, cancelled = False, True
            case v.OpenTransaction():
                cancelled = False
            case _:
                pass
    wish = wished(situation.wish, situation.clerk, event, clerk)
    after = Situation(alike(clerk), digits, typed, whole, wish, kiosk_knows, cancelled)
    return Answer(situation, event, now, clerk, commands, after)


def _digits(situation: Situation, event: v.Event) -> int:
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


def _texts(situation: Situation, event: v.Event) -> tuple[frozenset[Field], frozenset[Field]]:
    """Return the texts in the runner's memory, and those that it called whole."""
    phase = situation.clerk.phase
    if not (isinstance(event, v.Typed) and isinstance(phase, Asking) and FIELDS.get(phase.question) is event.field):
        return situation.typed, situation.whole
    whole = situation.whole | {event.field} if event.valid else situation.whole - {event.field}
    return situation.typed | {event.field}, whole


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
