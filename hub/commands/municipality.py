"""`python -m hub municipality`: the issuing server of all municipalities that have registers in DIR, alone."""

import argparse
import asyncio
import resource
from collections.abc import Callable, Mapping
from pathlib import Path
from types import MappingProxyType

from hub import log
from hub.clock import utc_now
from hub.municipality.role import issuing_role, open_municipalities
from hub.running import stop_signal, told
from hub.settings import Settings, with_port


def _municipality(options: argparse.Namespace) -> int:
    settings = with_port(options.data, "issuing_port", options.port)
    log.configure()
    asyncio.run(_serve(options.data, settings))
    return 0


async def _serve(data: Path, settings: Settings) -> None:
    stopping = stop_signal()
    most = resource.getrlimit(resource.RLIMIT_NOFILE)[1]
    resource.setrlimit(resource.RLIMIT_NOFILE, (most, most))  # three files for each register
    municipalities = await open_municipalities(data, settings)
    async with issuing_role(data, settings, municipalities, utc_now) as url:
        with told(data / "run" / "municipality.json", {"url": url}):
            await stopping.wait()
    log.event("stopped_serving")


COMMANDS: Mapping[str, Callable[[argparse.Namespace], int]] = MappingProxyType({"municipality": _municipality})
