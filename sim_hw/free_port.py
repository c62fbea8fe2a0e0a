"""A port that nobody uses, for a program that cannot choose one itself and say which.

The ports lie below those that the kernel hands out by itself, so that no connection made meanwhile takes them. Not for
our own servers: they listen on port 0 and tell.
"""

import random
import socket
from contextlib import ExitStack, suppress
from pathlib import Path

FIRST_PORT = 20_000
LOCAL_PORTS = Path("/proc/sys/net/ipv4/ip_local_port_range")


def free_port(neighbours: int = 1, host: str = "127.0.0.1") -> int:
    """Return the first of so many neighbouring ports of `host` (`""`: all addresses) that are free now."""
    handed_out = int(LOCAL_PORTS.read_text(encoding="ascii").split()[0])
    while True:
        port = random.randrange(min(FIRST_PORT, handed_out // 2), handed_out - neighbours)  # noqa: S311 - no secret
        with ExitStack() as probes, suppress(OSError):
            for offset in range(neighbours):
                probes.enter_context(socket.socket()).bind((host, port + offset))
            return port
