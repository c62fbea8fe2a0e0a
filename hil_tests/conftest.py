"""Chooses where the scenarios run (`--env`) and gives each one a kiosk that is in service.

A skip is a failure here as everywhere (tests/conftest.py), but for one: the environment's file declares, with a reason,
that it lacks what the scenario needs (`features.py`).
"""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from hil_tests import report as reports
from hil_tests.environments import serving_hub
from hil_tests.features import FeatureMissing, GuardedBench
from tests.conftest import pytest_make_collect_report
from tests.conftest import pytest_runtest_makereport as judged

if TYPE_CHECKING:
    from collections.abc import AsyncGenerator, Generator

    from hil_tests.bench import Bench
    from hil_tests.places import Place

__all__ = ["pytest_make_collect_report"]
FILES = Path(__file__).with_name("labgrid")
REPORT = pytest.StashKey[reports.Report]()


def pytest_addoption(parser: pytest.Parser) -> None:
    """Add `--env` and `--report`."""
    names = sorted(file.stem for file in FILES.glob("*.yaml"))
    parser.addoption("--env", default="sim", choices=names, help="where the scenarios run (default: sim)")
    parser.addoption("--report", type=Path, metavar="DIR", help="write a report with pictures to DIR")


def pytest_configure(config: pytest.Config) -> None:
    """Name the marker that ties a scenario to rows of the domain."""
    config.addinivalue_line("markers", "requirement(row): what of the service's rules this scenario shows")
    if folder := config.getoption("--report", None):
        config.stash[REPORT] = reports.Report(folder, config.getoption("--env"))


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Give each scenario its rows as properties of the JUnit report; one without a known row is an error."""
    known = reports.rules()
    here = Path(__file__).parent
    for item in (each for each in items if each.path.parent == here):
        rows = {mark.args[0] for mark in item.iter_markers("requirement")}
        if not rows or not rows <= set(known):
            raise pytest.UsageError(f"{item.nodeid}: rows {sorted(rows)}; name some of {reports.RULES_FILE.name}")
        item.user_properties += [("requirement", known[row]["id"]) for row in sorted(rows)]


@pytest.hookimpl(wrapper=True, tryfirst=True)
def pytest_runtest_makereport(
    item: pytest.Item, call: pytest.CallInfo[None]
) -> Generator[None, pytest.TestReport, pytest.TestReport]:
    """Skip what the environment declares it lacks; every other skip is a failure. Note it for the report."""
    lacking = call.excinfo is not None and isinstance(call.excinfo.value, FeatureMissing)
    if lacking:
        found = yield
        assert call.excinfo is not None
        found.outcome = "skipped"
        found.longrepr = (str(item.path), 0, str(call.excinfo.value))
    else:
        found = yield from judged()
    if REPORT in item.config.stash:
        item.config.stash[REPORT].note(item, found)
    return found


def pytest_terminal_summary(terminalreporter: Any, config: pytest.Config) -> None:
    """Write the report."""
    if REPORT in config.stash:
        terminalreporter.write_line(f"report: {config.stash[REPORT].write()}")


@pytest.fixture
def anyio_backend() -> str:
    """Scenarios run on asyncio."""
    return "asyncio"


@pytest.fixture(scope="session")
def hub_data(tmp_path_factory: pytest.TempPathFactory) -> Generator[Path]:
    """One hub that serves all scenarios of this process: its keys and its start take seconds."""
    with serving_hub(tmp_path_factory.mktemp("hub") / "data") as data:
        yield data


@pytest.fixture(scope="session")
def place(pytestconfig: pytest.Config) -> Place:
    """Bring the environment up; if that fails, every scenario fails with its words, and none is skipped."""
    from hil_tests.places import open_place  # noqa: PLC0415 - labgrid takes most of a second to import

    return open_place(pytestconfig.getoption("--env"))


@pytest.fixture
async def bench(
    request: pytest.FixtureRequest, tmp_path: Path, hub_data: Path, place: Place
) -> AsyncGenerator[Bench | GuardedBench]:
    """Give a kiosk in service."""
    async with place.kiosk.bench(tmp_path, hub_data) as bench:
        await bench.expect_idle()
        yield GuardedBench(bench, place.features) if place.features.missing else bench
        if REPORT in request.config.stash:
            world = getattr(bench, "world", None)
            frame = world.camera.jpeg() if world else b""
            request.config.stash[REPORT].take_pictures(request.node.nodeid, tmp_path, frame)
