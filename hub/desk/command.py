"""`python -m hub desk` and `desk-person`: serve a desk's pages until a signal, and say who may sit there.

A desk is a process of its own beside the hub: `centre`, or a municipality's code. Loopback only. Not responsible for
what the pages show nor for options (`command_line.py`).
"""

import argparse
import asyncio
import signal
from collections.abc import AsyncGenerator, Callable, Mapping
from contextlib import asynccontextmanager
from pathlib import Path
from types import MappingProxyType

from sqlalchemy import Engine
from starlette.types import ASGIApp

from hub import log
from hub.centre import desk_pages as centre_pages
from hub.clock import Clock, utc_now
from hub.desk.command_line import CENTRE
from hub.desk.gate import Gate
from hub.desk.people import add_person, people_at, remove_person
from hub.ledger.store import centre_records
from hub.municipality.office.desk_pages import OfficeDesk
from hub.municipality.setup import codes_in, open_existing
from hub.web.limits import Limits
from hub.web.server import Listener

HOST = "127.0.0.1"


@asynccontextmanager
async def desk_running(data: Path, desk: str, port: int, clock: Clock = utc_now) -> AsyncGenerator[str]:
    """Serve a desk; gives its address. Raises ValueError, FileNotFoundError or OSError with the remedy."""
    if desk == CENTRE:
        with centre_records(data) as engine:
            pages = centre_pages.CentreDesk(data, engine, clock).app()
            async with _listening(pages, data, (desk, centre_pages.TITLE), port) as address:
                yield address
        return
    register: Engine = open_existing(data, desk)
    try:
        office = OfficeDesk(desk, register, clock)
        async with _listening(office.app(), data, (desk, office.title), port) as address:
            yield address
    finally:
        register.dispose()


@asynccontextmanager
async def _listening(pages: ASGIApp, data: Path, desk: tuple[str, str], port: int) -> AsyncGenerator[str]:
    gate = Gate(pages, data, *desk)
    listener = Listener(Limits(gate, body_max_bytes=1 << 16), HOST, port)
    gate.port = listener.port
    await listener.start()
    try:
        yield f"http://{HOST}:{listener.port}/"
    finally:
        await listener.stop()


def _serve(options: argparse.Namespace) -> int:
    log.configure()
    asyncio.run(_until_signal(options))
    return 0


async def _until_signal(options: argparse.Namespace) -> None:
    stopping = asyncio.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        asyncio.get_running_loop().add_signal_handler(number, stopping.set)
    async with desk_running(options.data, options.desk, options.port) as address:
        print(f"desk {options.desk}: {address}", flush=True)
        if not people_at(options.data, options.desk):
            print(f"nobody may sit here yet: python -m hub desk-person --desk {options.desk} --add NAME", flush=True)
        await stopping.wait()


def _person(options: argparse.Namespace) -> int:
    if options.desk != CENTRE and options.desk not in codes_in(options.data):
        raise ValueError(f"no desk {options.desk}; there are: {', '.join([CENTRE, *codes_in(options.data)])}")
    if options.add is not None:
        token = add_person(options.data, options.desk, options.add)
        print(f"token of {options.add.strip()} at desk {options.desk}, shown this once: {token}")
    if options.remove is not None:
        remove_person(options.data, options.desk, options.remove)
    for name in people_at(options.data, options.desk):
        print(name)
    return 0


COMMANDS: Mapping[str, Callable[[argparse.Namespace], int]] = MappingProxyType({"desk": _serve, "desk-person": _person})
