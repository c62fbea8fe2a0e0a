"""The clerk machine's states: one dialogue with one person, from the first question to the last page.

Not responsible for what was settled in it (`visit.py`). Nothing personal is in either.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import StrEnum

from firmware.app.clerk.visit import Visit
from firmware.app.messages import DocumentHeld, EndCause


class Question(StrEnum):
    """What the person is being asked; each is one page."""

    CONSENT = "consent"
    MUNICIPALITY = "municipality"
    HOLD_CARD = "hold_card"
    LAST_TRY = "last_try"
    ENTER_PIN = "enter_pin"
    CHOOSE_TYPE = "choose_type"
    CHOOSE_YEAR = "choose_year"
    CHOOSE_SCOPE = "choose_scope"
    CHOOSE_PERSONS = "choose_persons"
    CHOOSE_ITEMS = "choose_items"
    CHOOSE_COPIES = "choose_copies"
    PREVIEW = "preview"
    CONFIRM = "confirm"
    REFUSED = "refused"
    HISTORY = "history"
    REGISTRATION = "registration"
    REGISTER_NAME = "register_name"
    REGISTER_BIRTH = "register_birth"
    REGISTER_PHONE = "register_phone"
    REGISTER_CONFIRM = "register_confirm"
    REGISTERED = "registered"


class Work(StrEnum):
    """What the person is waiting for."""

    AVAILABILITY = "availability"
    OPEN = "open"
    PROBE = "probe"
    AUTHENTICATE = "authenticate"
    PRESENT = "present"
    HOUSEHOLD = "household"
    PREVIEW = "preview"
    ISSUE = "issue"
    HISTORY = "history"
    REGISTRATION = "registration"
    REGISTER = "register"


class Page(StrEnum):
    """A last page."""

    THANKS = "thanks"
    PIN_LOCKED = "pin_locked"
    SORRY = "sorry"


@dataclass(frozen=True, slots=True)
class Spare:
    """Waiting for a person."""

    deadline: float | None = None


@dataclass(frozen=True, slots=True)
class Asking:
    """A question is on the screen. `warned` once the countdown is shown; `again` after a wrong PIN or a torn card."""

    question: Question
    deadline: float
    warned: bool = False
    again: bool = False


@dataclass(frozen=True, slots=True)
class Working:
    """The person waits for card or centre. `serial` tells this piece of work's result from an earlier one's."""

    work: Work
    serial: int
    deadline: float


@dataclass(frozen=True, slots=True)
class TakingCard:
    """The dialogue does not go on while the card lies there; the kiosk sounds the alarm.

    Then comes `question`, or the fee when the document is `held` already.
    """

    question: Question = Question.CHOOSE_TYPE
    held: DocumentHeld | None = None
    deadline: float | None = None


@dataclass(frozen=True, slots=True)
class Paying:
    """The kiosk collects the fee, from its first word on (`open`). `returned` after too much was inserted.

    The deadline is that of the countdown, after which the kiosk ends it.
    """

    due_yen: int
    inserted_yen: int = 0
    open: bool = False
    returned: bool = False
    warned: bool = False
    deadline: float | None = None


@dataclass(frozen=True, slots=True)
class Printing:
    """The printer is at work; `progress` 0 to 1."""

    serial: int
    progress: float = 0.0
    deadline: float | None = None


@dataclass(frozen=True, slots=True)
class Receipting:
    """The certificate is printed and its fee kept; the receipt comes out behind it."""

    serial: int
    deadline: float | None = None


@dataclass(frozen=True, slots=True)
class AwaitingSlip:
    """The kiosk is asked for the printer, or waits until the slip is taken (`presented` once it lies in the tray)."""

    presented: bool = False
    deadline: float | None = None


@dataclass(frozen=True, slots=True)
class PrintingSlip:
    """The slip with a request's number is at the printer."""

    serial: int
    deadline: float | None = None


@dataclass(frozen=True, slots=True)
class TakingPaper:
    """The paper lies in the tray, or is on its way there."""

    presented: bool = False
    deadline: float | None = None


@dataclass(frozen=True, slots=True)
class Saying:
    """A last page, then the end.

    `cause` is the text's key, `money` what becomes of it: `nothing_charged`; `returning`, then `returned` or `stuck`.
    """

    page: Page
    end: EndCause
    deadline: float
    cause: str = ""
    money: str = ""


@dataclass(frozen=True, slots=True)
class Over:
    """Nothing more to do: the kiosk ends this process."""

    deadline: float | None = None


Phase = (
    Spare
    | Asking
    | Working
    | TakingCard
    | AwaitingSlip
    | PrintingSlip
    | Paying
    | Printing
    | Receipting
    | TakingPaper
    | Saying
    | Over
)


@dataclass(frozen=True, slots=True)
class Limits:
    """How long things may take, in seconds; from the configuration."""

    dialogue_s: float = 60.0
    warning_s: float = 20.0
    payment_s: float = 120.0
    work_s: float = 45.0
    last_page_s: float = 10.0


@dataclass(frozen=True, slots=True)
class Clerk:
    """The whole state of the machine."""

    phase: Phase = field(default_factory=Spare)
    visit: Visit = field(default_factory=Visit)
    serial: int = 0

    @property
    def deadline(self) -> float | None:
        """The moment (monotonic seconds) at which a `Ticked` is due."""
        return self.phase.deadline
