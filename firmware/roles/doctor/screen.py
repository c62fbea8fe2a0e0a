"""The touch screen's port: free, or whose? A kiosk that answers there holds printer, pins, camera and broker.

Also whether the texts can be loaded. Not responsible for the browser in front of it.
"""

from __future__ import annotations

import asyncio
import socket
from enum import Enum, auto

from firmware.app.screens import texts
from firmware.roles.doctor.finding import Finding, fail, ok, warn

HOST = "127.0.0.1"
ANSWER_S = 3.0
PAGE_BYTES_MAX = 65_536
TITLE = b"<title>Kiosk</title>"


class Occupant(Enum):
    """Who listens on the screen's port."""

    NOBODY = auto()
    KIOSK = auto()
    SILENT = auto()
    STRANGER = auto()
    UNKNOWABLE = auto()


# One that listens and is silent may be a kiosk that hangs: it holds its devices all the same.
HOLDING = frozenset({Occupant.KIOSK, Occupant.SILENT})


async def find_occupant(port: int) -> Occupant:
    """Ask for the page on the port; never raises."""
    if port == 0:
        return Occupant.UNKNOWABLE
    try:
        async with asyncio.timeout(ANSWER_S):
            page = await _page(port)
    except TimeoutError:
        return Occupant.SILENT
    except ConnectionRefusedError:
        return Occupant.NOBODY
    except OSError:
        return Occupant.STRANGER
    return Occupant.KIOSK if TITLE in page else Occupant.STRANGER


async def _page(port: int) -> bytes:
    reader, writer = await asyncio.open_connection(HOST, port)
    try:
        writer.write(f"GET / HTTP/1.1\r\nHost: {HOST}:{port}\r\nConnection: close\r\n\r\n".encode())
        page = b""
        while TITLE not in page and len(page) < PAGE_BYTES_MAX and (more := await reader.read(4096)):
            page += more
        return page
    finally:
        writer.transport.abort()


async def check_port(port: int, occupant: Occupant) -> Finding:
    """Say who has the port; when it is nobody, make sure that it can be had."""
    where = f"{HOST}:{port}"
    match occupant:
        case Occupant.KIOSK:
            return ok(f"{where}: a kiosk answers")
        case Occupant.SILENT:
            return fail(f"{where}: something listens but does not answer", "restart the kiosk: systemctl restart kiosk")
        case Occupant.STRANGER:
            return fail(f"{where}: another program answers", f"end it (ss -ltnp 'sport = :{port}'), or set screen.port")
        case Occupant.UNKNOWABLE:
            return warn("any free port: a running kiosk cannot be seen", "set screen.port, or stop the kiosk to check")
        case Occupant.NOBODY:
            with socket.socket() as trial:
                trial.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
                trial.bind((HOST, port))
            return ok(f"{where}: free")


async def check_texts() -> Finding:
    """Load the texts of all languages."""
    return ok(", ".join(sorted(texts.load())))
