"""Fixtures of the card tests: citizens, a simulated reader under real pcscd, and the firmware's driver on it.

libpcsclite reads PCSCLITE_CSOCK_NAME once per process. So each test process has one folder for all its sessions, and
the variable names the symbolic link in it, which every session points at its own pcscd.
"""

import os
import shutil
import tempfile
from collections.abc import AsyncIterator, Iterator
from pathlib import Path

import pytest
from card_test_pki import make_citizen
from card_watched import Watched

from firmware.drivers.card_reader import CardReader
from sim_hw.card.session import CardSession

FOLDER = Path(tempfile.gettempdir(), f"card-tests-{os.getpid()}")
os.environ["PCSCLITE_CSOCK_NAME"] = str(FOLDER / "pcscd.comm")


@pytest.fixture
def anyio_backend() -> str:
    return "asyncio"


@pytest.fixture(scope="session", autouse=True)
def _folder_of_this_process() -> Iterator[None]:
    yield
    shutil.rmtree(FOLDER, ignore_errors=True)  # a run without a session made none


@pytest.fixture(scope="session")
def citizens(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("citizens")
    for name in ("hanako", "taro"):
        make_citizen(folder / name, name)
    return folder


@pytest.fixture
def hanako(citizens: Path) -> Path:
    return citizens / "hanako"


@pytest.fixture
def taro(citizens: Path) -> Path:
    return citizens / "taro"


@pytest.fixture
async def bench() -> AsyncIterator[CardSession]:
    async with CardSession(FOLDER) as session:
        yield session


@pytest.fixture
async def watch(bench: CardSession) -> AsyncIterator[Watched]:
    watched = Watched()
    watched.watcher.start()
    yield watched
    await watched.watcher.close()


@pytest.fixture
def reader(bench: CardSession) -> CardReader:
    return CardReader(apdu_timeout_s=3.0)
