"""The kiosk's own drivers, asked one by one from OpenHTF's thread; nothing else of the firmware runs meanwhile.

Each call runs on an event loop of its own and lets its device go. Not responsible for limits (`phases.py`).
"""

from __future__ import annotations

import asyncio
import subprocess
import sys
import time
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

from firmware.devices import (
    BuzzerPattern,
    CardInserted,
    CardRemoved,
    CoinInserted,
    DeviceEvent,
    EscrowChanged,
    PaperPresented,
    PaperTaken,
    PrinterStatus,
)
from firmware.drivers.buzzer import PwmBuzzer
from firmware.drivers.card_reader import CardWatcher
from firmware.drivers.coin_acceptor import PulseCoinAcceptor
from firmware.drivers.pins import Pins
from firmware.drivers.printer.job import EscposJob
from firmware.drivers.tray_sensor import PinTraySensor

if TYPE_CHECKING:
    from collections.abc import Callable, Generator
    from pathlib import Path

    from firmware.config import Config

SEEN_S = 20.0
COIN_S = 10.0
HEARD_S = 1.0
DOCTOR_S = 120.0


class NotSeen(Exception):
    """What should have been seen was not, within its time."""


class Watch:
    """Events of a device as they come."""

    def __init__(self) -> None:
        self._events: asyncio.Queue[DeviceEvent] = asyncio.Queue()

    def emit(self, event: DeviceEvent) -> None:
        """Take one; called on the loop."""
        self._events.put_nowait(event)

    async def until(self, wanted: Callable[[DeviceEvent], bool], what: str, limit_s: float = SEEN_S) -> DeviceEvent:
        """Wait for the first that is wanted; `NotSeen`."""
        try:
            async with asyncio.timeout(limit_s):
                while not wanted(event := await self._events.get()):
                    pass
        except TimeoutError:
            raise NotSeen(f"{what}: not seen within {limit_s:g} s") from None
        return event


class Devices:
    """The devices of `config`. `do` has things done by hand; it blocks, and is called off the loop."""

    def __init__(self, config: Config, path: Path) -> None:
        self.config = config
        self._path = path

    def doctor(self) -> dict[str, str]:
        """Return the line of each of the doctor's checks, by name."""
        command = [sys.executable, "-m", "firmware", "doctor", "--config", str(self._path)]
        said = subprocess.run(command, capture_output=True, text=True, check=False, timeout=DOCTOR_S).stdout
        return {line[5:23].strip(): line for line in said.splitlines()}

    def card(self, lay: Callable[[], None], take: Callable[[], None]) -> float:
        """See a card come and go; returns seconds from laid down to seen."""

        async def run() -> float:
            watch = Watch()
            watcher = CardWatcher(watch.emit, self.config.card_reader.name)
            watcher.start()
            try:
                await watch.until(lambda event: event == CardRemoved(), "an empty reader")
                await asyncio.to_thread(lay)
                began_s = time.monotonic()
                await watch.until(lambda event: event == CardInserted(), "the card")
                seen_s = time.monotonic() - began_s
                await asyncio.to_thread(take)
                await watch.until(lambda event: event == CardRemoved(), "the card's going")
                return seen_s
            finally:
                await watcher.close()

        return asyncio.run(run())

    def print_strip(self, bands: list[bytes], take: Callable[[], None]) -> tuple[float, float]:
        """Print; see the strip in the tray and taken. Returns seconds to the printer's word, and to the tray's."""

        async def run(tray: Watch) -> tuple[float, float]:
            await tray.until(lambda event: event == PaperTaken(), "an empty tray")
            job = EscposJob(self.config.printer)
            began_s = time.monotonic()
            try:
                await job.print_bands(bands, lambda _part: None)
                printed_s = time.monotonic() - began_s
                await tray.until(lambda event: event == PaperPresented(), "paper in the tray")
                fell_s = time.monotonic() - began_s
            finally:
                await job.close()
            await asyncio.to_thread(take)
            await tray.until(lambda event: event == PaperTaken(), "the tray empty again")
            return printed_s, fell_s

        async def with_tray() -> tuple[float, float]:
            watch = Watch()
            sensor = PinTraySensor(self.config.tray_sensor, Pins())
            sensor.start(watch.emit)
            try:
                return await run(watch)
            finally:
                sensor.close()

        return asyncio.run(with_tray())

    def printer(self) -> PrinterStatus:
        """Ask the printer for its state."""

        async def run() -> PrinterStatus:
            job = EscposJob(self.config.printer)
            try:
                return await job.preflight()
            finally:
                await job.close()

        return asyncio.run(run())

    def coins(self, put: Callable[[int], None]) -> tuple[list[int], float]:
        """Take one coin of each kind and give all back; returns what was counted, and seconds to an empty escrow."""

        async def run() -> tuple[list[int], float]:
            watch, counted = Watch(), list[int]()
            acceptor = PulseCoinAcceptor(self.config.coin_acceptor, Pins())
            acceptor.start(watch.emit)
            try:
                await watch.until(lambda event: event == EscrowChanged(occupied=False), "an empty escrow")
                acceptor.accept(True)
                for yen in self.config.coin_acceptor.coins_yen:
                    await asyncio.to_thread(put, yen)
                    counted.append(await _coin(watch, yen))
                acceptor.accept(False)
                began_s = time.monotonic()
                await acceptor.give_back()
                return counted, time.monotonic() - began_s
            finally:
                acceptor.close()

        return asyncio.run(run())

    def sound(self, hear: Callable[[], float]) -> float:
        """Sound the alarm, which beeps; returns the frequency that was heard, in hertz."""

        async def run() -> float:
            with _sounding(PwmBuzzer(self.config.buzzer, Pins())):
                await asyncio.sleep(HEARD_S)  # what is heard is the passing of time
                return await asyncio.to_thread(hear)

        return asyncio.run(run())


async def _coin(watch: Watch, yen: int) -> int:
    event: Any = await watch.until(lambda event: isinstance(event, CoinInserted), f"a coin of {yen} yen", COIN_S)
    return event.yen


@contextmanager
def _sounding(buzzer: PwmBuzzer) -> Generator[None]:
    buzzer.play(BuzzerPattern.ALARM)
    try:
        yield
    finally:
        buzzer.close()
