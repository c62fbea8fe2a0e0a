"""A role while it runs: until which signal, and the file that tells others where it listens.

Not responsible for the role.
"""

import asyncio
import json
import os
import signal
from collections.abc import Generator, Mapping
from contextlib import contextmanager
from pathlib import Path

from hub import log


def stop_signal() -> asyncio.Event:
    """Return an event that SIGTERM or SIGINT sets."""
    stopping = asyncio.Event()
    loop = asyncio.get_running_loop()
    for number in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(number, stopping.set)
    return stopping


@contextmanager
def told(place: Path, urls: Mapping[str, str]) -> Generator[None]:
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
