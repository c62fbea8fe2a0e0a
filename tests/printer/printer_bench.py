"""A simulated printer and the driver's configuration for it, for the tests of this folder."""

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager

from firmware.config import Printer
from firmware.devices import PrinterChanged, PrinterStatus
from firmware.drivers.printer.job import EscposJob
from firmware.drivers.printer.watch import EscposWatch
from sim_hw.printer import SimPrinter
from sim_hw.printer.traits import TRAITS

PATIENCE_S = 20.0


def page(rows: int, width_dots: int = 576) -> bytes:
    """Dots that differ in every row, without a pair that is a real-time command."""
    width = width_dots // 8
    return b"".join(
        bytes([0x80 | row % 101]) + bytes([0xAA, 0x55][row % 2] for _ in range(width - 1)) for row in range(rows)
    )


async def until(true: Callable[[], object]) -> None:
    """Let the loop run until the simulator has come so far."""
    async with asyncio.timeout(PATIENCE_S):
        while not true():  # noqa: ASYNC110 - the simulator's insides have no events to wait for
            await asyncio.sleep(0)


class Bench:
    """Printer, job and watch that are closed together."""

    def __init__(self, printer: SimPrinter, config: Printer) -> None:
        self.printer = printer
        self.config = config
        self.job = EscposJob(config)
        self.watch = EscposWatch(config, look_every_s=0.3)
        self.statuses: list[PrinterStatus] = []
        self._changed = asyncio.Event()

    def emit(self, event: PrinterChanged) -> None:
        self.statuses.append(event.status)
        self._changed.set()

    async def connect(self) -> "Wire":
        """Open the line past the driver."""
        return Wire(*await asyncio.open_connection(self.config.host, self.config.port))

    async def expect_status(self, wanted) -> PrinterStatus:
        """Wait for the watch's newest status to be as `wanted` says."""
        async with asyncio.timeout(PATIENCE_S):
            while not (self.statuses and wanted(self.statuses[-1])):
                self._changed.clear()
                await self._changed.wait()
        return self.statuses[-1]


class Wire:
    """A bare connection to the printer: bytes, and nothing that understands them."""

    def __init__(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self._reader = reader
        self._writer = writer
        self.write = writer.write

    async def read(self) -> bytes:
        async with asyncio.timeout(PATIENCE_S):
            return await self._reader.read(1024)

    def close(self) -> None:
        self._writer.close()


@asynccontextmanager
async def bench(
    *,
    pty: bool = False,
    head_dots: int = 576,
    model: str = "generic-escpos",
    limits: dict[str, float] | None = None,
    **sim,
) -> AsyncIterator[Bench]:
    """A bench over TCP, or a pty; `limits` are keys of the configuration, `sim` goes to `SimPrinter`."""
    sim.setdefault("mm_per_s", None)
    sim.setdefault("traits", TRAITS[model])
    printer = SimPrinter(head_dots, **sim)
    if pty:
        reached = {"transport": "serial", "device": await printer.start_pty()}
    else:
        reached = {"transport": "tcp", "host": "127.0.0.1", "port": await printer.start_tcp()}
    found = Bench(printer, Printer(head_dots=head_dots, model=model, **reached, **(limits or {})))
    try:
        yield found
    finally:
        await found.job.close()
        await found.watch.close()
        await printer.close()
