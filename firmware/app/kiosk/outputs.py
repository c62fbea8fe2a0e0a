"""What the kiosk's state makes visible and audible: screen, buzzer, coin inlet, alarms, published state. Pure.

These are functions of the state and never commands, so that they are right again after a crash or a power cut.
"""

from __future__ import annotations

from dataclasses import dataclass

from firmware.app.kiosk.alarms import Thing
from firmware.app.kiosk.facts import printer_reason, reasons
from firmware.app.kiosk.state import (
    AwaitingPickup,
    AwaitingSlip,
    Collecting,
    Ending,
    Idle,
    Kiosk,
    LeftBehind,
    Lending,
    LendingForSlip,
    Level,
    OutOfService,
    Printing,
    PrintingSlip,
    Receipting,
    Serving,
    Spare,
    Starting,
)
from firmware.app.messages import Step
from firmware.devices import BuzzerPattern, CameraHealth, DeviceState, Media

_LOUDNESS = {
    Level.PROMPT: BuzzerPattern.SILENT,
    Level.REMIND: BuzzerPattern.REMIND,
    Level.ALARM: BuzzerPattern.ALARM,
    Level.LOUD: BuzzerPattern.ALARM_LOUD,
}
_CARD_TAKEN = (
    *(Collecting, Lending, Printing, Receipting, AwaitingPickup, Ending),
    *(LendingForSlip, PrintingSlip, AwaitingSlip),
)
_OCCUPIED = {Thing.CARD: "reader_occupied", Thing.PAPER: "tray_occupied"}


@dataclass(frozen=True, slots=True)
class ClerkScreen:
    """The touch screen shows the pages of this clerk."""

    spare: Spare


@dataclass(frozen=True, slots=True)
class OwnScreen:
    """The touch screen shows a page of the kiosk's own; `causes` explain *out of service*."""

    name: str
    causes: tuple[str, ...] = ()


Screen = ClerkScreen | OwnScreen


def screen_of(kiosk: Kiosk) -> Screen:
    """Return what the touch screen shows."""
    match kiosk.phase:
        case Idle():
            return OwnScreen("home")
        case Starting():
            return OwnScreen("out_of_service", ("starting",))
        case OutOfService(found):
            return OwnScreen("out_of_service", tuple(sorted(found)))
        case LeftBehind(thing, cleared=True):
            return OwnScreen("out_of_service", (_OCCUPIED[thing],))
        case LeftBehind(thing):
            return OwnScreen("take_card_alarm" if thing is Thing.CARD else "take_paper_alarm")
        case AwaitingPickup(level=level) | AwaitingSlip(level=level) if level is not Level.PROMPT:
            return OwnScreen("take_paper_alarm")
        case AwaitingPickup(alone=True):
            return OwnScreen("take_paper")
        case phase:
            return ClerkScreen(phase.session.spare)


def buzzer_of(kiosk: Kiosk) -> BuzzerPattern:
    """Return what the buzzer plays."""
    facts = kiosk.facts
    match kiosk.phase:
        case LeftBehind(level=level, cleared=cleared):
            return BuzzerPattern.SILENT if cleared else _LOUDNESS[level]
        case AwaitingPickup(presented=True, level=level) | AwaitingSlip(presented=True, level=level) if (
            level is not Level.PROMPT
        ):
            return _LOUDNESS[level]
        case Serving(step=Step.TAKE_CARD, level=level):
            return _LOUDNESS[level]
        case phase if isinstance(phase, _CARD_TAKEN) and facts.card is Media.PRESENT:
            return BuzzerPattern.REMIND  # it was taken back once
        case _:
            return BuzzerPattern.SILENT


def coins_open(kiosk: Kiosk) -> bool:
    """Return whether the acceptor takes coins: while a fee is being paid, and never while the escrow moves.

    Nor while a card lies on the reader again: the sale waits until it is taken.
    """
    match kiosk.phase:
        case Collecting(order=order, inserted_yen=inserted_yen):
            there = kiosk.facts.card is Media.PRESENT
            return not there and inserted_yen < order.fee_yen and not kiosk.facts.escrow_busy
        case _:
            return False


def alarms_of(kiosk: Kiosk) -> frozenset[str]:
    """Return the codes of the alarms that are on."""
    match kiosk.phase:
        case LeftBehind(thing) as phase if phase.sounds:
            return frozenset({f"left_behind_{thing}"})
        case _:
            return frozenset()


def published(kiosk: Kiosk) -> dict[str, dict[str, object]]:
    """Return the retained MQTT states: one for the kiosk and one for each device, in the words of `DOMAIN`."""
    facts = kiosk.facts
    printer = DeviceState.BUSY if facts.printer_lent else facts.printer.state
    return {
        "kiosk": {
            "state": _phase_name(kiosk),
            "reasons": sorted(reasons(facts)) if isinstance(kiosk.phase, OutOfService) else [],
            "alarms": sorted(alarms_of(kiosk)),
            "operator_switch": "maintenance" if facts.maintenance else "run",
            "door": DeviceState.UNKNOWN,  # no sensor
        },
        "printer": {
            "device": printer,
            "paper": facts.printer.paper,
            "cover": "open" if facts.printer.cover_open else "closed",
            "error": facts.printer.error,
            "ready": printer_reason(facts) is None and not facts.printer_lent,
        },
        "card_reader": {
            "device": DeviceState.ONLINE if facts.reader else DeviceState.OFFLINE,
            "media": facts.card if facts.reader else Media.UNKNOWN,
        },
        "tray": {"device": _known(facts.tray), "media": facts.tray},
        "coin_acceptor": {
            "device": DeviceState.HARDWARE_ERROR if facts.jam else _known(facts.escrow),
            "escrow": facts.escrow,
        },
        "camera": {
            "device": DeviceState.UNKNOWN if facts.camera is CameraHealth.UNKNOWN else DeviceState.ONLINE,
            "health": facts.camera,
            "cause": facts.camera_cause,
        },
        "buzzer": {"device": DeviceState.ONLINE, "pattern": buzzer_of(kiosk)},
        "hub": {"device": _HUB[facts.hub], "open": facts.open},
    }


_HUB = {None: DeviceState.UNKNOWN, True: DeviceState.ONLINE, False: DeviceState.OFFLINE}


def _known(media: Media) -> DeviceState:
    return DeviceState.UNKNOWN if media is Media.UNKNOWN else DeviceState.ONLINE


def _phase_name(kiosk: Kiosk) -> str:
    """Return the published word: the design's five, with the phases of a visit under *serving*."""
    match kiosk.phase:
        case Idle():
            return "in_service"
        case Starting():
            return "starting"
        case OutOfService():
            return "out_of_service"
        case AwaitingPickup() | AwaitingSlip():
            return "awaiting_pickup"
        case LeftBehind():
            return "left_behind"
        case _:
            return "serving"
