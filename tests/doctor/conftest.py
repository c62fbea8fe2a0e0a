"""A kiosk's surroundings without a kiosk, and `kiosk doctor` run in them as a process of its own.

One world serves all tests of a worker; each test puts right what it broke.
"""

from __future__ import annotations

import asyncio
import os
import sys
from dataclasses import dataclass
from typing import TYPE_CHECKING

import pytest

from sim_hw.bench import SimBench
from sim_hw.machine import REPOSITORY, STANDINS
from sim_hw.world import Options, World

if TYPE_CHECKING:
    from collections.abc import Coroutine, Iterator
    from pathlib import Path

LIMIT_S = 30.0
NAME_COLUMNS = slice(5, 23)


@dataclass(frozen=True)
class Report:
    """What the doctor said: its exit status, its lines by the name of the check, and its standard error."""

    status: int
    lines: dict[str, str]
    errors: str

    def marked(self, mark: str) -> list[str]:
        return [name for name, line in self.lines.items() if line.split()[0] == mark]


class Ward:
    """The world, and the doctor's visits to it."""

    def __init__(self, runner: asyncio.Runner, world: World) -> None:
        self._runner = runner
        self.world = world
        self.bench = SimBench(world)

    def run(self, work: Coroutine) -> object:
        return self._runner.run(work)

    def doctor(self, config: Path | None = None, *options: str, **environment: str) -> Report:
        return self._runner.run(self._visit(config or self.world.config, options, environment))

    async def _visit(self, config: Path, options: tuple[str, ...], environment: dict[str, str]) -> Report:
        path = os.pathsep.join([str(STANDINS), str(REPOSITORY)])
        process = await asyncio.create_subprocess_exec(
            *[sys.executable, "-m", "firmware", "doctor", "--config", str(config), *options],
            stdout=asyncio.subprocess.PIPE,
            stderr=asyncio.subprocess.PIPE,
            env={
                **os.environ,
                "PYTHONPATH": path,
                "SIM_HW_PINS": str(self.world.run / "pins.sock"),
                "PCSCLITE_CSOCK_NAME": str(self.world.card.csock),
                **environment,
            },
        )
        async with asyncio.timeout(LIMIT_S):
            told, errors = await process.communicate()
        lines = {line[NAME_COLUMNS].strip(): line for line in told.decode().splitlines()}
        return Report(process.returncode, lines, errors.decode())


@pytest.fixture(scope="session")
def ward(tmp_path_factory) -> Iterator[Ward]:
    with asyncio.Runner() as runner:
        world = World(tmp_path_factory.mktemp("ward"), Options(firmware=False))
        runner.run(world.__aenter__())
        try:
            yield Ward(runner, world)
        finally:
            runner.run(world.__aexit__(None, None, None))
