"""How bytes reach the printer: one TCP connection at a time, or a pty in place of a serial port.

A link only moves bytes. Not responsible for: the buffer that they go to, and when to read (`printer.py`).
"""

from __future__ import annotations

import asyncio
import contextlib
import os
import socket
import tty
from typing import Protocol

RECEIVE_WINDOW_BYTES = 4096
TCP_CLOSED = 7


class Link(Protocol):
    """A connection, seen from the printer."""

    async def read(self, most: int) -> bytes:
        """Bytes that came, at most so many; empty when the other side has ended."""
        ...

    def send(self, data: bytes) -> None:
        """Send a short reply; lost if the other side is gone."""
        ...

    def dead(self) -> bool:
        """Whether the other side broke off, so that unread bytes are lost."""
        ...

    def drop(self) -> None:
        """End it from the printer's side."""
        ...


class TcpLink:
    """One accepted connection."""

    def __init__(self, connection: socket.socket) -> None:
        self._connection = connection
        self._dropped = False

    async def read(self, most: int) -> bytes:
        """See `Link`."""
        try:
            return await asyncio.get_running_loop().sock_recv(self._connection, most)
        except OSError:
            return b""

    def send(self, data: bytes) -> None:
        """See `Link`."""
        try:
            self._connection.send(data)
        except OSError:
            return

    def dead(self) -> bool:
        """See `Link`; a reset connection is in state CLOSE."""
        return self._dropped or self._connection.getsockopt(socket.IPPROTO_TCP, socket.TCP_INFO, 1)[0] == TCP_CLOSED

    def drop(self) -> None:
        """See `Link`; whoever accepted the connection closes it when its reading has ended."""
        self._dropped = True
        with contextlib.suppress(OSError):
            self._connection.shutdown(socket.SHUT_RDWR)


def listen(port: int) -> socket.socket:
    """Open a loopback socket whose window is as small as a printer's interface card, so that back-pressure is felt."""
    listener = socket.socket()
    listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    listener.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, RECEIVE_WINDOW_BYTES)
    listener.setblocking(False)
    listener.bind(("127.0.0.1", port))
    listener.listen(8)
    return listener


class PtyLink:
    """A pseudo-terminal: the printer holds the master, `path` is the serial port."""

    def __init__(self) -> None:
        self._master, self._slave = os.openpty()
        tty.setraw(self._slave)
        os.set_blocking(self._master, False)
        self.path = os.ttyname(self._slave)

    async def read(self, most: int) -> bytes:
        """See `Link`; a serial line never ends."""
        loop = asyncio.get_running_loop()
        while self._master >= 0:
            try:
                return os.read(self._master, most)
            except BlockingIOError:
                readable = loop.create_future()
                loop.add_reader(self._master, _wake, readable)
                try:
                    await readable
                finally:
                    loop.remove_reader(self._master)
        return b""

    def send(self, data: bytes) -> None:
        """See `Link`."""
        try:
            os.write(self._master, data)
        except OSError:
            return

    def dead(self) -> bool:
        """See `Link`."""
        return False

    def drop(self) -> None:
        """Do nothing: a serial port stays when the printer is switched off; see `close`."""

    def close(self) -> None:
        """Remove the pseudo-terminal."""
        os.close(self._master)
        os.close(self._slave)
        self._master = self._slave = -1


def _wake(readable: asyncio.Future[None]) -> None:
    if not readable.done():
        readable.set_result(None)
