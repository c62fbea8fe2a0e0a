"""The simulated pins inside the emulated kiosk: board.py SOCKET   Prints a line when it listens.

SIGUSR1 puts a paper into the tray, SIGUSR2 takes it.
"""

from __future__ import annotations

import asyncio
import signal
import sys
from pathlib import Path

from sim_hw.pins.camera import SimCamera
from sim_hw.pins.coin_acceptor import SimCoinAcceptor
from sim_hw.pins.server import PinServer
from sim_hw.pins.tray import SimTray


async def main() -> None:
    """Run until the system ends."""
    path = Path(sys.argv[1])
    pins = PinServer(path, lambda _event: None)
    await pins.start()
    path.chmod(0o666)  # noqa: ASYNC240 - before anything else runs
    tray = SimTray(pins, lambda _event: None)
    parts = [SimCoinAcceptor(pins, lambda _event: None), SimCamera(pins, lambda _event: None)]
    loop, moves = asyncio.get_running_loop(), set[asyncio.Task[object]]()
    loop.add_signal_handler(signal.SIGUSR1, lambda: moves.add(loop.create_task(tray.put_paper())))
    loop.add_signal_handler(signal.SIGUSR2, lambda: moves.add(loop.create_task(tray.take_paper())))
    print("listening", flush=True)
    await asyncio.Event().wait()
    del parts


asyncio.run(main())
