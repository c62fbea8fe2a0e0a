"""All roles in one process, until SIGTERM or SIGINT. They still meet over HTTP, as they do alone.

Not responsible for what a role does (`role.py` of each).
"""

from collections.abc import AsyncGenerator, Awaitable, Callable, Sequence
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass
from pathlib import Path

from hub import log
from hub.centre.app import CentreApp
from hub.centre.centre import Centre
from hub.centre.role import RunningCentre, centre_role, keep_house
from hub.clock import Clock, utc_now
from hub.inquiry.role import inquiry_role
from hub.jpki.role import jpki_role
from hub.municipality.interface import Municipality
from hub.municipality.role import issuing_role
from hub.neighbours import Neighbours
from hub.running import stop_signal, told
from hub.settings import Settings

OpenMunicipalities = Callable[[Path, Settings], Awaitable[Sequence[Municipality]]]


@dataclass(frozen=True, slots=True)
class RunningHub:
    """A hub that accepts connections."""

    url: str
    ocsp_url: str
    issuing_url: str
    inquiry_url: str
    centre: Centre
    app: CentreApp


@asynccontextmanager
async def running(
    data: Path, settings: Settings, open_municipalities: OpenMunicipalities, clock: Clock = utc_now
) -> AsyncGenerator[RunningHub]:
    """Start everything, and end it in the opposite order; raises KeysError, OSError (port in use)."""
    async with AsyncExitStack() as stack:
        ocsp_url = await stack.enter_async_context(jpki_role(data, settings, clock))
        municipalities = await open_municipalities(data, settings)
        issuing_url = await stack.enter_async_context(issuing_role(data, settings, municipalities, clock))
        neighbours = Neighbours(f"{ocsp_url}/", [issuing_url])
        served = await stack.enter_async_context(centre_role(data, settings, neighbours, clock))
        port = settings.inquiry_port if settings.port else 0
        inquiry_url = await stack.enter_async_context(inquiry_role(data, settings.host, port, served.url))
        yield RunningHub(served.url, ocsp_url, issuing_url, inquiry_url, served.centre, served.app)


async def serve(data: Path, settings: Settings, open_municipalities: OpenMunicipalities) -> None:
    """Serve all roles until a signal; `DIR/run/hub.json` is there while connections are accepted."""
    stopping = stop_signal()
    async with running(data, settings, open_municipalities) as hub:
        urls = {"url": hub.url, "ocsp_url": hub.ocsp_url, "inquiry_url": hub.inquiry_url}
        with told(data / "run" / "hub.json", urls):
            await keep_house(RunningCentre(hub.url, hub.centre, hub.app), stopping)
    log.event("stopped_serving")
