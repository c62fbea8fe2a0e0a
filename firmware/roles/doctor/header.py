"""The devices on the pins: tray sensor, coin acceptor, buzzer. Each is opened, looked at and let go.

`drivers.pins` raises `DeviceUnavailable` when it is imported where there is no header, so it is imported when asked.
Not responsible for what the devices are used for.
"""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

from firmware.devices import BuzzerPattern, DeviceEvent, DeviceUnavailable, EscrowChanged, PaperPresented
from firmware.drivers import buzzer_patterns
from firmware.drivers.buzzer import PwmBuzzer
from firmware.drivers.coin_acceptor import PulseCoinAcceptor
from firmware.drivers.tray_sensor import PinTraySensor
from firmware.roles.doctor.finding import Ended, Finding, fail, ok, warn

if TYPE_CHECKING:
    from firmware import config
    from firmware.drivers.pins import Pins


def _pins() -> Pins:
    try:
        from firmware.drivers.pins import Pins  # noqa: PLC0415 - see the head of this file
    except DeviceUnavailable as error:
        remedy = "on a Raspberry Pi: apt-get install python3-rpi-lgpio"
        raise Ended(fail(f"RPi.GPIO cannot be used: {error.__cause__}", remedy)) from error
    return Pins()


async def check_tray(settings: config.TraySensor) -> Finding:
    """See whether something lies in the output tray."""
    seen: list[DeviceEvent] = []
    tray = PinTraySensor(settings, _pins())
    try:
        tray.start(seen.append)
    finally:
        tray.close()
    if PaperPresented() in seen:
        return warn(f"pin {settings.pin}: occupied", "empty the tray; if it is empty, check tray_sensor.active_low")
    return ok(f"pin {settings.pin}: empty")


async def check_coins(settings: config.CoinAcceptor) -> Finding:
    """See whether coins lie in the escrow; none is taken, returned or kept."""
    seen: list[DeviceEvent] = []
    coins = PulseCoinAcceptor(settings, _pins())
    try:
        coins.start(seen.append)
    finally:
        coins.close()
    if EscrowChanged(occupied=True) in seen:
        return warn(
            f"pin {settings.escrow_pin}: escrow occupied",
            "start the kiosk: it settles what was left; if nothing lies there, check the escrow's sensor",
        )
    return ok(f"pin {settings.escrow_pin}: escrow empty")


async def check_buzzer(settings: config.Buzzer) -> Finding:
    """Beep once; only a person can hear it."""
    buzzer = PwmBuzzer(settings, _pins())
    try:
        buzzer.play(BuzzerPattern.ACKNOWLEDGE)
        await asyncio.sleep(sum(step.ms for step in buzzer_patterns.load()[BuzzerPattern.ACKNOWLEDGE].steps) / 1000)
    finally:
        buzzer.close()
    return ok(f"pin {settings.pin}: beeped once; without a sound check its wiring")
