"""The certificate centre as a role of the hub: reads its own keys and records, listens while it is entered.

Not responsible for which roles run in one process (`hub/serve.py`) nor for finding its neighbours.
"""

import asyncio
from collections.abc import AsyncGenerator
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from secrets import token_bytes

from sqlalchemy import Engine

from hub.centre.app import CentreApp
from hub.centre.back_panel import check_font
from hub.centre.card_status import CardStatus
from hub.centre.centre import Centre
from hub.centre.held import Processes, open_held
from hub.centre.issuing_line import IssuingServerLine, centre_tls
from hub.centre.keys import load_keys, load_session_secret
from hub.centre.records import open_records
from hub.centre.sessions import SECRET_BYTES
from hub.centre.towns import Towns
from hub.clock import Clock
from hub.database import is_shared
from hub.jpki.store import load_authority_certificate
from hub.neighbours import Neighbours
from hub.settings import Settings
from hub.web.admission import Admission, RevokedCertificates
from hub.web.server import Listener, mutual_tls

BEAT_S = 1.0
SWEEP_EVERY_BEATS = 5
PURGE_EVERY_BEATS = 3600


@dataclass(frozen=True, slots=True)
class RunningCentre:
    """A centre that accepts connections."""

    url: str
    centre: Centre
    app: CentreApp


@asynccontextmanager
async def centre_role(
    data: Path, settings: Settings, neighbours: Neighbours, clock: Clock, *, shared: bool = False
) -> AsyncGenerator[RunningCentre]:
    """Serve kiosks; `shared`: other centre processes listen at the same address. Raises KeysError, OSError."""
    check_font()
    pki = data / "pki"
    async with AsyncExitStack() as stack:
        keys = load_keys(pki, int(clock().timestamp()))
        authority = load_authority_certificate(data, "auth")
        status = CardStatus(neighbours.ocsp_url, authority, clock, settings.ocsp_timeout_s)
        stack.push_async_callback(status.close)
        tls = centre_tls(pki)
        lines = [IssuingServerLine(url, tls, settings.municipality_timeout_s) for url in neighbours.issuing_servers]
        towns = Towns(lines, frozenset(keys.municipalities), settings.issuing_state_kept_s)
        stack.push_async_callback(towns.close)
        engine, held, processes = _stores(data, settings, clock, stack)
        centre = Centre(
            settings=settings,
            clock=clock,
            engine=engine,
            held=held,
            processes=processes,
            secret=load_session_secret(pki) if is_shared(engine) else token_bytes(SECRET_BYTES),
            keys=keys,
            card_authority=authority,
            card_status=status,
            towns=towns,
        )
        centre.recover()
        app = CentreApp(centre)
        server_tls = mutual_tls(pki / "server.pem", pki / "server.key", pki / "tls-ca.pem")
        admitting = Admission(app, RevokedCertificates(pki))
        listener = Listener(admitting, settings.host, settings.port, server_tls, shared=shared)
        stack.push_async_callback(listener.stop)
        await listener.start()
        yield RunningCentre(f"https://{settings.host}:{listener.port}", centre, app)


def _stores(data: Path, settings: Settings, clock: Clock, stack: AsyncExitStack) -> tuple[Engine, Engine, Processes]:
    """Open the records and what is held, and take a place among the centre's processes."""
    engine = open_records(settings.database or data / "centre.sqlite")
    stack.callback(engine.dispose)
    held = open_held(engine)
    stack.callback(held.dispose)
    processes = Processes(held, clock)
    processes.beat()
    stack.callback(processes.leave)
    return engine, held, processes


async def keep_house(served: RunningCentre, stopping: asyncio.Event) -> None:
    """Beat every second and sweep every few until it is time to stop."""
    beats = 0
    while True:
        try:
            async with asyncio.timeout(BEAT_S):
                await stopping.wait()
            return  # noqa: TRY300 - the event came; a time-out means another round
        except TimeoutError:
            beats += 1
            served.centre.processes.beat()
            if beats % SWEEP_EVERY_BEATS == 0:
                served.centre.sweep()
                served.app.drop_held()
            if beats % PURGE_EVERY_BEATS == 0:
                served.app.purge()
