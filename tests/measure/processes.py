"""The kiosk's processes: how long until the screen is there, how much memory, how often an idle kiosk wakes.

Cold start: from the start of the interpreter until the kiosk's own page is served. Memory: resident, of one process,
idle for 30 s. Wake-ups: voluntary context switches of all threads of the kiosk process over 30 s, from /proc. Each
sample of memory and wake-ups is of processes started anew.
"""

import asyncio
import os
import time
from pathlib import Path

from sim_hw.bench import SimBench
from sim_hw.world import Options, World
from tests.measure.figure import figure

STARTS = 7
IDLES = 3
SETTLE_S = 5.0  # after a start: the first polls, the camera's first picture, the spare clerk
IDLE_S = 30.0
MIB = 1024 * 1024
AIMS = {"kiosk": "aim 45 MiB", "clerk": "the idle spare, its memory locked", "recorder": ""}


async def measure(out: Path) -> dict:
    async with World(out, Options(hub_data=out.parent / "issuance" / "hub")) as world:
        await SimBench(world).expect_idle()
        starts = [await _start(world) for _ in range(STARTS - IDLES)]
        idles = []
        for _ in range(IDLES):
            starts.append(await _start(world))
            idles.append(await _idle(world.machine.pid))
    figures = {
        ("kiosk.idle_rss_mib" if role == "kiosk" else f"{role}.rss_mib"): figure(
            [idle[role] for idle in idles], "MiB", aim
        )
        for role, aim in AIMS.items()
    }
    rates = [idle["wakeups"] for idle in idles]
    figures["kiosk.idle_wakeups_per_s"] = figure(rates, "1/s", f"aim 1; each counted over {IDLE_S:.0f} s", 2)
    figures["kiosk.cold_start_ms"] = figure([screen for screen, _ in starts], "ms", "aim 800 ms; page served")
    figures["kiosk.in_service_ms"] = figure([ready for _, ready in starts], "ms", "home page: clerk and camera ready")
    return figures


async def _idle(kiosk: int) -> dict[str, float]:
    """Leave an idle kiosk alone; returns its wake-ups a second and each process's MiB at the end."""
    await asyncio.sleep(SETTLE_S)
    before, began = _wakeups(kiosk), time.monotonic()
    await asyncio.sleep(IDLE_S)
    rate = (_wakeups(kiosk) - before) / (time.monotonic() - began)
    memory = {role: _rss(pid) for role, pid in _children(kiosk).items()}
    return {**memory, "kiosk": _rss(kiosk), "wakeups": rate}


async def _start(world: World) -> tuple[float, float]:
    """Stop and start the firmware; milliseconds until its page is served, and until it is in service."""
    await world.machine.stop()
    await world.events.until(lambda: not world.screen.view, 10, lambda: "the screen is still there")
    began = time.monotonic()
    await world.machine.start()
    await world.events.until(lambda: world.screen.view, 30, lambda: "no screen")
    served = time.monotonic()
    await world.events.until(lambda: world.screen.name == "home", 30, lambda: "not in service")
    return 1000 * (served - began), 1000 * (time.monotonic() - began)


def _children(kiosk: int) -> dict[str, int]:
    """The processes that the kiosk started, by role."""
    found = {}
    for entry in Path("/proc").iterdir():
        if entry.name.isdigit():
            try:
                parent = int((entry / "stat").read_text().rpartition(")")[2].split()[1])
                words = (entry / "cmdline").read_bytes().decode().split("\0")
            except (FileNotFoundError, ProcessLookupError):
                continue
            if parent == kiosk and "firmware" in words:
                found[words[words.index("firmware") + 1]] = int(entry.name)
    return found


def _rss(pid: int) -> float:
    pages = int(Path(f"/proc/{pid}/statm").read_text().split()[1])
    return pages * os.sysconf("SC_PAGE_SIZE") / MIB


def _wakeups(pid: int) -> int:
    return sum(
        int(line.split()[1])
        for task in Path(f"/proc/{pid}/task").iterdir()
        for line in (task / "status").read_text().splitlines()
        if line.startswith("voluntary_ctxt_switches")
    )
