"""One data directory a test run (keys take time), a copy of it and a running hub for each test."""

import shutil
from dataclasses import dataclass

import pytest
from fake_municipality import seed
from hub_bench import SETTINGS, hub_bench

from hub.clock import utc_now
from hub.setup.data_directory import Plan, initialise


@dataclass(frozen=True)
class Holder:
    name: str
    label: str = "見本"
    auth_pin: str = "1234"
    sign_pin: str = "ABC123"


@pytest.fixture
def anyio_backend():
    return "asyncio"


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


@pytest.fixture
async def bench(data, anyio_backend):
    async with hub_bench(data) as running:
        yield running
