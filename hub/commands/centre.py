"""`python -m hub centre` and `openapi`: the certificate centre alone, and its interface as the code describes it."""

import argparse
import asyncio
import json
import os
from collections.abc import Callable, Mapping
from pathlib import Path
from types import MappingProxyType

from hub import log
from hub.centre.app import openapi
from hub.centre.role import centre_role, keep_house
from hub.clock import utc_now
from hub.neighbours import neighbours_of
from hub.running import stop_signal, told
from hub.settings import Settings, SettingsError, with_port


def _centre(options: argparse.Namespace) -> int:
    settings = with_port(options.data, "port", options.port)
    if options.shared and not settings.database.startswith("postgresql"):
        raise SettingsError("several centre processes share a PostgreSQL database: set `database` in hub.toml")
    log.configure()
    asyncio.run(_serve(options.data, settings, shared=options.shared))
    return 0


async def _serve(data: Path, settings: Settings, *, shared: bool) -> None:
    """Serve until a signal; with `shared`, as one of several processes at one address."""
    stopping = stop_signal()
    name = f"centre-{os.getpid()}.json" if shared else "centre.json"
    async with centre_role(data, settings, neighbours_of(data, settings), utc_now, shared=shared) as served:
        with told(data / "run" / name, {"url": served.url}):
            await keep_house(served, stopping)
    log.event("stopped_serving")


def _openapi(_options: argparse.Namespace) -> int:
    print(json.dumps(openapi(), ensure_ascii=False, indent=1))
    return 0


COMMANDS: Mapping[str, Callable[[argparse.Namespace], int]] = MappingProxyType({"centre": _centre, "openapi": _openapi})
