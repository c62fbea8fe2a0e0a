"""`python -m hub fleet`: serves the fleet's page and its figures until a signal. Loopback only.

The people are those of the centre's desk (`hub desk-person`). `/metrics` needs no token: it holds counts and states.
"""

import argparse
import asyncio
import signal
from collections.abc import AsyncGenerator, Callable, Mapping, Sequence
from contextlib import asynccontextmanager
from pathlib import Path
from types import MappingProxyType

from starlette.requests import Request
from starlette.types import ASGIApp, Receive, Scope, Send

from hub import log
from hub.centre.stops import Stops
from hub.clock import utc_now
from hub.desk.command import CENTRE, HOST
from hub.desk.gate import Gate
from hub.fleet.command import brokers_of
from hub.fleet.keeping import Keeping
from hub.fleet.line import Broker
from hub.fleet.pages import POLICY, TITLE, FleetPages
from hub.fleet.watching import Watching
from hub.ledger.store import centre_records
from hub.web.limits import Limits
from hub.web.server import Listener

METRICS = "/metrics"


class _Doors:
    """`/metrics` for Prometheus; everything else behind the gate."""

    def __init__(self, pages: FleetPages, gate: ASGIApp) -> None:
        self._pages = pages
        self._gate = gate

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve one request."""
        if scope["type"] == "http" and scope["path"] == METRICS:
            await (await self._pages.figures(Request(scope)))(scope, receive, send)
        else:
            await self._gate(scope, receive, send)


@asynccontextmanager
async def fleet_running(data: Path, brokers: Sequence[Broker], port: int) -> AsyncGenerator[tuple[str, Watching]]:
    """Serve the fleet; gives the page's address and what is known. Raises ValueError or OSError with the remedy."""
    with centre_records(data) as engine:
        keeping = Keeping(engine)
        watching = Watching(brokers, keeping)
        pages = FleetPages(watching, lambda: [stop.subject for stop in Stops(engine, utc_now).all_active()])
        gate = Gate(pages.app(), data, CENTRE, TITLE, policy=POLICY)
        listener = Listener(Limits(_Doors(pages, gate), body_max_bytes=1 << 13), HOST, port)
        gate.port = listener.port
        await listener.start()
        tasks = [asyncio.create_task(work) for work in (watching.run(), keeping.run(), keeping.tidy())]
        try:
            yield f"http://{HOST}:{listener.port}/", watching
        finally:
            watching.close()
            for task in tasks:
                task.cancel()
            await asyncio.gather(*tasks, return_exceptions=True)
            await listener.stop()


async def _until_signal(options: argparse.Namespace) -> None:
    stopping = asyncio.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        asyncio.get_running_loop().add_signal_handler(number, stopping.set)
    brokers = brokers_of(options, "fleet")
    async with fleet_running(options.data, brokers, options.port) as (address, _):
        print(f"fleet: {address}   figures: {address}metrics", flush=True)
        await stopping.wait()


def _serve(options: argparse.Namespace) -> int:
    log.configure()
    asyncio.run(_until_signal(options))
    return 0


COMMANDS: Mapping[str, Callable[[argparse.Namespace], int]] = MappingProxyType({"fleet": _serve})
