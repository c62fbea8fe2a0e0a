"""The bench by hand: everything is started, the bench page is served, until Ctrl-C.

Not responsible for starting the parts (`world.py`) nor for the page (`web/server.py`).
"""

from __future__ import annotations

import asyncio
import shutil
import signal
import socket
from pathlib import Path
from typing import TYPE_CHECKING

from sim_hw.bench import SimBench
from sim_hw.bench_socket import BenchSocket
from sim_hw.printer.traits import TRAITS
from sim_hw.web.server import BenchPage
from sim_hw.world import Options, World

if TYPE_CHECKING:
    import argparse

PORT = 8700


def add_options(parser: argparse.ArgumentParser) -> None:
    """Add this command's options."""
    parser.add_argument(
        "--port", type=int, default=PORT, help="of the bench page; the kiosk's screen takes the next one (%(default)s)"
    )
    parser.add_argument(
        "--out", type=Path, default=Path("out/sim"), help="takes events, strips, logs and the hub's data (%(default)s)"
    )
    parser.add_argument("--speed", type=float, default=150.0, metavar="MM_PER_S", help="of the printer (%(default)s)")
    models = [name for name, traits in TRAITS.items() if traits.completes or traits.kiosk]  # the others prove nothing
    parser.add_argument(
        "--printer", choices=models, default=models[0], metavar="MODEL", help=f"{', '.join(models)} (%(default)s)"
    )


async def run(arguments: argparse.Namespace) -> int:
    """Serve until SIGINT or SIGTERM."""
    stop = asyncio.Event()
    for number in (signal.SIGINT, signal.SIGTERM):
        asyncio.get_running_loop().add_signal_handler(number, stop.set)
    for port in (arguments.port, arguments.port + 1):
        _check_free(port)
    print("Starting hub, broker, card reader, printer, pins and firmware ...", flush=True)
    shutil.rmtree(arguments.out / "hub", ignore_errors=True)  # keys, register and orders of an earlier run
    options = Options(screen_port=arguments.port + 1, mm_per_s=arguments.speed, printer_model=arguments.printer)
    async with World(arguments.out, options) as world:
        bench = SimBench(world)
        page, wire = BenchPage(bench, arguments.port), BenchSocket(bench, world.run / "bench.sock")
        await page.start()
        await wire.start()
        try:
            _tell(world, page, wire)
            await stop.wait()
        finally:
            print("Stopping ...", flush=True)
            await page.close()
            await wire.close()
    return 0


def _check_free(port: int) -> None:
    """Find out before the long start whether the port can be had."""
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind(("127.0.0.1", port))
        except OSError as error:
            raise OSError(f"port {port} cannot be used ({error.strerror}); choose others with --port N") from None


def _tell(world: World, page: BenchPage, wire: BenchSocket) -> None:
    cards = ", ".join(f"{each.name} (PIN {each.auth_pin})" for each in world.hub.citizens)
    print(f"Bench page      {page.url}   <- open this in a browser")
    print(f"Kiosk's screen  {world.screen.home}")
    print(f"Bench socket    {wire.path}")
    print(f"Hub             https://127.0.0.1:{world.line.port}   MQTT broker 127.0.0.1:{world.broker.port}")
    print(f"Cards           {cards}")
    print(f"Files           {world.out}")
    if world.card.note:
        print(f"Note            {world.card.note}")
    print("Ctrl-C ends everything.", flush=True)
