"""`python -m hub serve`: all roles in one process. Not responsible for what they do (`hub/serve.py`)."""

import argparse
import asyncio
from collections.abc import Callable, Mapping
from dataclasses import replace
from types import MappingProxyType

from hub import log
from hub.municipality.role import open_municipalities
from hub.serve import serve
from hub.settings import load


def _serve(options: argparse.Namespace) -> int:
    settings = load(options.data / "hub.toml")
    given = {"port": options.port, "ocsp_port": options.ocsp_port}
    settings = replace(settings, **{name: value for name, value in given.items() if value is not None})
    log.configure()
    asyncio.run(serve(options.data, settings, open_municipalities))
    return 0


COMMANDS: Mapping[str, Callable[[argparse.Namespace], int]] = MappingProxyType({"serve": _serve})
