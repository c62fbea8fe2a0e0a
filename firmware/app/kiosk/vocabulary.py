"""What happens to the kiosk machine (events, past tense) and what it asks for (commands, imperative).

Device events come from `firmware.devices`, the clerk's messages from `firmware.app.messages`; here is the rest.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from firmware.app.kiosk.state import Order
from firmware.app.messages import FromClerk, FromKiosk, Id, Language, MarkKind
from firmware.devices import DeviceEvent


class OrderState(StrEnum):
    """The life of an order (`DESIGN`, "Journal and money")."""

    REQUESTED = "requested"
    DOCUMENT_HELD = "document_held"
    PAID = "paid"
    PRINTING = "printing"
    PRINTED = "printed"
    TAKEN = "taken"
    VOIDED = "voided"
    REFUNDED = "refunded"
    CANCELLED = "cancelled"
    UNKNOWN = "unknown"


FINAL = frozenset({OrderState.TAKEN, OrderState.VOIDED, OrderState.REFUNDED, OrderState.CANCELLED, OrderState.UNKNOWN})


@dataclass(frozen=True, slots=True)
class OpenOrder:
    """An order that the journal knows no end of."""

    order: Order
    state: OrderState


# ---------------------------------------------------------------- events


@dataclass(frozen=True, slots=True)
class Recovered:
    """The journal was read; the sensors have spoken."""

    orders: tuple[OpenOrder, ...]


@dataclass(frozen=True, slots=True)
class Touched:
    """A person touched *start*; the runner drew the id of the visit."""

    session_id: Id
    language: Language


@dataclass(frozen=True, slots=True)
class ClerkSaid:
    """A clerk sent a message; `clerk` tells which, so that a late one changes nothing."""

    clerk: int
    message: FromClerk


@dataclass(frozen=True, slots=True)
class ClerkGone:
    """A clerk process ended, for whatever reason."""

    clerk: int


@dataclass(frozen=True, slots=True)
class HubAnswered:
    """The centre told what it offers; `open` when at least one municipality can be served here now."""

    open: bool


@dataclass(frozen=True, slots=True)
class HubLost:
    """The centre did not answer, or not sensibly."""


@dataclass(frozen=True, slots=True)
class EscrowReturned:
    """The whole escrow went back; `outcome` is how the order that it was for ends with that."""

    order: Order | None
    outcome: OrderState | None


@dataclass(frozen=True, slots=True)
class EscrowStacked:
    """The escrow was kept."""


@dataclass(frozen=True, slots=True)
class EscrowStuck:
    """The escrow did neither; a person is needed. `order` is the one that the movement was to end."""

    order: Order | None = None


@dataclass(frozen=True, slots=True)
class PrinterLent:
    """The kiosk has let go of the printer."""


@dataclass(frozen=True, slots=True)
class PrinterSettled:
    """The printer is back; `clean` when it confirmed that nothing of a job is left in it."""

    clean: bool


@dataclass(frozen=True, slots=True)
class Ticked:
    """The state's deadline has come."""


Event = (
    DeviceEvent
    | Recovered
    | Touched
    | ClerkSaid
    | ClerkGone
    | HubAnswered
    | HubLost
    | EscrowReturned
    | EscrowStacked
    | EscrowStuck
    | PrinterLent
    | PrinterSettled
    | Ticked
)

# ---------------------------------------------------------------- commands


@dataclass(frozen=True, slots=True)
class Record:
    """Write to the journal, and wait for the disk, before the commands beside it are carried out."""

    order: Order
    state: OrderState


@dataclass(frozen=True, slots=True)
class Tell:
    """Send a message to a clerk."""

    clerk: int
    message: FromKiosk


@dataclass(frozen=True, slots=True)
class StartSpare:
    """Start the clerk process for the next person."""


@dataclass(frozen=True, slots=True)
class KillClerk:
    """End a clerk process at once (SIGKILL): what it knew is gone."""

    clerk: int


@dataclass(frozen=True, slots=True)
class ReturnEscrow:
    """Give the whole escrow back; `outcome` is how the order ends once the money is out, None if it goes on."""

    order: Order | None
    outcome: OrderState | None


@dataclass(frozen=True, slots=True)
class StackEscrow:
    """Keep the escrow."""


@dataclass(frozen=True, slots=True)
class LendPrinter:
    """Let go of the printer."""


@dataclass(frozen=True, slots=True)
class ReclaimPrinter:
    """Take the printer back and settle it; `whole` when its last job was confirmed as printed, or there was none."""

    whole: bool


@dataclass(frozen=True, slots=True)
class MarkFilm:
    """Keep the film around this moment."""

    mark: MarkKind
    subject_id: Id


Command = Record | Tell | StartSpare | KillClerk | ReturnEscrow | StackEscrow | LendPrinter | ReclaimPrinter | MarkFilm
