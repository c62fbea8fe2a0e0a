"""The messages between the kiosk, its clerk and its recorder: ids, bounded counts and enumerations.

Nothing personal fits into these fields, which is the point. Wire form and meaning: `docs/reference/process-link.md`.
Standard library only, because the pure machines use these as events and commands.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from enum import StrEnum
from typing import Self

ID = re.compile(r"[0-9a-f]{32}")
NAME = re.compile(r"[A-Za-z_][A-Za-z0-9_]{0,39}")


class Id(str):
    """128 random bits as 32 lower-case hexadecimal digits."""

    __slots__ = ()

    def __new__(cls, value: str) -> Self:
        """Refuse anything but an id, so that no text can travel in its place."""
        if not ID.fullmatch(value):
            raise ValueError("an id is 32 lower-case hexadecimal digits")
        return super().__new__(cls, value)


class Name(str):
    """An identifier of our own source: a class name, a file's stem."""

    __slots__ = ()

    def __new__(cls, value: str) -> Self:
        """Refuse anything but an identifier."""
        if not NAME.fullmatch(value):
            raise ValueError("a name is an identifier of at most 40 characters")
        return super().__new__(cls, value)


class Language(StrEnum):
    """A language of the screens."""

    JA = "ja"
    EN = "en"
    ZH = "zh"
    KO = "ko"
    PT = "pt"
    VI = "vi"


class Step(StrEnum):
    """Where the dialogue stands."""

    CONSENT = "consent"
    MUNICIPALITY = "municipality"
    HOLD_CARD = "hold_card"
    PIN = "pin"
    VERIFY = "verify"
    TAKE_CARD = "take_card"
    CHOOSE = "choose"
    ISSUE = "issue"
    PAY = "pay"
    PRINT = "print"
    TAKE_PAPER = "take_paper"
    LAST_PAGE = "last_page"


class EndCause(StrEnum):
    """Why a dialogue ended."""

    FINISHED = "finished"
    PERSON = "person"
    TIMEOUT = "timeout"
    CARD = "card"
    REFUSED = "refused"
    MISMATCH = "mismatch"
    HUB = "hub"
    DEVICE = "device"
    ERROR = "error"


class ReturnCause(StrEnum):
    """Why the escrow went back."""

    OVERPAID = "overpaid"
    TIMEOUT = "timeout"
    CANCELLED = "cancelled"
    FAULT = "fault"


class PrintFault(StrEnum):
    """Why a sheet is void."""

    PAPER_OUT = "paper_out"
    COVER_OPEN = "cover_open"
    CUTTER = "cutter"
    MECHANICAL = "mechanical"
    UNRECOVERABLE = "unrecoverable"
    AUTO_RECOVERABLE = "auto_recoverable"
    OFFLINE = "offline"
    TIMEOUT = "timeout"
    UNAVAILABLE = "unavailable"
    BAD_RESPONSE = "bad_response"


class FinishCause(StrEnum):
    """Why the kiosk ends a session."""

    TAKEN = "taken"
    LEFT_BEHIND = "left_behind"
    ENDED = "ended"


# ---------------------------------------------------------------- kiosk → clerk


@dataclass(frozen=True, slots=True)
class Serve:
    """A person touched the screen: the dialogue begins, in the language that was chosen."""

    session_id: Id
    language: Language


@dataclass(frozen=True, slots=True)
class CardSeen:
    """The reader's watch: whether a card lies there."""

    present: bool


@dataclass(frozen=True, slots=True)
class Escrow:
    """Money so far."""

    inserted_yen: int
    due_yen: int


@dataclass(frozen=True, slots=True)
class PaymentReturned:
    """The whole escrow went back."""

    cause: ReturnCause


@dataclass(frozen=True, slots=True)
class PaymentStuck:
    """A coin is jammed: the money that was to go back is still in the machine."""


@dataclass(frozen=True, slots=True)
class PaymentBack:
    """The escrow is empty: the money that was to go back is out."""


@dataclass(frozen=True, slots=True)
class Print:
    """The fee is in escrow and the printer is lent."""

    document_id: Id


@dataclass(frozen=True, slots=True)
class ReceiptDue:
    """The fee is kept: the printer stays lent for the receipt."""

    yen: int


@dataclass(frozen=True, slots=True)
class PrintSlip:
    """The printer is lent, for the slip."""


@dataclass(frozen=True, slots=True)
class SlipOver:
    """The slip was taken, or (not `taken`) did not come out, or was not seen to: the dialogue goes on."""

    taken: bool


@dataclass(frozen=True, slots=True)
class MediaPresented:
    """A paper lies in the tray, the person shall take it."""


@dataclass(frozen=True, slots=True)
class Finish:
    """Show the last page; the process is ended soon after."""

    cause: FinishCause


# ---------------------------------------------------------------- clerk → kiosk


@dataclass(frozen=True, slots=True)
class Ready:
    """The spare clerk's screen is served at `http://<token>.localhost:<port>/`."""

    port: int
    token: Id


@dataclass(frozen=True, slots=True)
class Stepped:
    """The dialogue came to this step."""

    step: Step


@dataclass(frozen=True, slots=True)
class TransactionOpened:
    """The centre opened a transaction."""

    transaction_id: Id


@dataclass(frozen=True, slots=True)
class DocumentHeld:
    """The document is checked against the card and held: the fee may be asked for."""

    transaction_id: Id
    document_id: Id
    fee_yen: int
    copies: int
    sheets: int
    length_mm: int


@dataclass(frozen=True, slots=True)
class PayCancelled:
    """The person cancelled while paying."""


@dataclass(frozen=True, slots=True)
class Printed:
    """The printer's completion reply came for the last sheet; the printer is given back unless a receipt is due."""

    document_id: Id


@dataclass(frozen=True, slots=True)
class Receipted:
    """The receipt came out, or (not `printed`) could not be printed; the printer is given back."""

    printed: bool


@dataclass(frozen=True, slots=True)
class SlipWanted:
    """A request was made: its number is to be printed on a slip."""


@dataclass(frozen=True, slots=True)
class SlipPrinted:
    """The slip came out, or (not `printed`) could not be printed; the printer is given back."""

    printed: bool


@dataclass(frozen=True, slots=True)
class PrintFailed:
    """A sheet failed; the printer is given back."""

    document_id: Id
    cause: PrintFault
    sheets_done: int


@dataclass(frozen=True, slots=True)
class Ended:
    """The dialogue is over; `FINISHED` answers `Finish`."""

    cause: EndCause


@dataclass(frozen=True, slots=True)
class Fault:
    """An uncaught error in the clerk: class name, file and line, never the text, which may hold a name."""

    error: Name
    file: Name
    line: int


# ---------------------------------------------------------------- kiosk ↔ recorder


class MarkKind(StrEnum):
    """What a clip of film is evidence of."""

    TRANSACTION = "transaction"
    ALARM = "alarm"


class Picture(StrEnum):
    """What the recorder thinks of its pictures."""

    OK = "ok"
    MISSING = "missing"
    FROZEN = "frozen"
    BLACK = "black"
    COVERED = "covered"
    MOVED = "moved"


class Storage(StrEnum):
    """Whether clips can be written; while they cannot, they wait in memory."""

    OK = "ok"
    FULL = "full"
    FAILED = "failed"


class Moment(StrEnum):
    """What a mark says of time: a point, or the beginning or end of what is filmed from its beginning to its end."""

    POINT = "point"
    BEGIN = "begin"
    END = "end"


@dataclass(frozen=True, slots=True)
class Mark:
    """Keep the film around this moment. `subject_id` is a transaction's or, before there is one, a session's id."""

    mark: MarkKind
    subject_id: Id
    moment: Moment = Moment.POINT


@dataclass(frozen=True, slots=True)
class Camera:
    """The recorder's judgement, on change and once every 10 s."""

    picture: Picture
    storage: Storage = Storage.OK


@dataclass(frozen=True, slots=True)
class Clip:
    """A clip was written, encrypted; or, with no frames, the record that there is no film for a mark.

    `part` counts the clips of one mark from 1.
    """

    clip_id: Id
    frames: int
    mark: MarkKind
    subject_id: Id
    part: int


FromKiosk = (
    Serve
    | CardSeen
    | Escrow
    | PaymentReturned
    | PaymentBack
    | PaymentStuck
    | Print
    | ReceiptDue
    | PrintSlip
    | SlipOver
    | MediaPresented
    | Finish
)
FromClerk = (
    Ready
    | Stepped
    | TransactionOpened
    | DocumentHeld
    | PayCancelled
    | Printed
    | PrintFailed
    | Receipted
    | SlipWanted
    | SlipPrinted
    | Ended
    | Fault
)
FromRecorder = Camera | Clip
Message = FromKiosk | FromClerk | Mark | FromRecorder
