"""From the card held to the paper presented, with devices and people that take no time, over what cannot be saved.

The visit runs through the real processes. Waiting for people and devices is left out: the time between a page and the
touch that answers it, pcscd's polling until it sees the card come and go, the coins' pulses. What is left is the work
of kiosk and hub: card seen -> PIN page, PIN touched -> take your card, confirmed -> fee asked for, last coin counted ->
strip cut. The parts that cannot be saved are measured alone, in the same run on the same machine.
"""

import statistics
import time
from pathlib import Path

from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import padding

from firmware.app.hub_client import HubClient
from hub.municipality.bench import bench_parts
from sim_hw.bench import SimBench
from sim_hw.world import Options, World
from tests.measure.figure import figure

VISITS = 9
REPEATS = 15
WORK = (("wait", "enter_pin"), ("wait", "take_card"), ("issuing", "pay"))


async def measure(out: Path) -> dict:
    async with World(out, Options(mm_per_s=None)) as world:
        bench = SimBench(world)
        walls = [await _visit(bench, world) for _ in range(VISITS + 1)][1:]
        handshakes = await _handshakes(world)
        signature = _signature(world.hub.card("hanako"))
    parts = bench_parts(576, "self")
    irreducible = {
        "card signature": signature,
        "two TLS handshakes": 2 * handshakes,
        "PDF": _timed(parts.pdf),
        "rasterising": _timed(parts.raster),
    }
    total = sum(irreducible.values())
    told = ", ".join(f"{name} {ms:.1f} ms" for name, ms in irreducible.items())
    return {
        "issuance.wall_ms": figure(walls, "ms", f"parts measured alone: {told}"),
        "issuance.overhead_ratio": figure([wall / total for wall in walls], "1", f"sum of parts {total:.1f} ms", 2),
    }


async def _visit(bench: SimBench, world: World) -> float:
    """One visit; returns the milliseconds of work in it."""
    await bench.expect_idle()
    events: list[dict] = []
    end = world.events.listen(events.append)
    await bench.start()
    await bench.choose("agree", "municipality:402231")
    await bench.expect_screen("hold_card")
    await bench.insert_card("hanako")
    await bench.type_pin("1234")
    await bench.expect_screen("take_card")
    await bench.remove_card()
    await bench.choose("type:resident_record", "scope:self", "next", "next", "next")
    await bench.expect_screen("pay")
    await bench.insert_coins(100, 100, 50)
    await bench.expect_printed()
    await bench.expect_screen("take_paper")
    await bench.take_paper()
    await bench.choose("next")
    end()
    return 1000 * _work_s(events)


def _work_s(events: list[dict]) -> float:
    """Sum the spans of work among the events of one visit, in seconds."""
    screens = [event for event in events if event["event"] in ("screen", "screen_updated")]
    total, after = 0.0, _first(screens, "hold_card", 0.0)
    for begin, finish in WORK:
        began = _first(screens, begin, after)
        after = _first(screens, finish, began)
        total += after - began
    paid = max(event["t"] for event in screens if event["name"] == "pay")
    cut = next(event["t"] for event in events if event["event"] == "strip_cut")
    return total + cut - paid


def _first(screens: list[dict], name: str, after: float) -> float:
    return next(event["t"] for event in screens if event["name"] == name and event["t"] > after)


async def _handshakes(world: World) -> float:
    kiosk = world.hub.data / "kiosks" / "kiosk-0001"
    took = []
    for _ in range(REPEATS):
        client = HubClient(
            f"https://127.0.0.1:{world.hub.port}", kiosk / "tls-ca.pem", kiosk / "clerk.pem", kiosk / "clerk.key"
        )
        began = time.perf_counter()
        await client.warm()
        took.append(1000 * (time.perf_counter() - began))
        client.close()
    return statistics.median(took)


def _signature(card: Path) -> float:
    key = serialization.load_pem_private_key((card / "auth_key.pem").read_bytes(), None)
    return _timed(lambda: key.sign(b"m", padding.PKCS1v15(), hashes.SHA256()))


def _timed(work) -> float:
    """Median milliseconds of one run."""
    took = []
    for _ in range(REPEATS):
        began = time.perf_counter()
        work()
        took.append(1000 * (time.perf_counter() - began))
    return statistics.median(took)
