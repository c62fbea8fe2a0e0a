"""Municipalities' issuing server as a role of the hub: reads its own keys and registers, listens while it is entered.

Not responsible for which roles run in one process (`hub/serve.py`).
"""

from collections.abc import AsyncGenerator, Sequence
from contextlib import AsyncExitStack, asynccontextmanager
from pathlib import Path

from hub.clock import Clock
from hub.municipality.app import IssuingServer, make_issuing_app
from hub.municipality.interface import Municipality
from hub.municipality.setup import open_all
from hub.settings import Settings
from hub.web.server import Listener, mutual_tls


async def open_municipalities(data: Path, settings: Settings) -> Sequence[Municipality]:
    """Open all that have registers in DIR, as the settings say."""
    hours = (settings.municipality_opens, settings.municipality_closes)
    shared = settings.issuing_shared_workers
    return await open_all(data, always_open=settings.always_open, hours=hours, shared_by_all=shared)


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
