"""`python -m hub serve`: centre, JPKI centre and municipality on one asyncio loop, until SIGTERM or SIGINT.

Not responsible for what they do; this only introduces them to one another and ends them in order.
"""

import asyncio
import json
import os
import signal
from collections.abc import AsyncGenerator, Awaitable, Callable, Sequence
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass
from pathlib import Path

from hub import log
from hub.centre.app import CentreApp
from hub.centre.back_panel import check_font
from hub.centre.card_status import CardStatus
from hub.centre.centre import Centre
from hub.centre.keys import load_keys
from hub.centre.records import open_records
from hub.clock import Clock, utc_now
from hub.jpki.app import make_jpki_app
from hub.jpki.register import Register
from hub.jpki.responder import Responder
from hub.jpki.store import load_authorities, load_authority_certificate, load_delegations
from hub.municipality.interface import Municipality
from hub.settings import Settings
from hub.web.server import Listener, mutual_tls

SWEEP_S = 5.0
PURGE_EVERY_SWEEPS = 720

OpenMunicipalities = Callable[[Path, Settings], Awaitable[Sequence[Municipality]]]


@dataclass(frozen=True, slots=True)
class RunningHub:
    """A hub that accepts connections."""

    url: str
    ocsp_url: str
    centre: Centre
    app: CentreApp


@asynccontextmanager
async def running(
    data: Path, settings: Settings, open_municipalities: OpenMunicipalities, clock: Clock = utc_now
) -> AsyncGenerator[RunningHub, None]:
    """Start everything, and end it in the opposite order; raises KeysError, OSError (port in use)."""
    check_font()
    async with AsyncExitStack() as stack:
        jpki = await _start_jpki(data, settings, clock, stack)
        ocsp_url = f"http://{settings.host}:{jpki.port}/"
        keys = load_keys(data / "pki", int(clock().timestamp()))
        municipalities = await open_municipalities(data, settings)
        for each in municipalities:
            stack.push_async_callback(each.close)
        authority = load_authority_certificate(data, "auth")
        status = CardStatus(ocsp_url, authority, clock, settings.ocsp_timeout_s)
        stack.push_async_callback(status.close)
        engine = open_records(data / "centre.sqlite")
        stack.callback(engine.dispose)
        centre = Centre(
            settings=settings,
            clock=clock,
            engine=engine,
            keys=keys,
            card_authority=authority,
            card_status=status,
            municipalities={each.code: each for each in municipalities if each.code in keys.municipalities},
        )
        centre.recover()
        app = CentreApp(centre)
        pki = data / "pki"
        tls = mutual_tls(pki / "server.pem", pki / "server.key", pki / "tls-ca.pem")
        listener = Listener(app, settings.host, settings.port, tls)
        stack.push_async_callback(listener.stop)
        await listener.start()
        yield RunningHub(f"https://{settings.host}:{listener.port}", ocsp_url.rstrip("/"), centre, app)


async def serve(data: Path, settings: Settings, open_municipalities: OpenMunicipalities) -> None:
    """Serve until a signal; `DIR/run/hub.json` is there while connections are accepted."""
    stopping = asyncio.Event()
    loop = asyncio.get_running_loop()
    for number in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(number, stopping.set)
    async with running(data, settings, open_municipalities) as hub:
        place = data / "run" / "hub.json"
        _tell(place, hub)
        try:
            log.event("serving", url=hub.url, ocsp_url=hub.ocsp_url)
            await _keep_house(hub, stopping)
            log.event("stopping")
        finally:
            place.unlink(missing_ok=True)
    log.event("stopped_serving")


async def _keep_house(hub: RunningHub, stopping: asyncio.Event) -> None:
    """Sweep every few seconds until it is time to stop."""
    sweeps = 0
    while True:
        try:
            async with asyncio.timeout(SWEEP_S):
                await stopping.wait()
            return  # noqa: TRY300 - the event came; a time-out means another round
        except TimeoutError:
            hub.centre.sweep()
            sweeps += 1
            if sweeps % PURGE_EVERY_SWEEPS == 0:
                hub.app.purge()


async def _start_jpki(data: Path, settings: Settings, clock: Clock, stack: AsyncExitStack) -> Listener:
    register = Register(data / "jpki.sqlite")
    stack.callback(register.close)
    responder = Responder(load_delegations(data), register, clock)
    app = make_jpki_app(responder, load_authorities(data), register, clock)
    listener = Listener(app, settings.host, settings.ocsp_port)
    stack.push_async_callback(listener.stop)
    await listener.start()
    return listener


def _tell(place: Path, hub: RunningHub) -> None:
    place.parent.mkdir(exist_ok=True)
    beside = place.with_suffix(".part")
    beside.write_text(json.dumps({"url": hub.url, "ocsp_url": hub.ocsp_url, "pid": os.getpid()}) + "\n")
    beside.rename(place)
