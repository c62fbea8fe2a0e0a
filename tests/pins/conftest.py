"""Fixtures of the pin tests: a backend with wires to the pins, the vendor library on it, and the firmware's pins.

`pins_backend` is the only place that knows what the pins are; a rig with real wires replaces it.
"""

import asyncio
import os
import sys
import tempfile
from pathlib import Path

import pytest
from pins_backend_sim import STANDINS, SimBackend

sys.path.insert(0, str(STANDINS))
# The library reads it at import; each test puts its own socket there.
os.environ.setdefault("SIM_HW_PINS", str(Path(tempfile.gettempdir(), f"no-bench-{os.getpid()}")))


@pytest.fixture
def anyio_backend() -> str:
    return "asyncio"


@pytest.fixture
def pins_backend(tmp_path, monkeypatch):
    path = tmp_path / "pins.sock"
    monkeypatch.setenv("SIM_HW_PINS", str(path))
    backend = SimBackend(path)
    yield backend
    backend.close()


@pytest.fixture
def gpio(pins_backend):
    """The vendor library in BCM numbering, cleaned up afterwards."""
    from RPi import GPIO  # noqa: PLC0415 - the backend decides what it finds

    GPIO.setwarnings(False)
    GPIO.setmode(GPIO.BCM)
    yield GPIO
    GPIO.cleanup()


@pytest.fixture
async def pins(pins_backend):
    """The firmware's pins on a running loop."""
    from firmware.drivers.pins import Pins  # noqa: PLC0415 - as above

    pins = Pins()
    yield pins
    pins.close()


class Told:
    """Collects what a driver emits and waits for it."""

    def __init__(self) -> None:
        self.events = []
        self._more = asyncio.Event()

    def __call__(self, event) -> None:
        self.events.append(event)
        self._more.set()

    async def until(self, *expected, limit_s: float = 5.0) -> None:
        """Wait until exactly these events, in this order, were told."""
        async with asyncio.timeout(limit_s):
            while len(self.events) < len(expected):
                self._more.clear()
                await self._more.wait()
        assert self.events == list(expected)


@pytest.fixture
async def told():
    return Told()
