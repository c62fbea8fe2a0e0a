"""What happens to the clerk machine (events, past tense) and what it asks for (commands, imperative).

The kiosk's messages (`firmware.app.messages.FromKiosk`) are events as they are. Results of work carry the serial of the
command that they answer.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from firmware.app.clerk.state import Offered, Place
from firmware.app.messages import EndCause, FromClerk, FromKiosk, Id, PrintFault

CancelCause = Literal["person", "timeout", "card", "device", "mismatch", "hub"]

# ---------------------------------------------------------------- events


@dataclass(frozen=True, slots=True)
class Touched:
    """A button of the page that is shown was touched; a digit arrives as `digit`, without its value."""

    button: str


@dataclass(frozen=True, slots=True)
class Ticked:
    """The state's deadline has come."""


@dataclass(frozen=True, slots=True)
class PlacesCame:
    """The centre told what can be had."""

    serial: int
    places: tuple[Place, ...]


@dataclass(frozen=True, slots=True)
class TransactionCame:
    """The centre opened a transaction."""

    serial: int
    transaction_id: Id


@dataclass(frozen=True, slots=True)
class CardProbed:
    """The card told its tries left; `None` when it is no My Number card."""

    serial: int
    tries: int | None


@dataclass(frozen=True, slots=True)
class CardSigned:
    """The PIN was right and the card signed."""

    serial: int


@dataclass(frozen=True, slots=True)
class PinRefused:
    """The PIN was wrong; 0 tries left is locked."""

    serial: int
    tries: int


@dataclass(frozen=True, slots=True)
class CardFailed:
    """The card left (`gone`), or broke the protocol."""

    serial: int
    gone: bool


@dataclass(frozen=True, slots=True)
class OffersCame:
    """The centre accepted the card and told what can be had with it."""

    serial: int
    offers: tuple[Offered, ...]


@dataclass(frozen=True, slots=True)
class DocumentCame:
    """The document is here and is this person's."""

    serial: int
    document_id: Id
    fee_yen: int
    copies: int
    sheets: int
    length_mm: int


@dataclass(frozen=True, slots=True)
class WorkFailed:
    """Centre or reader refused or failed; `cause` is a key of the texts (`SORRY_CAUSES`)."""

    serial: int
    cause: str
    end: EndCause


@dataclass(frozen=True, slots=True)
class PrintAdvanced:
    """The printer has taken this part of the job, 0 to 1."""

    serial: int
    progress: float


@dataclass(frozen=True, slots=True)
class PrintDone:
    """The printer's completion reply came for the last sheet, and the printer is given back."""

    serial: int


@dataclass(frozen=True, slots=True)
class PrintStopped:
    """A sheet failed; the printer is given back."""

    serial: int
    cause: PrintFault
    sheets_done: int


Event = (
    FromKiosk
    | Touched
    | Ticked
    | PlacesCame
    | TransactionCame
    | CardProbed
    | CardSigned
    | PinRefused
    | CardFailed
    | OffersCame
    | DocumentCame
    | WorkFailed
    | PrintAdvanced
    | PrintDone
    | PrintStopped
)

# ---------------------------------------------------------------- commands


@dataclass(frozen=True, slots=True)
class Say:
    """Send a message to the kiosk."""

    message: FromClerk


@dataclass(frozen=True, slots=True)
class AskPlaces:
    """Ask the centre what can be had."""

    serial: int


@dataclass(frozen=True, slots=True)
class OpenTransaction:
    """Open a transaction for this municipality."""

    serial: int
    municipality: str


@dataclass(frozen=True, slots=True)
class ProbeCard:
    """Ask the card for its tries left, without using one."""

    serial: int


@dataclass(frozen=True, slots=True)
class Authenticate:
    """Give the PIN to the card and have it sign; the runner's copy of the PIN is wiped."""

    serial: int


@dataclass(frozen=True, slots=True)
class WipePin:
    """Overwrite the digits touched so far."""


@dataclass(frozen=True, slots=True)
class PresentCard:
    """Show certificate and signature to the centre."""

    serial: int


@dataclass(frozen=True, slots=True)
class PlaceOrder:
    """Order, fetch, open and check the document."""

    serial: int
    type: str
    scope: str
    items: tuple[str, ...]
    copies: int


@dataclass(frozen=True, slots=True)
class CancelTransaction:
    """Tell the centre that nothing comes of it."""

    cause: CancelCause


@dataclass(frozen=True, slots=True)
class PrintDocument:
    """Print all sheets of the document that is held."""

    serial: int


Command = (
    Say
    | AskPlaces
    | OpenTransaction
    | ProbeCard
    | Authenticate
    | WipePin
    | PresentCard
    | PlaceOrder
    | CancelTransaction
    | PrintDocument
)
