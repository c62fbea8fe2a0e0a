"""The real firmware beats on its pin; it is killed with a paper in the tray, and the guard's own buzzer sounds.

Firmware, stand-in pins and the guard's program on real MicroPython; the wires between them are the test's.
"""

import asyncio
import shutil
import time
from datetime import UTC, datetime
from pathlib import Path

import pyrage
import pytest

from firmware import guard as guard_package
from hub.files import write_new
from hub.setup.tls import TlsAuthority
from sim_hw.free_port import free_port
from sim_hw.machine import Machine, Wiring, write_config
from sim_hw.pins.server import PinServer
from sim_hw.pins.tray import SimTray
from tests.micropython.board import Board

pytestmark = [pytest.mark.anyio, pytest.mark.timeout(60)]
GUARD = Path(guard_package.__file__).parent
BEAT_PIN = 5
ALARM_S = 2.0


@pytest.fixture
def anyio_backend():
    return "asyncio"


@pytest.fixture
def guard(tmp_path):
    board = Board(tmp_path, "run_guard.py", GUARD)
    yield board
    board.close()
    assert board.log() == ""


def write_settings(folder):
    """A kiosk with a guard, and with no hub, broker or printer that would answer."""
    data = folder / "hub"
    root = data / "pki" / "root.pub.pem"
    write_new(root, b"no list of keys is ever asked for here\n")
    TlsAuthority(data / "pki", datetime.now(UTC), lambda _line: None).kiosk(
        data / "kiosks" / "kiosk-0001", "kiosk-0001", root
    )
    recipient = str(pyrage.x25519.Identity.generate().to_public())
    wiring = Wiring(9, 9, 9, free_port(), 576, recipient, "A" * 43)
    more = {"guard": {"heartbeat_pin": BEAT_PIN}, "clerk": {"sandbox": "available"}}
    write_config(folder / "kiosk.toml", data, wiring, more)
    return folder / "kiosk.toml"


@pytest.fixture
async def pins(tmp_path, guard):
    pins = PinServer(tmp_path / "pins.sock", lambda _event: None)
    await pins.start()
    pins.watch_output(BEAT_PIN, lambda level, _at_s: guard.drive("beat", level))
    yield pins
    await pins.close()


@pytest.fixture
async def machine(tmp_path, pins):
    machine = Machine(write_settings(tmp_path), tmp_path / "pins.sock", tmp_path / "no-card", tmp_path / "firmware.log")
    await machine.start()
    yield machine
    await machine.kill()
    shutil.rmtree(tmp_path / "hub")


async def test_a_killed_kiosk_with_a_paper_in_the_tray_is_alarmed_by_the_guard(pins, machine, guard):
    await asyncio.to_thread(guard.expect, "light", 1)  # no kiosk yet
    await asyncio.to_thread(guard.expect, "light", 0, 30.0)  # it beats
    await SimTray(pins, lambda _event: None).put_paper()
    guard.drive("paper", 1)  # the same line, felt by both
    await asyncio.sleep(1.5)
    assert not guard.level("buzzer")  # the kiosk lives: the paper is its business

    killed_s = time.monotonic()
    await machine.kill()
    await asyncio.to_thread(guard.expect, "buzzer", 2700)
    assert time.monotonic() - killed_s <= ALARM_S

    guard.drive("paper", 0)
    await asyncio.to_thread(guard.expect, "buzzer", 0)
