"""What happens to the clerk machine (events, past tense) and what it asks for (commands, imperative).

The kiosk's messages (`firmware.app.messages.FromKiosk`) are events as they are. Results of work carry the serial of the
command that they answer.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from firmware.app.clerk.visit import Field, Offered, Place, Wanted
from firmware.app.messages import EndCause, FromClerk, FromKiosk, Id, PrintFault

CancelCause = Literal["person", "timeout", "card", "device", "mismatch", "hub"]

# ---------------------------------------------------------------- events


@dataclass(frozen=True, slots=True)
class Touched:
    """A button of the page that is shown was touched; a digit arrives as `digit`, without its value."""

    button: str


@dataclass(frozen=True, slots=True)
class Typed:
    """A text of a registration was changed on its page; `valid` when it is whole now. The runner keeps the text."""

    field: Field
    valid: bool


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
class HouseholdCame:
    """The municipality told who can be chosen for the type, `persons` in number, and what of the offer makes sense."""

    serial: int
    persons: int
    scopes: tuple[str, ...]
    items: tuple[str, ...]
    fiscal_years: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class PreviewCame:
    """The masked sheets of one copy are here."""

    serial: int
    sheets: int


@dataclass(frozen=True, slots=True)
class HistoryCame:
    """The list of what was issued before is here."""

    serial: int


@dataclass(frozen=True, slots=True)
class RegistrationCame:
    """The list of registration requests is here; `may_ask` when none of them is open or approved."""

    serial: int
    may_ask: bool


@dataclass(frozen=True, slots=True)
class Registered:
    """The request was made; it is the first of the list."""

    serial: int


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
    """Centre or reader refused or failed; `cause` is a key of the texts (`SORRY_CAUSES`).

    `REFUSED` by an order or a query leaves the transaction open for another.
    """

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
    """The printer's completion reply came for the last sheet."""

    serial: int


@dataclass(frozen=True, slots=True)
class PrintStopped:
    """A sheet failed; the printer is given back."""

    serial: int
    cause: PrintFault
    sheets_done: int


@dataclass(frozen=True, slots=True)
class ReceiptPrinted:
    """The receipt came out, or (not `printed`) could not be printed; the printer is given back."""

    serial: int
    printed: bool


@dataclass(frozen=True, slots=True)
class SlipDone:
    """The slip came out, or (not `printed`) could not be printed; the printer is given back."""

    serial: int
    printed: bool


Event = (
    FromKiosk
    | Touched
    | Typed
    | Ticked
    | PlacesCame
    | TransactionCame
    | CardProbed
    | CardSigned
    | PinRefused
    | CardFailed
    | OffersCame
    | HouseholdCame
    | PreviewCame
    | HistoryCame
    | RegistrationCame
    | Registered
    | DocumentCame
    | WorkFailed
    | PrintAdvanced
    | PrintDone
    | PrintStopped
    | ReceiptPrinted
    | SlipDone
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
class AskHousehold:
    """Ask the municipality who can be chosen for a type, and whether this person can have it."""

    serial: int
    type: str


@dataclass(frozen=True, slots=True)
class AskPreview:
    """Ask the municipality for the sheets with all values masked."""

    serial: int
    order: Wanted


@dataclass(frozen=True, slots=True)
class PlaceOrder:
    """Order, fetch, open and check the document."""

    serial: int
    order: Wanted


@dataclass(frozen=True, slots=True)
class AskHistory:
    """Ask the municipality what was issued to this person before."""

    serial: int


@dataclass(frozen=True, slots=True)
class AskRegistration:
    """Ask the municipality for this person's registration requests."""

    serial: int


@dataclass(frozen=True, slots=True)
class Register:
    """Ask for a registration with the texts that were typed."""

    serial: int


@dataclass(frozen=True, slots=True)
class WipeTyped:
    """Forget the texts that were typed."""


@dataclass(frozen=True, slots=True)
class CancelTransaction:
    """Tell the centre that nothing comes of it."""

    cause: CancelCause


@dataclass(frozen=True, slots=True)
class PrintDocument:
    """Print all sheets of the document that is held."""

    serial: int


@dataclass(frozen=True, slots=True)
class PrintReceipt:
    """Print the receipt for the fee that was kept, then give the printer back."""

    serial: int


@dataclass(frozen=True, slots=True)
class PrintRequestSlip:
    """Print the number of the request that was made, then give the printer back."""

    serial: int


Inquiry = AskHousehold | AskPreview | AskHistory | AskRegistration | Register
Errand = (
    AskPlaces
    | OpenTransaction
    | ProbeCard
    | Authenticate
    | PresentCard
    | PlaceOrder
    | PrintDocument
    | PrintReceipt
    | PrintRequestSlip
    | Inquiry  # each is answered by an event with its serial
)
Command = Say | WipePin | WipeTyped | CancelTransaction | Errand
