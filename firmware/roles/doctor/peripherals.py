"""The devices that are not on pins: card reader, printer, and the broker.

Drivers whose library needs something of the system raise when they are imported without it, so they are imported when
asked. Not responsible for the devices on pins (`header.py`), nor for the camera (`camera.py`).
"""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

from firmware.devices import BrokerConnected, BrokerLost, DeviceEvent, DeviceState, Paper
from firmware.drivers.mqtt import Broker
from firmware.drivers.printer.job import EscposJob
from firmware.roles.doctor.finding import Finding, fail, ok, warn

if TYPE_CHECKING:
    from firmware import config
    from firmware.devices import PrinterStatus

BROKER_S = 5.0


async def check_reader(settings: config.CardReader) -> Finding:
    """Find the reader; no card is needed."""
    from firmware.drivers.card_reader import CardReader, Code, PcscError  # noqa: PLC0415 - see the head of this file

    try:
        return ok(await CardReader(settings.name, settings.apdu_timeout_s).check())
    except PcscError as error:
        match int(error.code, 16):
            case Code.NO_SERVICE | Code.SERVICE_STOPPED:
                return fail(f"the card service does not answer ({error})", "systemctl restart pcscd.socket pcscd")
            case Code.NO_READERS | Code.READER_UNAVAILABLE:
                named = f" named {settings.name!r}" if settings.name else ""
                return fail(f"no reader{named} ({error})", "plug it in; compare card_reader.name with pcsc_scan -r")
            case _:
                raise


async def check_printer(settings: config.Printer) -> Finding:
    """Ask the printer for its state; nothing is printed."""
    where = f"{settings.host}:{settings.port}" if settings.transport == "tcp" else settings.device
    job = EscposJob(settings)
    try:
        status = await job.preflight()
    finally:
        await job.close()
    return judge_printer(where, status)


def judge_printer(where: str, status: PrinterStatus) -> Finding:
    """Judge what the printer at `where` says of itself."""
    if status.state is DeviceState.UNKNOWN:
        return fail(
            f"{where}: does not answer: not reachable, or held by another process",
            "switch it on, check its cable and the keys under [printer], end what else prints to it",
        )
    if status.cover_open:
        return fail(f"{where}: cover open", "close the printer's cover")
    match status.paper:
        case Paper.OUT:
            return fail(f"{where}: no paper", "put in a new roll of paper")
        case Paper.JAMMED:
            return fail(f"{where}: paper jammed", "open the cover, take the paper out, put it in anew")
        case _:
            pass
    if status.error != "none":
        return fail(f"{where}: error: {status.error}", "clear cutter and paper path, then switch it off and on")
    if not status.ready:
        return fail(f"{where}: {status.state}, paper {status.paper}", "switch it off and on; press its feed button")
    if status.paper is Paper.LOW:
        return warn(f"{where}: paper nearly at its end", "put in a new roll of paper")
    return ok(f"{where}: {status.state}, paper {status.paper}")


async def check_broker(settings: config.Config) -> Finding:
    """Connect as the kiosk would, and disconnect; nothing but its availability is published."""
    mqtt = settings.mqtt
    where = f"{mqtt.host}:{mqtt.port}"
    told: asyncio.Future[DeviceEvent] = asyncio.get_running_loop().create_future()

    def tell(event: DeviceEvent) -> None:
        if not told.done():
            told.set_result(event)

    broker = Broker(mqtt, settings.kiosk.id)
    try:
        broker.start(tell)
        async with asyncio.timeout(BROKER_S):
            event = await told
    except TimeoutError:
        return fail(f"{where}: no answer within {BROKER_S:g} s", "check network, firewall and mqtt.host")
    finally:
        await broker.close()
    match event:
        case BrokerConnected():
            return ok(f"{where}: connected as {settings.kiosk.id}")
        case BrokerLost(cause=cause):
            return fail(
                f"{where}: {cause}", "check that the broker runs, mqtt.host, mqtt.port, and the files of [mqtt]"
            )
        case _:
            return fail(f"{where}: {event}", "check the broker's log")
