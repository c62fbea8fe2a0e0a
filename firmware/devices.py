"""The vocabulary of the devices: events, states, errors, and the Protocols that drivers fulfil.

Words are those of the device standard CEN XFS4IoT where it has one (`DOMAIN`, "Words to use"). Nothing here knows a
vendor library, a pin, a byte or a person. Events are frozen and named in the past tense.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from collections.abc import Callable

    import numpy as np
    from numpy.typing import NDArray

# ---------------------------------------------------------------- states


class DeviceState(StrEnum):
    """State of any device; `unknown` when it cannot be reached, never the last value."""

    ONLINE = "online"
    OFFLINE = "offline"
    POWER_OFF = "power_off"
    NO_DEVICE = "no_device"
    HARDWARE_ERROR = "hardware_error"
    USER_ERROR = "user_error"
    BUSY = "busy"
    UNKNOWN = "unknown"


class Paper(StrEnum):
    """Paper supply of the printer."""

    FULL = "full"
    LOW = "low"
    OUT = "out"
    JAMMED = "jammed"
    UNKNOWN = "unknown"


class Media(StrEnum):
    """A card on the reader, or a strip in the tray."""

    NOT_PRESENT = "not_present"
    PRESENT = "present"
    UNKNOWN = "unknown"


class CameraHealth(StrEnum):
    """Health of the surveillance camera."""

    OK = "ok"
    INOPERATIVE = "inoperative"
    UNKNOWN = "unknown"


class BuzzerPattern(StrEnum):
    """What the buzzer plays until told otherwise."""

    SILENT = "silent"
    ACKNOWLEDGE = "acknowledge"
    REMIND = "remind"
    ALARM = "alarm"
    ALARM_LOUD = "alarm_loud"


@dataclass(frozen=True, slots=True)
class PrinterStatus:
    """One reading. `error` is one of `none cutter mechanical unrecoverable auto_recoverable`.

    `near_end_mm`: paper that is still there for sure when `paper` turns low; 0 where nobody knows.
    """

    state: DeviceState = DeviceState.UNKNOWN
    paper: Paper = Paper.UNKNOWN
    cover_open: bool = False
    error: str = "none"
    near_end_mm: int = 0

    @property
    def ready(self) -> bool:
        """Whether a job may be started: answered, online, paper there, shut, no error."""
        return (
            self.state is DeviceState.ONLINE
            and self.paper in (Paper.FULL, Paper.LOW)
            and not self.cover_open
            and self.error == "none"
        )


# ---------------------------------------------------------------- events


@dataclass(frozen=True, slots=True)
class CardInserted:
    """A card lies on the reader."""


@dataclass(frozen=True, slots=True)
class CardRemoved:
    """The reader is free again."""


@dataclass(frozen=True, slots=True)
class ReaderOnline:
    """The card reader answers; `name` is its PC/SC name."""

    name: str


@dataclass(frozen=True, slots=True)
class ReaderOffline:
    """The card reader or its service cannot be reached; `cause` is a status code in hexadecimal."""

    cause: str


@dataclass(frozen=True, slots=True)
class PrinterChanged:
    """The idle printer reported a status."""

    status: PrinterStatus


@dataclass(frozen=True, slots=True)
class PaperPresented:
    """The tray sensor sees a paper."""


@dataclass(frozen=True, slots=True)
class PaperTaken:
    """The tray sensor sees the tray empty."""


@dataclass(frozen=True, slots=True)
class CoinInserted:
    """One coin fell into the escrow."""

    yen: int


@dataclass(frozen=True, slots=True)
class CoinRejected:
    """Pulses that are no coin: wrong width or count."""

    pulses: int


@dataclass(frozen=True, slots=True)
class EscrowChanged:
    """The escrow's own sensor: something lies in it, or nothing does."""

    occupied: bool


@dataclass(frozen=True, slots=True)
class CameraChanged:
    """The recorder's judgement of its pictures."""

    health: CameraHealth
    cause: str = "none"


@dataclass(frozen=True, slots=True)
class BrokerConnected:
    """MQTT session is up."""


@dataclass(frozen=True, slots=True)
class BrokerLost:
    """MQTT session is down; `cause` is the library's reason code name."""

    cause: str


DeviceEvent = (
    CardInserted
    | CardRemoved
    | ReaderOnline
    | ReaderOffline
    | PrinterChanged
    | PaperPresented
    | PaperTaken
    | CoinInserted
    | CoinRejected
    | EscrowChanged
    | CameraChanged
    | BrokerConnected
    | BrokerLost
)

# ---------------------------------------------------------------- errors


class DeviceError(Exception):
    """A device did not do what was asked. Bugs are never this."""


class DeviceUnavailable(DeviceError, ConnectionError):
    """It cannot be reached now: try again with back-off."""


class CardGone(DeviceUnavailable):
    """The card left, or was torn from, the reader: discard the session, never resume it."""


class DeviceFault(DeviceError):
    """A person is needed: paper out, cover open, jam. `cause` is one word from the vocabulary."""

    def __init__(self, cause: str) -> None:
        super().__init__(cause)
        self.cause = cause


class DeviceTimeout(DeviceError, TimeoutError):
    """It did not answer in its time."""


class BadResponse(DeviceError, ValueError):
    """It answered what its protocol does not know; `raw` holds the bytes or the status word."""

    def __init__(self, message: str, raw: bytes) -> None:
        super().__init__(f"{message} (received: {raw[:32].hex(' ') or 'nothing'})")
        self.raw = raw


# ---------------------------------------------------------------- devices


class Emit(Protocol):
    """Takes a device event onto the loop. Drivers call it on the loop's thread only."""

    def __call__(self, event: DeviceEvent, /) -> None:
        """Hand over one event."""
        ...


class TraySensor(Protocol):
    """Sees whether a paper lies in the output tray."""

    def start(self, emit: Emit) -> None:
        """Begin to watch; emits the present state once, then every debounced edge."""
        ...

    def close(self) -> None:
        """Release the pin."""
        ...


class Buzzer(Protocol):
    """The audible signal."""

    def play(self, pattern: BuzzerPattern) -> None:
        """Play from now on, replacing what played. The first tone starts before this returns."""
        ...

    def close(self) -> None:
        """Fall silent, release the pin."""
        ...


class CoinAcceptor(Protocol):
    """Takes coins into an escrow that can be kept or returned whole."""

    def start(self, emit: Emit) -> None:
        """Begin to watch pulses and the escrow's sensor; coins are refused until `accept(True)`."""
        ...

    def accept(self, on: bool) -> None:  # noqa: FBT001 - one switch, named by the verb
        """Let coins in, or refuse them."""
        ...

    async def stack(self) -> None:
        """Keep what is in escrow. Returns when the escrow's sensor says empty; `DeviceTimeout` otherwise."""
        ...

    async def give_back(self) -> None:
        """Return the whole escrow. Returns when the escrow's sensor says empty; `DeviceTimeout` otherwise."""
        ...

    def close(self) -> None:
        """Refuse coins, release the pins."""
        ...


@dataclass(frozen=True, slots=True)
class Heard:
    """A message at `cmd/<name>`, as it came: nothing of it is checked."""

    name: str
    payload: bytes
    retained: bool
    correlation: bytes


class Broker(Protocol):
    """The connection to the message broker."""

    def listen(self, take: Callable[[Heard], None]) -> None:
        """Have commands handed to `take`, on the loop; before `start`."""
        ...

    def start(self, emit: Emit) -> None:
        """Begin to connect, and stay connected."""
        ...

    def publish_state(self, name: str, payload: str, *, repeated: bool = False) -> None:
        """Publish `kiosk/v1/<id>/<name>`, retained; an empty payload clears it. `repeated`: nothing in it is new."""
        ...

    def announce(self, topic: str, payload: str) -> None:
        """Publish on a topic outside the kiosk's own branch, retained."""
        ...

    def publish_event(self, name: str, payload: str, done: Callable[[bool], None] | None = None) -> None:
        """Publish `kiosk/v1/<id>/<name>`, at least once; `done(False)` if nobody listens or it was refused."""
        ...

    def publish_result(self, name: str, payload: str, correlation: bytes) -> None:
        """Answer a command at `kiosk/v1/<id>/result/<name>`."""
        ...


class PrinterWatch(Protocol):
    """Watches an idle printer, and can be closed so that the clerk may use it."""

    async def open(self, emit: Emit) -> None:
        """Connect and report status from now on; reconnects by itself until `close`."""
        ...

    async def close(self) -> None:
        """Disconnect. The printer is free for another process when this returns."""
        ...

    async def settle(self, deadline_s: float, *, whole: bool = False) -> bool:
        """Make sure that nothing of a job is left in the buffer; `whole` when the last job was confirmed as printed.

        Returns False if the printer did not confirm it in time: power-cycle, out of service.
        """
        ...


class PrinterJob(Protocol):
    """The lent printer, in the clerk."""

    async def preflight(self) -> PrinterStatus:
        """Fresh status from the printer itself; no reply gives state `unknown`."""
        ...

    async def print_bands(self, bands: list[bytes], on_progress: Callable[[float], None]) -> None:
        """Send one sheet and cut. Returns only when the printer says that printing ended.

        Raises `DeviceFault`, `DeviceTimeout` or `DeviceUnavailable`; the sheet is then void.
        """
        ...

    async def close(self) -> None:
        """Give the printer back."""
        ...


class Camera(Protocol):
    """Gives pictures at the rate of its configuration. Its calls block: it is used from a thread of the recorder."""

    def open(self) -> None:
        """Start the camera; `DeviceUnavailable` when there is none."""
        ...

    def capture(self) -> NDArray[np.uint8]:
        """Wait for the next picture: planes Y, U, V of YUV 4:2:0 below one another, shape (height * 3 / 2, width).

        Raises `DeviceTimeout` when none comes in 2 s, `DeviceUnavailable` when the camera is gone.
        """
        ...

    def close(self) -> None:
        """Give the camera back."""
        ...
