"""`python -m hub inquiry`: the inquiry site alone, for the centre that runs in DIR or at `centre_url`."""

import argparse
import asyncio
from collections.abc import Callable, Mapping
from pathlib import Path
from types import MappingProxyType

from hub import log
from hub.inquiry.role import inquiry_role
from hub.neighbours import centre_of
from hub.running import stop_signal, told
from hub.settings import Settings, with_port


def _inquiry(options: argparse.Namespace) -> int:
    settings = with_port(options.data, "inquiry_port", options.port)
    log.configure()
    asyncio.run(_serve(options.data, settings))
    return 0


async def _serve(data: Path, settings: Settings) -> None:
    stopping = stop_signal()
    async with inquiry_role(data, settings.host, settings.inquiry_port, centre_of(data, settings)) as url:
        with told(data / "run" / "inquiry.json", {"url": url}):
            await stopping.wait()
    log.event("stopped_serving")


COMMANDS: Mapping[str, Callable[[argparse.Namespace], int]] = MappingProxyType({"inquiry": _inquiry})
