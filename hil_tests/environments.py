"""The simulated place where scenarios can run, and the hub that all scenarios share.

labgrid's names for the places are in `labgrid/*.yaml`, their drivers in `places.py`.
"""

from __future__ import annotations

from contextlib import asynccontextmanager, contextmanager
from typing import TYPE_CHECKING, Any

from anyio.from_thread import start_blocking_portal

from sim_hw.bench import SimBench
from sim_hw.hub import Hub
from sim_hw.world import Options, World

if TYPE_CHECKING:
    from collections.abc import AsyncGenerator, Generator
    from pathlib import Path

    from hil_tests.bench import Bench

# Short limits, so that a scenario about waiting does not wait for a minute.
CONFIG: dict[str, dict[str, Any]] = {
    "limits": {"last_page_s": 2.0, "prompt_s": 2.0, "remind_s": 2.0, "alarm_s": 2.0},
    "coin_acceptor": {"timeout_s": 1.0, "retry_s": 2.0},
    "hub": {"request_timeout_s": 4.0, "issue_timeout_s": 8.0},
}


@contextmanager
def serving_hub(data: Path) -> Generator[Path]:
    """Make a hub's data directory and serve it, for several worlds one after the other; gives the directory."""
    data.parent.mkdir(parents=True, exist_ok=True)
    hub = Hub(data, data.parent)
    with start_blocking_portal() as portal:
        try:
            portal.call(hub.start)
            yield data
        finally:
            portal.call(hub.stop)


@asynccontextmanager
async def sim(out: Path, hub_data: Path) -> AsyncGenerator[Bench]:
    """Offer simulated hardware, real firmware, broker and card service beside a hub that serves `hub_data`."""
    async with World(out, Options(hub_data=hub_data, shared_hub=True, mm_per_s=600.0, config=CONFIG)) as world:
        yield SimBench(world)
