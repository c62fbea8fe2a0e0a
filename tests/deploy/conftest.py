"""A kiosk under a real service manager: the board's pins on this side, the booted system on the other."""

from __future__ import annotations

import asyncio
import shutil
import tempfile
import threading
from datetime import UTC, datetime
from pathlib import Path

import pyrage
import pytest

from hub.files import write_new
from hub.setup.tls import TlsAuthority
from sim_hw.machine import Wiring, write_config
from sim_hw.pins.server import PinServer
from sim_hw.pins.tray import SimTray
from tests.deploy.container import Container


class Board:
    """The simulated pins, on a loop and thread of their own; the tray can be filled from the test."""

    def __init__(self, folder: Path) -> None:
        self._loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=self._loop.run_forever, name="board")
        self._thread.start()
        self.pins = PinServer(folder / "pins.sock", lambda _event: None)
        self.run(self.pins.start())
        (folder / "pins.sock").chmod(0o666)
        self.tray = SimTray(self.pins, lambda _event: None)

    def run(self, work):
        return asyncio.run_coroutine_threadsafe(work, self._loop).result(30)

    def close(self) -> None:
        self.run(self.pins.close())
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join()
        self._loop.close()


@pytest.fixture(scope="module")
def short_folder():
    """Unix sockets need short paths."""
    folder = Path(tempfile.mkdtemp(prefix="kiosk-"))
    folder.chmod(0o755)
    yield folder
    shutil.rmtree(folder)


@pytest.fixture(scope="module")
def board(short_folder):
    bench = short_folder / "bench"
    bench.mkdir()
    board = Board(bench)
    yield board
    board.close()


@pytest.fixture(scope="module")
def settings(short_folder):
    """What stands in /etc/kiosk: keys of an authority of its own, and no hub or broker that would answer."""
    data = short_folder / "hub"
    folder = data / "kiosks" / "kiosk-0001"
    write_new(data / "pki" / "root.pub.pem", b"no list of keys is ever asked for here\n")
    TlsAuthority(data / "pki", datetime.now(UTC), lambda _line: None).kiosk(
        folder, "kiosk-0001", data / "pki" / "root.pub.pem"
    )
    etc = short_folder / "etc"
    etc.mkdir()
    wiring = Wiring(9, 9, 9, 8080, 576, str(pyrage.x25519.Identity.generate().to_public()), "A" * 43)
    more = {"clerk": {"sandbox": "available"}, "kiosk": {"state_dir": "/var/lib/kiosk"}}
    write_config(etc / "kiosk.toml", data, wiring, more)
    text = (etc / "kiosk.toml").read_text(encoding="utf-8").replace(str(folder), "/etc/kiosk/pki")
    (etc / "kiosk.toml").write_text(text, encoding="utf-8")
    shutil.copytree(folder, etc / "pki")
    return etc


@pytest.fixture(scope="module")
def system(short_folder, board, settings):
    """A booted system in which the kiosk's unit has not been started yet."""
    container = Container(short_folder / "system", short_folder / "bench", settings)
    try:
        container.start()
        yield container
    finally:
        container.stop()
