"""Processes as the system sees them: the kiosk's children by their role, and what a test has left behind."""

from __future__ import annotations

import asyncio
import os
import signal
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable

    from sim_hw.bench import SimBench

LOOK_S = 0.02


def of_folders(*folders: Path) -> list[str]:
    """Return the command lines of all processes that were told one of these folders."""
    told = [os.fsencode(folder) for folder in folders]
    found = []
    for process in Path("/proc").glob("[0-9]*"):
        words = _read(process / "cmdline")
        if int(process.name) != os.getpid() and any(folder in words for folder in told):
            found.append(words.replace(b"\0", b" ").decode())
    return found


def child(bench: SimBench, role: str) -> int:
    """Return the process id of the kiosk's `clerk` or `recorder`; 0 when there is none."""
    words = f"firmware\0{role}\0--config\0{bench.world.config}".encode()
    for process in Path("/proc").glob("[0-9]*"):
        if words in _read(process / "cmdline"):
            return int(process.name)
    return 0


async def kill_child(bench: SimBench, role: str) -> None:
    """Kill the kiosk's `clerk` or `recorder` as the system's memory killer does."""
    pid = child(bench, role)
    assert pid, f"no {role} runs"
    os.kill(pid, signal.SIGKILL)
    await until(lambda: not Path(f"/proc/{pid}").exists(), f"the killed {role} stays")


async def kill_kiosk(bench: SimBench) -> None:
    """Kill the kiosk process alone and start it again; its children must end by themselves."""
    os.kill(bench.world.machine.pid, signal.SIGKILL)
    await bench.world.machine.ended()
    await until(lambda: not child(bench, "clerk") and not child(bench, "recorder"), "a child outlives the kiosk")
    bench.world.powered = False
    await bench.restore_power()


async def kill_hub(bench: SimBench) -> None:
    """Kill the hub with all that it started, and start it again on another port that the line leads to."""
    world = bench.world
    await world.hub._child.kill()
    await world.hub.start()
    world.line._hub_port = world.hub.port


async def until(come_true: Callable[[], object], otherwise: str, timeout_s: float = 10.0) -> None:
    """Wait for something of the system that tells nobody."""
    try:
        async with asyncio.timeout(timeout_s):
            while not come_true():  # noqa: ASYNC110 - the system sends no event
                await asyncio.sleep(LOOK_S)
    except TimeoutError:
        raise AssertionError(otherwise) from None


def _read(path: Path) -> bytes:
    try:
        return path.read_bytes()
    except OSError:  # it has ended meanwhile
        return b""
