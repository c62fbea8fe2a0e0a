"""What happens to the kiosk machine (events, past tense) and what it asks for (commands, imperative).

Device events come from `firmware.devices`, the clerk's messages from `firmware.app.messages`; here is the rest.
"""

from __future__ import annotations

from dataclasses import dataclass

from firmware.app.kiosk.alarms import ClearReason, Noted, OpenAlarm, Thing
from firmware.app.kiosk.orders import FINAL, EscrowMove, OpenOrder, Order, OrderState, ReturnEscrow, StackEscrow
from firmware.app.messages import FromClerk, FromKiosk, Id, Language, MarkKind, Moment
from firmware.devices import DeviceEvent

# ---------------------------------------------------------------- events


@dataclass(frozen=True, slots=True)
class Recovered:
    """The journal was read; the sensors have spoken. `orders` have no end; `last` is the newest one, ended or not.

    `alarm` is the one that was on; `lent`: the printer was with a clerk, and may have rows of a strip begun.
    """

    orders: tuple[OpenOrder, ...]
    last: OpenOrder | None = None
    alarm: OpenAlarm | None = None
    lent: bool = False


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
    """The centre cannot be used: no sensible answer, or a certificate of this kiosk is `revoked` or has `expired`."""

    revoked: bool = False
    expired: bool = False


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
    """The escrow did not make this movement: a coin is jammed."""

    move: EscrowMove


@dataclass(frozen=True, slots=True)
class PrinterLent:
    """The kiosk has let go of the printer."""


@dataclass(frozen=True, slots=True)
class PrinterSettled:
    """The printer is back; `clean` when it confirmed that nothing of a job is left in it."""

    clean: bool


@dataclass(frozen=True, slots=True)
class AlarmCleared:
    """The office cleared this alarm, which is on, with a key that was checked (`clearing.py`)."""

    alarm_id: Id
    reason: ClearReason


@dataclass(frozen=True, slots=True)
class Switched:
    """An operator took the kiosk out of service (`maintenance`), or back, with a key that was checked (`remote.py`)."""

    maintenance: bool


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
    | AlarmCleared
    | Switched
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
class LendPrinter:
    """Let go of the printer."""


@dataclass(frozen=True, slots=True)
class ReclaimPrinter:
    """Take the printer back and settle it; `whole` when its last job was confirmed as printed, or there was none."""

    whole: bool


@dataclass(frozen=True, slots=True)
class MarkFilm:
    """Keep the film from the beginning to the end, or around this point. None: an alarm that belongs to no visit."""

    mark: MarkKind
    subject_id: Id | None
    moment: Moment = Moment.POINT


@dataclass(frozen=True, slots=True)
class NoteAlarm:
    """Put on record what happened to an alarm; `document_id` is that of a paper whose order is known."""

    noted: Noted
    thing: Thing
    subject_id: Id | None
    document_id: Id | None = None


Command = (
    Record
    | Tell
    | StartSpare
    | KillClerk
    | ReturnEscrow
    | StackEscrow
    | LendPrinter
    | ReclaimPrinter
    | MarkFilm
    | NoteAlarm
)

__all__ = ["FINAL", "EscrowMove", "OpenAlarm", "OpenOrder", "OrderState", "ReturnEscrow", "StackEscrow"]
