"""One data directory and one running hub a test run, because keys and start take time; emptied before each test."""

import shutil

import pytest
from card_holder import Holder
from fake_municipality import seed
from hub_bench import SETTINGS, hub_bench

from hub.clock import utc_now
from hub.setup.data_directory import Plan, initialise
from tests.load.postgresql import postgresql


@pytest.fixture(scope="session")
def anyio_backend():
    return "asyncio"


@pytest.fixture(scope="session")
def postgresql_server():
    with postgresql() as server:
        yield server


@pytest.fixture(scope="session")
def made_data(tmp_path_factory):
    data = tmp_path_factory.mktemp("hub") / "data"
    holders = [Holder("hanako"), Holder("revoked"), Holder("expired")]
    initialise(Plan(data, ["kiosk-0001", "kiosk-0002"], SETTINGS, holders, seed), utc_now, lambda _: None)
    return data


@pytest.fixture
def data(made_data, tmp_path):
    copy = tmp_path / "data"
    shutil.copytree(made_data, copy)
    return copy


@pytest.fixture(scope="session")
async def shared_bench(made_data, tmp_path_factory, anyio_backend):
    copy = tmp_path_factory.mktemp("shared") / "data"
    shutil.copytree(made_data, copy)
    async with hub_bench(copy) as running:
        yield running


@pytest.fixture
def bench(shared_bench):
    """One hub for many tests, emptied before each; a test that needs a hub of its own uses `hub_bench(data)`."""
    shared_bench.empty()
    return shared_bench
