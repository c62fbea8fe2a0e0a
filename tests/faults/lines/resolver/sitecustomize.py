"""A name server that can be mute, slow, or know nothing: found first on the path, it stands before getaddrinfo.

`RESOLVER_MODE` names a file with `mute`, `unknown`, `slow` or nothing. Numbers are no names and pass. Like the
real one it blocks whoever asks: the C library asks each server twice, five seconds each time.
"""

import os
import socket
import time
from pathlib import Path

_real = socket.getaddrinfo
MUTE_S, SLOW_S, LOOK_S = 20.0, 1.5, 0.1


def _mode():
    try:
        return Path(os.environ["RESOLVER_MODE"]).read_text(encoding="ascii")
    except (KeyError, OSError):
        return ""


def _asked(host, *rest, **more):
    if host and isinstance(host, str) and host.strip("0123456789."):
        mode, began_s = _mode(), time.monotonic()
        if mode == "slow":
            time.sleep(SLOW_S)  # the fault itself
        while _mode() == "mute" and time.monotonic() < began_s + MUTE_S:
            time.sleep(LOOK_S)  # likewise
        if mode in ("mute", "unknown"):
            raise socket.gaierror(socket.EAI_AGAIN if mode == "mute" else socket.EAI_NONAME, "no address")
    return _real(host, *rest, **more)


socket.getaddrinfo = _asked
