"""Whole kiosks for the tests, with short limits; afterwards none of their processes may be left.

The kiosk and all around it are those of the bench (`sim_hw.world`). Not responsible for the visit's words
(`hil_tests.visit`, `steps.py`).
"""

from __future__ import annotations

import copy
from contextlib import AbstractAsyncContextManager, AsyncExitStack, asynccontextmanager
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import pytest

from hil_tests.environments import CONFIG
from sim_hw.bench import SimBench
from sim_hw.pins import coin_acceptor
from sim_hw.world import Options, World
from tests.kiosk import ledger, processes

if TYPE_CHECKING:
    from collections.abc import AsyncGenerator, Callable
    from pathlib import Path

    OpenBench = Callable[..., AbstractAsyncContextManager[SimBench]]

YEN_PER_PULSE = 50
SHORTER: dict[str, dict[str, Any]] = {
    "limits": {"prompt_s": 0.7, "remind_s": 1.0, "alarm_s": 1.0, "last_page_s": 2.0},
    "coin_acceptor": {
        "yen_per_pulse": YEN_PER_PULSE,
        "coins_yen": [50, 100, 500],
        "pulse_min_ms": 3,
        "pulse_max_ms": 240,
    },
    "camera": {"pre_roll_s": 1.0, "post_roll_s": 1.0},
    "hub": {"request_timeout_s": 5.0, "issue_timeout_s": 15.0},
}


@pytest.fixture(scope="session")
def anyio_backend() -> str:
    return "asyncio"


@pytest.fixture(scope="module", autouse=True)
def coins_with_few_pulses():
    """Let a coin take a fifth of its time: the wiring allows any value of a pulse. For these files only."""
    patch = pytest.MonkeyPatch()
    patch.setattr(coin_acceptor, "YEN_PER_PULSE", YEN_PER_PULSE)
    yield
    patch.undo()


@pytest.fixture(scope="session")
def hub_data(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """One hub data directory for all tests of this process: its keys take seconds to make."""
    return tmp_path_factory.mktemp("hub") / "data"


@asynccontextmanager
async def opened(
    folder: Path,
    hub_data: Path,
    config: dict[str, dict[str, Any]] | None = None,
    world: type[World] = World,
    **options: Any,
) -> AsyncGenerator[SimBench]:
    """Give a kiosk in `folder` whose kiosk.toml has `config` added; it may not be in service yet."""
    sections = copy.deepcopy(CONFIG)
    for more in (SHORTER, config or {}):
        for name, values in more.items():
            sections.setdefault(name, {}).update(values)
    there = world(folder, Options(**{"config": sections, "hub_data": hub_data, "mm_per_s": 600.0, **options}))
    async with there:
        yield SimBench(there)
    assert processes.of_folders(folder, there.run) == []


@pytest.fixture
def open_bench(tmp_path: Path, hub_data: Path) -> OpenBench:
    """Give `open_bench(config, **options)`: a kiosk of the test's own."""

    def open_own(config: dict[str, dict[str, Any]] | None = None, **more: Any) -> AbstractAsyncContextManager[SimBench]:
        return opened(tmp_path / "world", hub_data, config, **more)

    return open_own


@dataclass
class Shared:
    """A kiosk that the tests of a file use one after the other; a new one after a test that failed."""

    folder: Path
    hub_data: Path
    bench: SimBench | None = None
    count: int = 0
    ends: AsyncExitStack = field(default_factory=AsyncExitStack)

    async def fresh(self) -> SimBench:
        """Give a kiosk in service whose books are in order."""
        if self.bench is not None and not await self._usable(self.bench):
            await self.close()
        if self.bench is None:
            self.count += 1
            self.bench = await self.ends.enter_async_context(opened(self.folder / str(self.count), self.hub_data))
            await self.bench.expect_idle()
        return self.bench

    async def close(self) -> None:
        """Take it away."""
        self.bench = None
        await self.ends.aclose()

    async def _usable(self, bench: SimBench) -> bool:
        try:
            await bench.expect_idle(timeout_s=0.1)
        except AssertionError:
            return False
        return not ledger.unfinished(bench)


@pytest.fixture(scope="module")
async def shared(tmp_path_factory: pytest.TempPathFactory, hub_data: Path) -> AsyncGenerator[Shared]:
    """Keep one kiosk for the tests of a file."""
    kept = Shared(tmp_path_factory.mktemp("shared"), hub_data)
    yield kept
    await kept.close()


@pytest.fixture
async def bench(shared: Shared) -> SimBench:
    """Give a kiosk in service, which other tests of the file have used before."""
    return await shared.fresh()
