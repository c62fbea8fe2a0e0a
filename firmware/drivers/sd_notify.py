"""Tells the service manager that the kiosk is ready, and again and again that its event loop still turns.

The protocol of sd_notify(3): datagrams to the socket that NOTIFY_SOCKET names; with WATCHDOG_USEC a sign of life is
due in that time. It comes from a timer of the loop itself: a loop that hangs gives none, and is restarted. Without a
service manager there is nobody to tell. Not responsible for what happens then (`deploy/systemd/kiosk.service`).
"""

from __future__ import annotations

import asyncio
import os
import socket
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping

SIGNS_IN_TIME = 3  # so that one that is late does no harm
MICROSECONDS = 1_000_000


class SdNotify:
    """The line to the service manager that `environment` names."""

    def __init__(self, environment: Mapping[str, str]) -> None:
        self._address = environment.get("NOTIFY_SOCKET", "")
        watched = environment.get("WATCHDOG_PID", str(os.getpid())) == str(os.getpid())
        self._watchdog_s = int(environment.get("WATCHDOG_USEC", "0")) / MICROSECONDS if watched else 0.0
        self._timer: asyncio.TimerHandle | None = None

    def ready(self) -> None:
        """Say that the start is done, and give signs of life from now on; on the loop's thread."""
        self._say("READY=1")
        if self._address and self._watchdog_s:
            self._live()

    def stopping(self) -> None:
        """Say that the end was asked for; no sign of life comes after this."""
        if self._timer:
            self._timer.cancel()
            self._timer = None
        self._say("STOPPING=1")

    def status(self, words: str) -> None:
        """Say what the kiosk is doing; an update asks for it (`systemctl show --property StatusText kiosk`)."""
        self._say(f"STATUS={words}")

    def _live(self) -> None:
        self._say("WATCHDOG=1")
        self._timer = asyncio.get_running_loop().call_later(self._watchdog_s / SIGNS_IN_TIME, self._live)

    def _say(self, words: str) -> None:
        if not self._address:
            return
        address = f"\0{self._address[1:]}" if self._address.startswith("@") else self._address
        with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM | socket.SOCK_NONBLOCK) as line:
            line.connect(address)
            line.send(words.encode())
