"""The phases of the factory test and the limit of each measurement. One phase a device, in the order of assembly.

Not responsible for talking to a device (`devices.py`) nor for who moves things (`hands.py`).
"""

from __future__ import annotations

import functools
import time
from typing import TYPE_CHECKING

import openhtf as htf
from openhtf.util import units

from firmware.app.clerk.raster import to_bands
from firmware.devices import DeviceError
from firmware.roles.test_print import drawn
from hil_tests.factory.devices import NotSeen
from hil_tests.factory.hands import HandsRefused

if TYPE_CHECKING:
    from collections.abc import Callable

    from openhtf import PhaseNode, TestApi

    from hil_tests.factory.devices import Devices
    from hil_tests.factory.hands import Hands

CARD_SEEN_S = 3.0
PRINTED_S = 20.0
FELL_AFTER_S = 3.0
ESCROW_EMPTY_S = 5.0
BUZZER_OFF_PERCENT = 5.0
# The doctor's checks that a factory without hub, broker and clock of the field cannot answer.
IN_THE_FIELD = ("clock", "hub as kiosk", "hub as clerk", "broker", "certificates", "keys", "operators' keys")


def _going_on(body: Callable[[TestApi], None]) -> Callable[[TestApi], htf.PhaseResult]:
    """Make what a device does not do a failure of its phase that does not keep the others from being tested."""

    @functools.wraps(body)
    def phase(test: TestApi) -> htf.PhaseResult:
        try:
            body(test)
        except (NotSeen, DeviceError, HandsRefused) as error:
            test.logger.error("%s: %s", type(error).__name__, error)  # noqa: TRY400 - the trace says nothing more
            return htf.PhaseResult.FAIL_AND_CONTINUE
        return htf.PhaseResult.CONTINUE

    return phase


def phases(devices: Devices, hands: Hands, citizen: str) -> list[PhaseNode]:
    """Return the phases for a kiosk of these devices; `citizen` is whose test card is used."""
    return [
        _doctor(devices),
        _card(devices, hands, citizen),
        _printer(devices, hands),
        _cover(devices, hands),
        _coins(devices, hands),
        _buzzer(devices, hands),
        _camera(devices, hands),
    ]


def _doctor(devices: Devices) -> PhaseNode:
    @htf.measures(
        htf.Measurement("doctor_checks").in_range(minimum=15),
        htf.Measurement("doctor_failures").equals(""),
        htf.Measurement("camera_seen").equals(True),
    )
    @_going_on
    def doctor(test: TestApi) -> None:
        lines = devices.doctor()
        failed = [name for name, line in lines.items() if line.startswith("FAIL") and name not in IN_THE_FIELD]
        test.measurements.doctor_checks = len(lines)
        test.measurements.doctor_failures = ", ".join(failed)
        test.measurements.camera_seen = not lines.get("camera", "FAIL").startswith("FAIL")
        test.attach("doctor.txt", "\n".join(lines.values()).encode())

    return doctor


def _card(devices: Devices, hands: Hands, citizen: str) -> PhaseNode:
    @htf.measures(htf.Measurement("card_seen_s").in_range(0, CARD_SEEN_S).with_units(units.SECOND))
    @_going_on
    def card_reader(test: TestApi) -> None:
        test.measurements.card_seen_s = devices.card(
            lambda: hands.do("Lay the test card on the reader", "insert_card", citizen=citizen),
            lambda: hands.do("Take the card away", "remove_card"),
        )

    return card_reader


def _printer(devices: Devices, hands: Hands) -> PhaseNode:
    @htf.measures(
        htf.Measurement("printed_s").in_range(0, PRINTED_S).with_units(units.SECOND),
        htf.Measurement("fell_after_s").in_range(0, FELL_AFTER_S).with_units(units.SECOND),
    )
    @_going_on
    def printer_and_tray(test: TestApi) -> None:
        config = devices.config
        head_dots = config.printer.head_dots
        bands = to_bands(drawn(config.kiosk.id, head_dots, time.localtime()), head_dots)
        printed_s, fell_s = devices.print_strip(
            bands, lambda: hands.do("Take the strip; look whether its pattern is whole", "take_paper")
        )
        test.measurements.printed_s = printed_s
        test.measurements.fell_after_s = max(0.0, fell_s - printed_s)

    return printer_and_tray


def _cover(devices: Devices, hands: Hands) -> PhaseNode:
    @htf.measures(
        htf.Measurement("cover_open_seen").equals(True),
        htf.Measurement("cover_closed_seen").equals(True),
        htf.Measurement("paper").equals("full"),
    )
    @_going_on
    def printer_cover(test: TestApi) -> None:
        hands.do("Open the printer's cover", "open_cover")
        try:
            test.measurements.cover_open_seen = devices.printer().cover_open
        finally:
            hands.do("Close the printer's cover", "close_cover")
        status = devices.printer()
        test.measurements.cover_closed_seen = not status.cover_open
        test.measurements.paper = str(status.paper)

    return printer_cover


def _coins(devices: Devices, hands: Hands) -> PhaseNode:
    kinds = devices.config.coin_acceptor.coins_yen

    @htf.measures(
        htf.Measurement("coins_counted_yen").equals(" ".join(map(str, kinds))),
        htf.Measurement("escrow_empty_s").in_range(0, ESCROW_EMPTY_S).with_units(units.SECOND),
    )
    @_going_on
    def coin_acceptor(test: TestApi) -> None:
        counted, empty_s = devices.coins(lambda yen: hands.do(f"Put in {yen} yen", "insert_coins", yen=[yen]))
        test.measurements.coins_counted_yen = " ".join(map(str, counted))
        test.measurements.escrow_empty_s = empty_s

    return coin_acceptor


def _buzzer(devices: Devices, hands: Hands) -> PhaseNode:
    nominal = devices.config.buzzer.hz

    @htf.measures(
        htf.Measurement("buzzer_hz").within_percent(nominal, BUZZER_OFF_PERCENT).with_units(units.HERTZ),
    )
    @_going_on
    def buzzer(test: TestApi) -> None:
        test.measurements.buzzer_hz = devices.sound(hands.heard_hz)

    return buzzer


def _camera(devices: Devices, hands: Hands) -> PhaseNode:
    @htf.measures(htf.Measurement("camera_covered_noticed").equals(True))
    @_going_on
    def camera(test: TestApi) -> None:
        hands.do("Cover the lens with your hand, and keep it there", "cover_camera")
        try:
            test.measurements.camera_covered_noticed = devices.doctor().get("camera", "").startswith("FAIL")
        finally:
            hands.do("Take your hand away", "uncover_camera")

    return camera
