"""What the pin tests hold in their hands: wires to the pins, and the things that hang on them.

`Backend` is what a rig with real wires would offer, too; `SimBackend` is the simulated board in a thread of its own,
because the vendor library blocks while it waits for the board.
"""

from __future__ import annotations

import asyncio
import threading
import time
from pathlib import Path
from typing import TYPE_CHECKING, Any, Protocol

from sim_hw.pins.buzzer import SimBuzzer, Tone
from sim_hw.pins.camera import SimCamera
from sim_hw.pins.coin_acceptor import SimCoinAcceptor
from sim_hw.pins.light import SimLight
from sim_hw.pins.server import PinServer
from sim_hw.pins.tray import SimTray

if TYPE_CHECKING:
    from collections.abc import Callable, Coroutine


STANDINS = Path(__file__).parents[2] / "sim_hw" / "standins"


class Backend(Protocol):
    """Wires to the pins, by BCM number."""

    def drive(self, pin: int, level: int) -> None:
        """Put a level on an input of the firmware."""

    def output(self, pin: int) -> int:
        """Return the level that the firmware gives a pin."""

    def tones(self) -> list[Tone]:
        """Return what the buzzer pin did since the last call."""

    async def do(self, action: Coroutine[Any, Any, Any]) -> Any:
        """Let a device on the board do something, and return what it returns."""


class SimBackend:
    """The simulated board with its devices, listening at `path`."""

    def __init__(self, path: Path) -> None:
        self.events: list[dict[str, Any]] = []
        self._loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=self._loop.run_forever, name="bench")
        self._thread.start()
        self.pins = PinServer(path, self.events.append)
        self.run(self.pins.start())
        self._seen_tones = 0
        self.tray: SimTray
        self.buzzer: SimBuzzer
        self.light: SimLight
        self.coins: SimCoinAcceptor
        self.camera: SimCamera
        self.run(self._wire())

    async def _wire(self) -> None:
        self.tray = SimTray(self.pins, self.events.append)
        self.buzzer = SimBuzzer(self.pins, self.events.append)
        self.light = SimLight(self.pins, self.events.append)
        self.coins = SimCoinAcceptor(self.pins, self.events.append)
        self.camera = SimCamera(self.pins, self.events.append)

    def run(self, action: Coroutine[Any, Any, Any]) -> Any:
        return asyncio.run_coroutine_threadsafe(action, self._loop).result(20)

    async def do(self, action: Coroutine[Any, Any, Any]) -> Any:
        return await asyncio.wrap_future(asyncio.run_coroutine_threadsafe(action, self._loop))

    def drive(self, pin: int, level: int) -> None:
        self.pins.drive(pin, level)

    def output(self, pin: int) -> int:
        return self.pins.output(pin)

    def tones(self) -> list[Tone]:
        new = self.buzzer.waveform[self._seen_tones :]
        self._seen_tones += len(new)
        return new

    def close(self) -> None:
        self.coins.close()
        self.run(self.pins.close())
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join()
        self._loop.close()


def until(condition: Callable[[], bool], limit_s: float = 5.0) -> None:
    """Wait for what another thread is about to do; fails by its limit."""
    give_up = time.monotonic() + limit_s
    while not condition():
        assert time.monotonic() < give_up, "did not happen in time"
        time.sleep(0.001)


async def until_async(condition: Callable[[], bool], limit_s: float = 5.0) -> None:
    """Wait on the loop for what another thread is about to do; fails by its limit."""
    give_up = time.monotonic() + limit_s
    while not condition():
        assert time.monotonic() < give_up, "did not happen in time"
        await asyncio.sleep(0.001)
