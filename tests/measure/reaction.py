"""How soon the buzzer follows the tray and the card, while a clerk works on the other core; beside it, gpiozero.

The kiosk is whole and real: its own process, drivers and configuration, with everything that an event sets off (screen,
MQTT, journal). Paper that comes into the tray of an idle kiosk makes it sound at once, and taking it makes it silent:
both edges count. Both ends are stamped by the simulator, on one clock: when the board drives the sensor's pin, and when
it is told what the buzzer's pin does. Not responsible for what the tone means. What and why: docs/measurements.md.
"""

import asyncio
import os
import random
import statistics
import sys
import time
from contextlib import asynccontextmanager, contextmanager
from pathlib import Path

from firmware import config
from sim_hw.bench import SimBench
from sim_hw.world import Options, World

EDGES = 1000
CARDS = 10
AIM_P99_MS, AIM_MAX_MS = 5, 20
DEBOUNCE_MS = config.TraySensor().debounce_ms
TRAY = (config.TraySensor().pin, config.Buzzer().pin)
DEBOUNCED, PLAIN = (5, 19), (6, 13)  # gpiozero's: button, buzzer
ANSWER_S = 5.0
PRIORITY = 1  # of deploy/systemd/kiosk.service; for gpiozero, too, and for the simulator that reads the clock
PAUSE_S = (0.001, 0.005)  # so that edges come at any moment of the loop
LOUD_S = 0.4  # by then the limits below have led to a tone without pauses
LIMITS = {"prompt_s": 0.1, "remind_s": 0.1, "alarm_s": 0.1}


async def measure(out: Path) -> dict:
    options = Options(hub_data=out.parent / "issuance" / "hub", config={"limits": LIMITS})
    async with World(out, options) as world, _clerk_at_work() as clerk, _gpiozero(world) as theirs:
        await SimBench(world).expect_idle()
        pairs = {
            "kiosk": _Pair(world.pins, *TRAY),
            "gpiozero, debounced alike": _Pair(world.pins, *DEBOUNCED),
            "gpiozero, not debounced": _Pair(world.pins, *PLAIN),
        }
        with _preferred(world.machine.pid, theirs.pid) as preferred:
            edges = await _edges(pairs)
            cards = await _cards(world, pairs["kiosk"])
    note = "" if preferred else ", kiosk not preferred (may not)"
    return _figures(edges, cards, f"while a clerk sent {clerk['pages']} A4 pages{note}")


async def _edges(pairs: dict[str, "_Pair"]) -> dict[str, list[float]]:
    """Milliseconds of each pair's reactions, measured in turns."""
    took: dict[str, list[float]] = {name: [] for name in pairs}
    for number in range(EDGES):
        for name, pair in pairs.items():
            took[name].append(await pair.react(number % 2))
            await asyncio.sleep(random.uniform(*PAUSE_S))  # noqa: S311 - not a secret
    return took


@contextmanager
def _preferred(*pids: int):
    """Run these processes before all ordinary ones, and this one as well, until the end; False where one may not."""
    try:
        yield all(_scheduled(pid, os.SCHED_RR, PRIORITY) for pid in (*pids, os.getpid()))
    finally:
        _scheduled(os.getpid(), os.SCHED_OTHER, 0)


def _scheduled(pid: int, policy: int, priority: int) -> bool:
    """Schedule all threads of a process so; False where this user may not."""
    try:
        for thread in Path(f"/proc/{pid}/task").iterdir():
            os.sched_setscheduler(int(thread.name), policy, os.sched_param(priority))
    except PermissionError:
        return False
    return True


def _figures(edges: dict[str, list[float]], cards: list[float], load: str) -> dict:
    kiosk = edges.pop("kiosk")
    beside = "; ".join(f"{name}: {_spread(taken)}" for name, taken in edges.items())
    p99 = _entry(_p99(kiosk), kiosk, f"p99, aim {AIM_P99_MS}; {_spread(kiosk)}, {load}; {beside}")
    most = _entry(max(kiosk), kiosk, f"max, aim {AIM_MAX_MS}; of the same edges")
    return {
        "alarm.reaction_ms": p99,
        "alarm.reaction_max_ms": most,
        "alarm.card_removed_ms": _entry(max(cards), cards, f"max; p50 {statistics.median(cards):.2f}, {load}"),
    }


def _entry(value: float, values: list[float], against: str) -> dict:
    return {"value": round(value, 2), "unit": "ms", "n": len(values), "against": against}


def _p99(values: list[float]) -> float:
    return statistics.quantiles(values, n=100, method="inclusive")[98]


def _spread(values: list[float]) -> str:
    return f"p50 {statistics.median(values):.2f} p99 {_p99(values):.2f} max {max(values):.2f}"


# ------------------------------------------------------------ the pins


class _Pair:
    """A contact that pulls its pin low, and the buzzer's pin that answers."""

    def __init__(self, pins, contact: int, buzzer: int) -> None:
        self._pins, self._contact = pins, contact
        self._changed = asyncio.Event()
        self._sounds, self._at_s = False, 0.0
        pins.watch_tone(buzzer, self._heard)

    async def react(self, level: int) -> float:
        """Drive the contact to `level`; returns the milliseconds until the buzzer sounds (0), or is silent (1)."""
        await self.until(sounds=bool(level))  # it may be between two tones of a pattern
        began_s = time.monotonic()
        # Due at one and the same moment: otherwise edges of one pin are passed on no closer than they were made, so
        # that a pulse keeps its width, and each would inherit the lateness of those before.
        self._pins.drive(self._contact, level, at_s=0.0)
        return 1000 * (await self.until(sounds=not level) - began_s)

    async def until(self, *, sounds: bool) -> float:
        """Wait until the buzzer sounds, or is silent; returns when it began to."""
        async with asyncio.timeout(ANSWER_S):
            while self._sounds is not sounds:
                self._changed.clear()
                await self._changed.wait()
        return self._at_s

    def _heard(self, _hz: float, duty: float, at_s: float) -> None:
        if (duty > 0) is not self._sounds:
            self._sounds, self._at_s = duty > 0, at_s
            self._changed.set()


async def _cards(world: World, kiosk: _Pair) -> list[float]:
    """Milliseconds from a forgotten card's removal, as another client is told of it, until the buzzer is silent."""
    took = []
    async with _process("tests.measure.card_witness", PCSCLITE_CSOCK_NAME=str(world.card.csock)) as witness:
        for _ in range(CARDS):
            await world.card.insert(world.hub.card("hanako"))
            await kiosk.until(sounds=True)
            await asyncio.sleep(LOUD_S)
            await kiosk.until(sounds=True)
            await world.card.remove()
            told_s = float(await witness.stdout.readline())
            took.append(1000 * (await kiosk.until(sounds=False) - told_s))
        witness.kill()
    return took


# ------------------------------------------------------------ beside the kiosk


@asynccontextmanager
async def _process(module: str, *arguments: str, **environment: str):
    """A program that writes a line when it is ready and ends when its standard input does, or before."""
    process = await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", module, *arguments),
        stdin=asyncio.subprocess.PIPE,
        stdout=asyncio.subprocess.PIPE,
        env={**os.environ, **environment},
    )
    try:
        if not await process.stdout.readline():
            raise AssertionError(f"{module} did not start")
        yield process
    finally:
        process.stdin.close()
        await process.wait()


@asynccontextmanager
async def _clerk_at_work():
    """Keeps the last core busy; afterwards `pages` says how many pages were sent."""
    told = {"pages": 0}
    async with _process("tests.measure.clerk_at_work", str(max(os.sched_getaffinity(0)))) as process:
        yield told
        process.stdin.close()
        told["pages"] = int(await process.stdout.readline())


@asynccontextmanager
async def _gpiozero(world: World):
    standins = Path(__file__).parents[2] / "sim_hw" / "standins"
    path = os.pathsep.join((str(standins), str(standins.parents[1])))
    pairs = (f"{DEBOUNCED[0]}:{DEBOUNCED[1]}:{DEBOUNCE_MS}", f"{PLAIN[0]}:{PLAIN[1]}:0")
    environment = {"PYTHONPATH": path, "SIM_HW_PINS": str(world.run / "pins.sock")}
    async with _process("tests.measure.gpiozero_button", *pairs, **environment) as process:
        yield process
