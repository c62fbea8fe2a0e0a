"""The hub's roles, each a context that listens while it is entered: JPKI centre, issuing server, certificate centre.

Each reads its own keys and databases only (`docs/reference/hub-protocol.md`, "Roles"); they meet over HTTP. Not
responsible for which of them run in one process (`serve.py`).
"""

import json
from collections.abc import AsyncGenerator, Sequence
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
from hub.jpki.app import make_jpki_app
from hub.jpki.register import Register
from hub.jpki.responder import Responder
from hub.jpki.store import load_authorities, load_authority_certificate, load_delegations
from hub.municipality.app import IssuingServer, make_issuing_app
from hub.municipality.interface import Municipality
from hub.settings import Settings, SettingsError
from hub.web.server import Listener, mutual_tls


@dataclass(frozen=True, slots=True)
class Neighbours:
    """Where a centre finds the others: the JPKI centre's URL and those of issuing servers."""

    ocsp_url: str
    issuing_servers: Sequence[str]


@dataclass(frozen=True, slots=True)
class RunningCentre:
    """A centre that accepts connections."""

    url: str
    centre: Centre
    app: CentreApp


@asynccontextmanager
async def jpki_role(data: Path, settings: Settings, clock: Clock) -> AsyncGenerator[str]:
    """Answer OCSP and revocation lists; yields the URL. Raises OSError (port in use)."""
    async with AsyncExitStack() as stack:
        register = Register(data / "jpki.sqlite")
        stack.callback(register.close)
        responder = Responder(load_delegations(data), register, clock)
        app = make_jpki_app(responder, load_authorities(data), register, clock)
        listener = Listener(app, settings.host, settings.ocsp_port)
        stack.push_async_callback(listener.stop)
        await listener.start()
        yield f"http://{settings.host}:{listener.port}"


@asynccontextmanager
async def issuing_role(
    data: Path, settings: Settings, municipalities: Sequence[Municipality], clock: Clock
) -> AsyncGenerator[str]:
    """Issue for these municipalities, which are closed at the end; yields the URL. Raises OSError (port in use)."""
    async with AsyncExitStack() as stack:
        for each in municipalities:
            stack.push_async_callback(each.close)
        server = IssuingServer(municipalities, clock, settings.issuing_at_once, settings.municipality_timeout_s)
        pki = data / "pki"
        tls = mutual_tls(pki / "issuing.pem", pki / "issuing.key", pki / "tls-ca.pem")
        listener = Listener(make_issuing_app(server), settings.host, settings.issuing_port, tls)
        stack.push_async_callback(listener.stop)
        await listener.start()
        yield f"https://{settings.host}:{listener.port}"


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
        listener = Listener(app, settings.host, settings.port, server_tls, shared=shared)
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


def neighbours_of(data: Path, settings: Settings) -> Neighbours:
    """Find the others: from the settings, else those that run in the same DIR; raises SettingsError."""
    ocsp_url = settings.ocsp_url or _running(data, "jpki", "ocsp_url")
    servers = settings.issuing_servers.split() or [_running(data, "municipality", "issuing_servers")]
    return Neighbours(f"{ocsp_url.rstrip('/')}/", servers)


def centre_of(data: Path, settings: Settings) -> str:
    """Find the centre for a role started alone; raises SettingsError."""
    return settings.centre_url or _running(data, "centre", "centre_url")


def _running(data: Path, role: str, option: str) -> str:
    place = data / "run" / f"{role}.json"
    try:
        return json.loads(place.read_text(encoding="utf-8"))["url"]
    except (OSError, ValueError, KeyError) as error:
        raise SettingsError(
            f"{place} is not there: start `python -m hub {role} --data {data}` first, or set `{option}` in hub.toml"
        ) from error
