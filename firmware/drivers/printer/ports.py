"""What turns an open socket, serial port or device file into a `Line`, whoever opened it.

A line starts so that a process that is killed in mid-job leaves nothing behind in the kernel: the socket is reset,
not drained.
"""

from __future__ import annotations

import contextlib
import errno
import os
import socket
import struct
import termios
from typing import Any

from firmware.devices import DeviceUnavailable
from firmware.drivers.printer.line import Line

SEND_BUFFER_BYTES = 16_384
RESET_ON_CLOSE = struct.pack("ii", 1, 0)
SEND_ON_CLOSE = struct.pack("ii", 0, 0)


def socket_line(connection: socket.socket, owner: object = None) -> Line:
    """Line over a connected socket; the kernel keeps little, so that progress and back-pressure are the printer's."""
    connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    connection.setsockopt(socket.SOL_SOCKET, socket.SO_KEEPALIVE, 1)
    connection.setsockopt(socket.SOL_SOCKET, socket.SO_SNDBUF, SEND_BUFFER_BYTES)
    connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, RESET_ON_CLOSE)

    def end(discard: bool) -> None:  # noqa: FBT001 - one switch, named where it is given
        if not discard:
            with contextlib.suppress(OSError):
                connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, SEND_ON_CLOSE)
                connection.shutdown(socket.SHUT_RDWR)
        connection.close()

    return Line(connection.fileno(), end, owner)


def serial_line(port: Any, owner: object = None) -> Line:
    """Line over an open pyserial port; RTS/CTS lets the printer hold the data back when its buffer is full."""
    port.rtscts = True
    port.reset_input_buffer()

    def end(_discard: bool) -> None:  # noqa: FBT001
        with contextlib.suppress(OSError, termios.error):
            port.reset_output_buffer()  # closing would wait for a printer that takes nothing
        port.close()

    return Line(port.fileno(), end, owner)


def device_line(path: str) -> Line:
    """Line over a device file such as /dev/usb/lp0, opened once for both directions: usblp refuses a second opening.

    Raises `DeviceUnavailable`.
    """
    try:
        fd = os.open(path, os.O_RDWR | os.O_NONBLOCK | os.O_NOCTTY | os.O_CLOEXEC)
    except OSError as error:
        hint = " Is another program using it?" if error.errno == errno.EBUSY else ""
        raise DeviceUnavailable(f"printer at {path}: {error.strerror}.{hint}") from error
    return Line(fd, lambda _discard: os.close(fd))
