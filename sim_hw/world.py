"""Everything around a kiosk, and the kiosk itself: hub, broker, subscriber, card reader, printer, pins, firmware.

    async with World(Path("out/sim")) as world:
        bench = SimBench(world)

Starts in the order in which one needs the other, and ends without leaving a process behind. Not responsible for the
verbs (`bench.py`) nor for what the parts do.
"""

from __future__ import annotations

import asyncio
import shutil
import tempfile
from contextlib import AsyncExitStack
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any, Self

import pyrage

from sim_hw.broker import SimBroker
from sim_hw.card.session import CardSession
from sim_hw.events import EventLog
from sim_hw.free_port import free_port
from sim_hw.hub import Hub
from sim_hw.hub_line import HubLine
from sim_hw.machine import Machine, Wiring, write_config
from sim_hw.office import make_key
from sim_hw.pins import waveform
from sim_hw.pins.buzzer import SimBuzzer
from sim_hw.pins.camera import SimCamera
from sim_hw.pins.coin_acceptor import SimCoinAcceptor
from sim_hw.pins.light import SimLight
from sim_hw.pins.server import PinServer
from sim_hw.pins.tray import SimTray
from sim_hw.printer import SimPrinter, Strip
from sim_hw.printer.traits import TRAITS
from sim_hw.subscriber import Subscriber
from sim_hw.touchscreen import Touchscreen

if TYPE_CHECKING:
    from types import TracebackType

FIRMWARE_START_S = 30.0


@dataclass(frozen=True, slots=True)
class Options:
    """How the world is set up. `hub_data` is made if it is not there; `config` adds to kiosk.toml, by section.

    A `shared_hub` serves `hub_data` before and after this world.
    """

    hub_data: Path | None = None
    shared_hub: bool = False
    screen_port: int = 0
    head_dots: int = 576
    printer_model: str = "generic-escpos"
    mm_per_s: float | None = 150.0
    config: dict[str, dict[str, Any]] = field(default_factory=dict[str, dict[str, Any]])
    firmware: bool = True


class World:
    """A simulated kiosk in its surroundings. `out` takes events.jsonl, mqtt.jsonl, strips and logs; it is emptied."""

    events: EventLog
    hub: Hub
    line: HubLine
    broker: SimBroker
    subscriber: Subscriber
    card: CardSession
    pins: PinServer
    tray: SimTray
    buzzer: SimBuzzer
    coins: SimCoinAcceptor
    light: SimLight
    camera: SimCamera
    printer: SimPrinter
    machine: Machine
    screen: Touchscreen

    def __init__(self, out: Path, options: Options | None = None) -> None:
        self.options = options or Options()
        self.out = out.resolve()
        self.strips: list[Strip] = []
        self.powered = False
        self._ends = AsyncExitStack()
        self._falling: set[asyncio.Task[None]] = set()

    async def __aenter__(self) -> Self:
        """Start everything; return when the kiosk's screen answers."""
        try:
            self._make_folders()
            await self._start_servers()
            await self._start_hardware()
            await self._start_kiosk()
        except BaseException:
            await self._ends.aclose()
            raise
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None,
    ) -> None:  # fmt: skip
        """End everything, the firmware first."""
        await self._ends.aclose()

    def strip_file(self, strip: Strip) -> Path:
        """Return where the picture of a strip is."""
        return self.out / "strips" / f"strip-{strip.number:04d}.png"

    async def firmware_up(self) -> None:
        """Wait until the kiosk's screen answers; raise `ProcessFailed` with the log's end if the firmware ended."""
        ended = asyncio.get_running_loop().create_task(self._watch_firmware())
        shown = asyncio.get_running_loop().create_task(
            self.events.until(lambda: self.screen.view, FIRMWARE_START_S, lambda: "the kiosk's screen did not come up")
        )
        done, pending = await asyncio.wait({ended, shown}, return_when=asyncio.FIRST_COMPLETED)
        for task in pending:
            task.cancel()
        await asyncio.gather(*pending, return_exceptions=True)
        for task in done:
            task.result()

    async def _watch_firmware(self) -> None:
        await self.machine.ended()
        self.machine.fail_if_ended()

    # ------------------------------------------------------------ in order

    def _make_folders(self) -> None:
        shutil.rmtree(self.out / "strips", ignore_errors=True)
        for folder in ("strips", "logs", "kiosk"):
            (self.out / folder).mkdir(parents=True, exist_ok=True)
        for log in (self.out / "logs").glob("*.log"):
            log.unlink()
        shutil.rmtree(self.out / "kiosk" / "state", ignore_errors=True)
        # Unix sockets need short paths, wherever `out` is.
        self.run = Path(tempfile.mkdtemp(prefix="kiosk-"))
        self._ends.callback(shutil.rmtree, self.run, ignore_errors=True)
        self.events = EventLog(self.out / "events.jsonl")
        self._ends.callback(self.events.close)

    async def _start_servers(self) -> None:
        logs = self.out / "logs"
        self.hub = self._hub((self.options.hub_data or self.out / "hub").resolve(), logs)
        self._ends.push_async_callback(self.hub.stop)
        await self.hub.start()
        pki = self.hub.data / "pki"
        self.line = HubLine(self.hub.port, pki / "server.pem", pki / "server.key")
        self._ends.push_async_callback(self.line.close)
        await self.line.start()
        self.broker = SimBroker(self.run / "broker", pki / "tls-ca.pem", pki / "broker.pem", pki / "broker.key")
        self._ends.push_async_callback(self.broker.kill)
        await self.broker.start()
        self.subscriber = Subscriber(self.broker.port, pki, self.out / "mqtt.jsonl", logs, self.events)
        self._ends.push_async_callback(self.subscriber.close)
        await self.subscriber.start()

    def _hub(self, data: Path, logs: Path) -> Hub:
        return Hub(data, logs, shared=self.options.shared_hub)

    async def _start_hardware(self) -> None:
        emit = self.events.emit
        self.pins = PinServer(self.run / "pins.sock", emit)
        await self.pins.start()
        self._ends.push_async_callback(self.pins.close)
        self.tray = SimTray(self.pins, emit)
        self.buzzer = SimBuzzer(self.pins, emit)
        self.light = SimLight(self.pins, emit)
        self._ends.callback(self._save_signals)
        self.coins = SimCoinAcceptor(self.pins, emit)
        self._ends.callback(self.coins.close)
        self.camera = SimCamera(self.pins, emit)
        self.printer = SimPrinter(
            self.options.head_dots,
            mm_per_s=self.options.mm_per_s,
            traits=TRAITS[self.options.printer_model],
            on_event=emit,
            on_strip=self._strip_falls,
        )
        self.printer_port = await self.printer.start_tcp()
        self._ends.push_async_callback(self.printer.close)
        self._ends.push_async_callback(self._paper_at_rest)
        self.card = await self._ends.enter_async_context(CardSession(self.run / "card"))

    async def _start_kiosk(self) -> None:
        self.screen_port = self.options.screen_port or free_port()
        age: Any = pyrage  # its type hints lack the submodules
        film_key = age.x25519.Identity.generate()
        (self.out / "kiosk" / "operator.age").write_text(str(film_key), encoding="utf-8")
        self.config = self.out / "kiosk" / "kiosk.toml"
        wiring = Wiring(
            self.line.port,
            self.broker.port,
            self.printer_port,
            self.screen_port,
            self.options.head_dots,
            str(film_key.to_public()),
            make_key(self.out / "kiosk"),
            self.options.printer_model,
        )
        write_config(self.config, self.hub.data, wiring, self.options.config)
        self.camera.fix_view(self.out / "kiosk" / "state")
        self.machine = Machine(self.config, self.run / "pins.sock", self.card.csock, self.out / "logs" / "firmware.log")
        self.screen = Touchscreen(self.screen_port, self.events)
        if self.options.firmware:
            self._ends.push_async_callback(self.machine.stop)
            await self.machine.start()
        await self.screen.start()
        self._ends.push_async_callback(self.screen.close)
        self.powered = True
        if self.options.firmware:
            await self.firmware_up()

    def _save_signals(self) -> None:
        waveform.save(self.out / "signals", self.buzzer.waveform, self.light.waveform)

    def _strip_falls(self, strip: Strip) -> None:
        self.strips.append(strip)
        strip.save(self.strip_file(strip))
        falling = asyncio.get_running_loop().create_task(self.tray.put_paper(), name="strip falls into the tray")
        self._falling.add(falling)
        falling.add_done_callback(self._falling.discard)

    async def _paper_at_rest(self) -> None:
        await asyncio.gather(*self._falling, return_exceptions=True)
