"""The clerk process: serves one person, and ends with them. It is started before the person comes.

Everything personal lives here, in memory: no core dumps, memory locked where the system allows it, no file written, and
an uncaught error tells its class, file and line, never its text. Not responsible for any decision
(`app/clerk/machine.py`).
"""

from __future__ import annotations

import asyncio
import ctypes
import os
import resource
import secrets
import socket
import sys
import threading
import traceback
from pathlib import Path
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from firmware.app import messages as m
from firmware.app.availability import ask_availability
from firmware.app.clerk.errands import Errands, Sources
from firmware.app.clerk.exchange import Exchange
from firmware.app.clerk.receipt import Receipts
from firmware.app.clerk.runner import Runner
from firmware.app.clerk.sandbox import Needs, SandboxUnavailable, confine
from firmware.app.clerk.slip import Slips
from firmware.app.clerk.state import Limits
from firmware.app.clerk.visit import Place
from firmware.app.hub_client import HubClient
from firmware.app.link import CHILD_FD, Link, LinkError
from firmware.app.screens import texts
from firmware.drivers.card_reader import CardReader
from firmware.drivers.printer import transport
from firmware.drivers.printer.job import EscposJob
from firmware.drivers.screen import ScreenServer
from firmware.roles.guidance import guided

if TYPE_CHECKING:
    from collections.abc import Callable

    from firmware.config import Config
    from firmware.devices import PrinterJob

PR_SET_DUMPABLE = 4
MCL_CURRENT_AND_FUTURE = 3
STACK_BYTES = 1 << 20  # of each thread: locked memory is filled at once, and 8 MiB take 4 ms while a person waits


def run(config: Config, home_url: str) -> int:
    """Run until the kiosk ends this process, or is gone; 71 (EX_OSERR) where it cannot be kept as secret as it must."""
    required = config.clerk.sandbox == "required"
    try:
        _keep_secret(required=required)
        transport.preload()
        confine(_needs(config), required=required)
    except SandboxUnavailable as error:
        print(f"clerk: {error}", file=sys.stderr, flush=True)
        return os.EX_OSERR
    threading.stack_size(STACK_BYTES)
    asyncio.run(_run(config, home_url))
    return os.EX_OK


def _keep_secret(*, required: bool) -> None:
    """Forbid core dumps and reading by a debugger; lock the memory. `SandboxUnavailable` where it cannot but must."""
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    libc = ctypes.CDLL(None, use_errno=True)
    if libc.prctl(PR_SET_DUMPABLE, 0, 0, 0, 0) != 0:
        raise OSError(ctypes.get_errno(), "prctl(PR_SET_DUMPABLE)")
    if libc.mlockall(MCL_CURRENT_AND_FUTURE) != 0:
        unlocked = "memory cannot be locked; raise LimitMEMLOCK= of the service, or turn swap off"
        if required:
            raise SandboxUnavailable(f'{unlocked} and set clerk.sandbox = "available"')
        print(f"clerk: {unlocked}", file=sys.stderr, flush=True)


def _needs(config: Config) -> Needs:
    """Return what this kiosk's clerk must reach, and no more."""
    hub, printer = config.hub, config.printer
    place = urlsplit(hub.url)
    host = place.hostname or ""
    tcp = printer.transport == "tcp"
    named = host.strip("0123456789.") != "" and ":" not in host
    printer_named = tcp and printer.host.strip("0123456789.") != "" and ":" not in printer.host
    return Needs(
        files=(hub.ca, hub.root_key, hub.clerk_certificate, hub.clerk_key),
        devices=() if tcp else (Path(printer.device),),
        ports=(place.port or 443, *((printer.port,) if tcp else ())),
        names=named or printer_named,
        speech=bool(config.voice.device),
    )


async def _run(config: Config, home_url: str) -> None:
    gone: asyncio.Future[None] = asyncio.get_running_loop().create_future()

    def closed(_error: LinkError | None) -> None:
        if not gone.done():
            gone.set_result(None)

    def failed(error: BaseException) -> None:
        link.send(_fault(error))
        closed(None)

    def touched(view: int, button: str) -> None:
        runner.touched(view, button)

    def chosen(language: str) -> None:
        runner.choose_language(language)

    def received(message: m.FromKiosk) -> None:
        runner.post(message)

    asyncio.get_running_loop().set_exception_handler(
        lambda _loop, context: failed(context.get("exception") or RuntimeError())
    )
    token = m.Id(secrets.token_hex(16))
    assets = texts.FOLDER.parent / "assets"
    screen = ScreenServer(0, (f"{token}.localhost",), home_url, assets, on_tap=touched, on_language=chosen)
    port = await screen.start()
    link = Link(socket.socket(fileno=CHILD_FD), m.FromKiosk, received, closed)
    runner = _runner(config, screen, link, failed)
    link.send(m.Ready(port, token))
    await gone
    os._exit(os.EX_OK)  # nothing is flushed, closed or written: what this process knew ends here


def _runner(config: Config, screen: ScreenServer, link: Link, failed: Callable[[BaseException], None]) -> Runner:
    said = texts.load()
    return Runner(
        Errands(_sources(config, screen, said)),
        said,
        _limits(config),
        panel=guided(screen, config.voice),
        say=link.send,
        failed=failed,
        shuffle_pin=config.screen.shuffle_pin,
    )


def _fault(error: BaseException) -> m.Fault:
    """Tell where, never what: the text of an error may hold a name."""
    frame = traceback.extract_tb(error.__traceback__)[-1:]
    file, line = (Path(frame[0].filename).stem, frame[0].lineno or 0) if frame else ("unknown", 0)
    return m.Fault(m.Name(type(error).__name__[:40]), m.Name(file[:40]), line)


def _sources(config: Config, screen: ScreenServer, said: dict[str, texts.Texts]) -> Sources:
    hub = config.hub
    client = HubClient(hub.url, hub.ca, hub.clerk_certificate, hub.clerk_key)

    async def places() -> tuple[Place, ...]:
        available = await ask_availability(client, config.kiosk.operator, hub.request_timeout_s)
        return tuple(
            Place(
                place.code,
                (("ja", place.name.ja), ("en", place.name.en)),
                (("ja", place.contact.ja), ("en", place.contact.en)),
                (place.hours.open, place.hours.close),
                place.status,
                (("ja", place.notice.ja), ("en", place.notice.en)) if place.notice else (),
                place.registration,
            )
            for place in available.municipalities
        )

    def exchange() -> Exchange:
        return Exchange(
            client,
            kiosk_id=config.kiosk.id,
            operator=config.kiosk.operator,
            head_dots=config.printer.head_dots,
            root_key=hub.root_key,
            issue_timeout_s=hub.issue_timeout_s,
            request_timeout_s=hub.request_timeout_s,
        )

    async def printer() -> PrinterJob:
        return EscposJob(config.printer)

    reader = CardReader(config.card_reader.name, config.card_reader.apdu_timeout_s)
    head_dots = config.printer.head_dots
    receipts = Receipts(config.kiosk.id, config.kiosk.operator, head_dots, said)
    slips = Slips(config.kiosk.id, head_dots, said)
    return Sources(reader, places, exchange, printer, client.warm, screen.offer_pictures, receipts, slips)


def _limits(config: Config) -> Limits:
    limits, hub = config.limits, config.hub
    work_s = hub.issue_timeout_s + hub.request_timeout_s
    return Limits(limits.dialogue_s, limits.warning_s, limits.payment_s, work_s, limits.last_page_s)
