"""`python -m hub serve|centre|municipality|jpki|inquiry`: the roles together or one alone, until SIGTERM or SIGINT.

Together they still meet over HTTP, as they do alone. Not responsible for what a role does (`roles.py`).
"""

import asyncio
import json
import os
import resource
import signal
from collections.abc import AsyncGenerator, Awaitable, Callable, Generator, Mapping, Sequence
from contextlib import AsyncExitStack, asynccontextmanager, contextmanager
from dataclasses import dataclass
from pathlib import Path

from hub import log
from hub.centre.app import CentreApp
from hub.centre.centre import Centre
from hub.clock import Clock, utc_now
from hub.inquiry.role import inquiry_role
from hub.municipality.interface import Municipality
from hub.roles import Neighbours, RunningCentre, centre_of, centre_role, issuing_role, jpki_role, neighbours_of
from hub.settings import Settings

BEAT_S = 1.0
SWEEP_EVERY_BEATS = 5
PURGE_EVERY_BEATS = 3600

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
    stopping = _stopping()
    async with running(data, settings, open_municipalities) as hub:
        urls = {"url": hub.url, "ocsp_url": hub.ocsp_url, "inquiry_url": hub.inquiry_url}
        with _told(data / "run" / "hub.json", urls):
            await _keep_house(RunningCentre(hub.url, hub.centre, hub.app), stopping)
    log.event("stopped_serving")


async def serve_centre(data: Path, settings: Settings, *, shared: bool) -> None:
    """Serve the centre alone; with `shared`, one of several processes at one address."""
    stopping = _stopping()
    name = f"centre-{os.getpid()}.json" if shared else "centre.json"
    async with centre_role(data, settings, neighbours_of(data, settings), utc_now, shared=shared) as served:
        with _told(data / "run" / name, {"url": served.url}):
            await _keep_house(served, stopping)
    log.event("stopped_serving")


async def serve_municipality(data: Path, settings: Settings, open_municipalities: OpenMunicipalities) -> None:
    """Serve the issuing server of all municipalities that have registers in DIR."""
    stopping = _stopping()
    most = resource.getrlimit(resource.RLIMIT_NOFILE)[1]
    resource.setrlimit(resource.RLIMIT_NOFILE, (most, most))  # three files for each register
    municipalities = await open_municipalities(data, settings)
    async with issuing_role(data, settings, municipalities, utc_now) as url:
        with _told(data / "run" / "municipality.json", {"url": url}):
            await stopping.wait()
    log.event("stopped_serving")


async def serve_jpki(data: Path, settings: Settings) -> None:
    """Serve the JPKI centre alone."""
    stopping = _stopping()
    async with jpki_role(data, settings, utc_now) as url:
        with _told(data / "run" / "jpki.json", {"url": url}):
            await stopping.wait()
    log.event("stopped_serving")


async def serve_inquiry(data: Path, settings: Settings) -> None:
    """Serve the inquiry site alone, for the centre that runs in DIR or at `centre_url`."""
    stopping = _stopping()
    centre_url = centre_of(data, settings)
    async with inquiry_role(data, settings.host, settings.inquiry_port, centre_url) as url:
        with _told(data / "run" / "inquiry.json", {"url": url}):
            await stopping.wait()
    log.event("stopped_serving")


def _stopping() -> asyncio.Event:
    """Return an event that a signal sets."""
    stopping = asyncio.Event()
    loop = asyncio.get_running_loop()
    for number in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(number, stopping.set)
    return stopping


async def _keep_house(served: RunningCentre, stopping: asyncio.Event) -> None:
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


@contextmanager
def _told(place: Path, urls: Mapping[str, str]) -> Generator[None]:
    """Write the URLs to a file while they are served."""
    place.parent.mkdir(exist_ok=True)
    beside = place.with_suffix(".part")
    beside.write_text(json.dumps({**urls, "pid": os.getpid()}) + "\n")
    beside.rename(place)
    log.event("serving", **urls)
    try:
        yield
        log.event("stopping")
    finally:
        place.unlink(missing_ok=True)
