"""The kiosk machine's states: what is known of the devices, and the phase that the kiosk is in.

Phases are gerunds or adjectives. Every phase that must not last for ever carries its `deadline` (monotonic seconds), so
there are no timers to go stale. Nothing personal fits in here: ids, amounts and states only.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import IntEnum, StrEnum

from firmware.app.kiosk.alarms import Thing
from firmware.app.kiosk.orders import EscrowMove, Order
from firmware.app.messages import Id, Step
from firmware.devices import CameraHealth, Media, PrinterStatus


class Level(IntEnum):
    """How far the reminder about a thing left behind has gone (`DOMAIN`, "Leaving things behind")."""

    PROMPT = 0
    REMIND = 1
    ALARM = 2
    LOUD = 3


class Reason(StrEnum):
    """Why the kiosk is out of service."""

    STARTING = "starting"
    HUB_DOWN = "hub_down"
    CERTIFICATE_REVOKED = "certificate_revoked"
    CERTIFICATE_EXPIRED = "certificate_expired"
    CLOSED = "closed"
    PRINTER_OFFLINE = "printer_offline"
    COVER_OPEN = "cover_open"
    PAPER_OUT = "paper_out"
    PRINTER_ERROR = "printer_error"
    READER_OFFLINE = "reader_offline"
    CAMERA_INOPERATIVE = "camera_inoperative"
    COIN_FAULT = "coin_fault"
    CLERK_UNAVAILABLE = "clerk_unavailable"
    MAINTENANCE = "maintenance"


@dataclass(frozen=True, slots=True)
class Spare:
    """The clerk process that waits for the next person, and the address of its screen."""

    clerk: int
    port: int
    token: Id


@dataclass(frozen=True, slots=True)
class Facts:
    """What the devices, the hub and the children last said. `None` is unknown.

    `jam` is the movement that the escrow owes: a coin hindered it, and it is tried again. `paper_left_mm` is what is
    there for sure once paper is low, `job_mm` the last job's length; see `paper.py`.
    """

    printer: PrinterStatus = field(default_factory=PrinterStatus)
    paper_left_mm: int | None = None
    job_mm: int = 0
    printer_lent: bool = False
    printer_dirty: bool = False
    card: Media = Media.UNKNOWN
    reader: bool = False
    tray: Media = Media.UNKNOWN
    escrow: Media = Media.UNKNOWN
    escrow_moves: int = 0
    jam: EscrowMove | None = None
    camera: CameraHealth = CameraHealth.UNKNOWN
    camera_cause: str = "none"
    hub: bool | None = None
    revoked: bool = False
    expired: bool = False
    open: bool = False
    broker: bool = False
    maintenance: bool = False
    spare: Spare | None = None

    @property
    def escrow_busy(self) -> bool:
        """Whether the escrow was told to move and has not said how each movement ended."""
        return self.escrow_moves > 0


@dataclass(frozen=True, slots=True)
class Session:
    """One person's visit: the clerk that serves it, its id, and the moment at which it ends whatever happens."""

    spare: Spare
    session_id: Id
    end_by: float


@dataclass(frozen=True, slots=True)
class Limits:
    """How long things may take, in seconds; from the configuration."""

    session_s: float = 900.0
    payment_s: float = 120.0
    lend_s: float = 10.0
    print_s: float = 120.0
    receipt_s: float = 45.0
    present_s: float = 10.0
    last_page_s: float = 15.0
    prompt_s: float = 10.0
    remind_s: float = 20.0
    alarm_s: float = 60.0
    void_s: float = 300.0
    last_sheet_s: float = 2.0
    retry_s: float = 30.0


@dataclass(frozen=True, slots=True)
class Starting:
    """The journal is being read and compared with the sensors."""

    deadline: float | None = None


@dataclass(frozen=True, slots=True)
class Idle:
    """In service. A card that lies there although nobody is served is noticed at `card_by`."""

    card_by: float | None = None

    @property
    def deadline(self) -> float | None:
        """When a forgotten card is noticed."""
        return self.card_by


@dataclass(frozen=True, slots=True)
class OutOfService:
    """Something is missing. A card that lies there is noticed at `card_by`, a jammed gate tried again at `retry_by`."""

    reasons: frozenset[Reason]
    card_by: float | None = None
    retry_by: float | None = None

    @property
    def deadline(self) -> float | None:
        """The earlier of both."""
        return min((at for at in (self.card_by, self.retry_by) if at is not None), default=None)


@dataclass(frozen=True, slots=True)
class Serving:
    """The clerk leads the dialogue; no money yet."""

    session: Session
    step: Step
    deadline: float
    transaction_id: Id | None = None
    level: Level = Level.PROMPT


@dataclass(frozen=True, slots=True)
class Collecting:
    """The document is held and the fee is being paid into the escrow."""

    session: Session
    order: Order
    deadline: float
    inserted_yen: int = 0


@dataclass(frozen=True, slots=True)
class Lending:
    """Paid; the kiosk lets go of the printer."""

    session: Session
    order: Order
    deadline: float


@dataclass(frozen=True, slots=True)
class Printing:
    """The clerk has the printer. `seen` counts the papers that fell into an empty tray before the completion reply.

    `overpaid` notes a coin that fell in after the fee was complete: the escrow can only go back whole.
    """

    session: Session
    order: Order
    deadline: float
    seen: int = 0
    overpaid: bool = False


@dataclass(frozen=True, slots=True)
class Receipting:
    """Printed and the fee kept; the clerk still has the printer, for the receipt. `seen` counts papers, as before."""

    session: Session
    order: Order
    deadline: float
    seen: int = 0


@dataclass(frozen=True, slots=True)
class LendingForSlip:
    """A request was made; the kiosk lets go of the printer for the slip with its number."""

    session: Session
    deadline: float
    transaction_id: Id | None = None


@dataclass(frozen=True, slots=True)
class PrintingSlip:
    """The clerk has the printer, for a slip. `seen` once a paper fell into the empty tray."""

    session: Session
    deadline: float
    transaction_id: Id | None = None
    seen: bool = False


@dataclass(frozen=True, slots=True)
class AwaitingSlip:
    """The slip lies in the tray (`presented`), or is about to; `whole` when the printer said that it is printed."""

    session: Session
    deadline: float
    transaction_id: Id | None = None
    presented: bool = False
    whole: bool = True
    level: Level = Level.PROMPT


@dataclass(frozen=True, slots=True)
class AwaitingPickup:
    """Printed; the paper lies in the tray (`presented`), or is about to.

    `settling`: another sheet may still fall, so that an empty tray means *taken* only at the deadline.
    `alone`: the clerk is dead, and there is nobody to say good-bye.
    """

    session: Session
    order: Order
    deadline: float
    presented: bool = False
    level: Level = Level.PROMPT
    settling: bool = False
    alone: bool = False


@dataclass(frozen=True, slots=True)
class Ending:
    """The clerk shows its last page; it is ended at the deadline."""

    session: Session
    deadline: float
    transaction_id: Id | None = None


@dataclass(frozen=True, slots=True)
class LeftBehind:
    """A thing lies there and nobody is being served. Ends only when the sensor says that it is gone.

    `order` is the paper's, as long as it has no end; `cleared`: the office has silenced the alarm.
    """

    thing: Thing
    level: Level
    deadline: float | None
    subject_id: Id | None = None
    order: Order | None = None
    cleared: bool = False

    @property
    def sounds(self) -> bool:
        """Whether it is an alarm by now, and nobody has cleared it."""
        return self.level >= Level.ALARM and not self.cleared


Phase = (
    Starting
    | Idle
    | OutOfService
    | Serving
    | Collecting
    | Lending
    | Printing
    | Receipting
    | LendingForSlip
    | PrintingSlip
    | AwaitingSlip
    | AwaitingPickup
    | Ending
    | LeftBehind
)


@dataclass(frozen=True, slots=True)
class Kiosk:
    """The whole state of the machine."""

    phase: Phase = field(default_factory=Starting)
    facts: Facts = field(default_factory=Facts)

    @property
    def deadline(self) -> float | None:
        """The moment (monotonic seconds) at which a `Ticked` is due."""
        return self.phase.deadline

    @property
    def session(self) -> Session | None:
        """The visit in progress."""
        return getattr(self.phase, "session", None)
