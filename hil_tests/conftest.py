"""Chooses where the scenarios run (`--env`) and gives each one a kiosk that is in service.

A skip is a failure here as everywhere (tests/conftest.py).
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from hil_tests import environments
from hil_tests.environments import serving_hub
from tests.conftest import pytest_make_collect_report, pytest_runtest_makereport

if TYPE_CHECKING:
    from collections.abc import AsyncGenerator, Generator
    from pathlib import Path

    from hil_tests.bench import Bench

__all__ = ["pytest_make_collect_report", "pytest_runtest_makereport"]


def pytest_addoption(parser: pytest.Parser) -> None:
    """Add `--env`."""
    parser.addoption(
        "--env", default="sim", choices=sorted(environments.ENVIRONMENTS), help="where the scenarios run (default: sim)"
    )


def pytest_configure(config: pytest.Config) -> None:
    """Name the marker that ties a scenario to rows of the domain."""
    config.addinivalue_line("markers", "requirement(row): what of the service's rules this scenario shows")


@pytest.fixture
def anyio_backend() -> str:
    """Scenarios run on asyncio."""
    return "asyncio"


@pytest.fixture(scope="session")
def hub_data(tmp_path_factory: pytest.TempPathFactory) -> Generator[Path]:
    """One hub that serves all scenarios of this process: its keys and its start take seconds."""
    with serving_hub(tmp_path_factory.mktemp("hub") / "data") as data:
        yield data


@pytest.fixture
async def bench(request: pytest.FixtureRequest, tmp_path: Path, hub_data: Path) -> AsyncGenerator[Bench]:
    """Give a kiosk in service."""
    environment = environments.ENVIRONMENTS[request.config.getoption("--env")]
    async with environment(tmp_path, hub_data) as bench:
        await bench.expect_idle()
        yield bench
