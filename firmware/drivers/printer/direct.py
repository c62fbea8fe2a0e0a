"""Opens the printer with the standard library and pyserial alone, for the idle watch in the always-on process.

Not responsible for jobs (`transport.py`). Why two: see the package's docstring.
"""

from __future__ import annotations

import asyncio
import socket
from typing import TYPE_CHECKING

from firmware.devices import DeviceUnavailable
from firmware.drivers.printer.ports import device_line, serial_line, socket_line

if TYPE_CHECKING:
    from firmware.config import Printer
    from firmware.drivers.printer.line import Line

CONNECT_S = 5.0


async def open_line(config: Printer) -> Line:
    """Connect to the printer of the configuration. Raises `DeviceUnavailable`."""
    if config.transport == "tcp":
        return await _connect(config.host, config.port)
    if config.transport == "device":
        return device_line(config.device)
    return _open_serial(config)


async def _connect(host: str, port: int) -> Line:
    connection = socket.socket()
    connection.setblocking(False)
    try:
        async with asyncio.timeout(CONNECT_S):
            await asyncio.get_running_loop().sock_connect(connection, (host, port))
    except OSError as error:
        connection.close()
        cause = error.strerror or f"no answer in {CONNECT_S:g} s"
        raise DeviceUnavailable(f"printer at {host}:{port}: {cause}") from error
    except asyncio.CancelledError:
        connection.close()
        raise
    return socket_line(connection)


def _open_serial(config: Printer) -> Line:
    import serial  # noqa: PLC0415 - only kiosks with a serial printer need it

    try:
        port = serial.Serial(config.device, config.baud, timeout=0)
    except (serial.SerialException, ValueError) as error:
        raise DeviceUnavailable(f"printer at {config.device}: {error}") from error
    return serial_line(port)
