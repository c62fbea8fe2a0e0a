"""From the card held to the paper presented, with devices and people that take no time, over what cannot be saved.

The visit runs through the real processes. Waiting for people and devices is left out: the time between a page and the
touch that answers it, pcscd's polling until it sees the card come and go, the coins' pulses, the printer's motor and
its simulator (`quick_printer.py`), the tray sensor's debouncing. What is left is the work of kiosk and hub, in six
spans: card seen -> PIN page; PIN touched -> take your card; type chosen -> next question (the municipality's answer);
copies chosen -> preview; order confirmed -> fee asked for; last coin counted -> take your paper. The parts that cannot
be saved are measured after each visit, alone and at a person's pace (`alone.py`). What they are and why:
docs/measurements.md.
"""

import asyncio
import json
import os
import statistics
import sys
from contextlib import asynccontextmanager
from pathlib import Path

from sim_hw.bench import SimBench
from sim_hw.card.session import CardSession
from sim_hw.hub import Hub
from sim_hw.world import Options, World
from tests.measure.figure import figure
from tests.measure.quick_printer import QuickPrinter

VISITS = 11
TRIES = 3
PAUSE_S = 0.5  # before each part: what a person needs for a touch
SPANS = ("card seen", "PIN", "type", "preview", "order", "paid")
PAGES_MADE = 2  # the masked one of the preview, and the certificate: two pages with other texts, each shown or signed
COUNTED = {
    "card signature": ("signature", 1),
    "two TLS handshakes": ("handshakes", 1),
    "PDF": ("pdf", PAGES_MADE),
    "rasterising": ("rasterising", PAGES_MADE),
}


async def measure(out: Path) -> dict:
    visits, parts = [], []
    async with _quick_world(out) as world, _alone(world.hub) as ask:
        bench, card = SimBench(world), world.hub.card("hanako")
        for _ in range(VISITS + 1):
            visits.append(await _undisturbed(bench, world))
            parts.append(await _round(ask, "hub", "page"))
    async with CardSession(out / "card") as reader, _alone(world.hub, PCSCLITE_CSOCK_NAME=str(reader.csock)) as ask:
        await reader.insert(card)
        cards = [await _round(ask, "card") for _ in range(VISITS + 1)]
    return _figures(visits[1:], [part | card for part, card in zip(parts, cards, strict=True)][1:])


def _figures(visits: list[dict], parts: list[dict]) -> dict:
    """The first visit and round warmed everything up and are left out by the caller."""
    walls = [sum(visit.values()) for visit in visits]
    sums = [sum(part[key] * times for key, times in COUNTED.values()) for part in parts]
    total = statistics.median(sums)
    alone = ", ".join(
        f"{name} {f'{times} x ' if times > 1 else ''}{_median(parts, key):.1f}"
        for name, (key, times) in COUNTED.items()
    )
    spans = ", ".join(f"{name} {_median(visits, name):.1f}" for name in SPANS)
    signing = f"signing without power-up and PIN {_median(parts, 'signing'):.1f}"
    return {
        "issuance.wall_ms": figure(walls, "ms", f"sum of {len(SPANS)} spans: {spans}"),
        "issuance.irreducible_ms": figure(sums, "ms", f"parts measured alone: {alone} ({signing})"),
        "issuance.overhead_ratio": figure([wall / total for wall in walls], "1", "aim 1.5; wall over irreducible", 2),
    }


def _median(rows: list[dict], name: str) -> float:
    return statistics.median(row[name] for row in rows)


# ------------------------------------------------------------ the visit


class _QuickWorld(World):
    """The kiosk asks the hub itself, not through the bench's line that can be cut."""

    async def _start_servers(self) -> None:
        await super()._start_servers()
        self.options.config["hub"] = {"url": f"https://127.0.0.1:{self.hub.port}"}


@asynccontextmanager
async def _quick_world(out: Path):
    """A kiosk whose printer, tray sensor and line to the hub take no time."""
    worlds = []

    async def cut() -> None:
        await worlds[0].tray.put_paper()

    printer = QuickPrinter(cut)
    config = {"printer": {"port": await printer.start()}, "tray_sensor": {"debounce_ms": 0}}
    try:
        async with _QuickWorld(out, Options(config=config)) as world:
            worlds.append(world)
            yield world
    finally:
        await printer.close()


async def _undisturbed(bench: SimBench, world: World) -> dict[str, float]:
    """A visit; begun again when the machine was too busy for a coin's pulses or a page came too late."""
    for _ in range(TRIES - 1):
        try:
            return await _visit(bench, world)
        except AssertionError as error:
            print(f"a visit is begun again: {error}", flush=True)
            await bench.remove_card()
    return await _visit(bench, world)


async def _visit(bench: SimBench, world: World) -> dict[str, float]:
    """One visit; returns the milliseconds of work in each span."""
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
    await bench.choose("type:resident_record", "scope:self", "next", "next", "next", "next")
    await bench.expect_screen("pay")
    await bench.insert_coins(100, 100, 50)
    await bench.expect_screen("take_paper")
    await bench.take_paper()
    await bench.choose("next")
    end()
    return _spans([event for event in events if event["event"] in ("screen", "screen_updated")])


def _spans(pages: list[dict]) -> dict[str, float]:
    """Milliseconds of work, from the pages that were shown; a touch is taken within a millisecond of its page."""
    held = _first(pages, "hold_card", 0.0)
    marks = (
        (_first(pages, "wait", held), "enter_pin"),
        (_last(pages, "enter_pin"), "take_card"),
        (_last(pages, "choose_type"), "choose_scope"),
        (_last(pages, "choose_copies"), "preview"),
        (_last(pages, "confirm"), "pay"),
        (_last(pages, "pay"), "take_paper"),
    )
    return {
        span: 1000 * (_first(pages, finish, began) - began) for span, (began, finish) in zip(SPANS, marks, strict=True)
    }


def _first(pages: list[dict], name: str, after: float) -> float:
    return next(page["t"] for page in pages if page["name"] == name and page["t"] > after)


def _last(pages: list[dict], name: str) -> float:
    return max(page["t"] for page in pages if page["name"] == name)


# ------------------------------------------------------------ the parts


@asynccontextmanager
async def _alone(hub: Hub, **environment: str):
    """The process that does the parts alone; yields `ask(name)`."""
    process = await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", "tests.measure.alone", str(hub.data), f"https://127.0.0.1:{hub.port}"),
        stdin=asyncio.subprocess.PIPE,
        stdout=asyncio.subprocess.PIPE,
        env={**os.environ, **environment},
    )

    async def ask(name: str) -> dict[str, float]:
        process.stdin.write(f"{name}\n".encode())
        return json.loads(await process.stdout.readline())

    try:
        yield ask
    finally:
        process.stdin.close()
        await process.wait()


async def _round(ask, *names: str) -> dict[str, float]:
    """Each part once, after a pause."""
    took = {}
    for name in names:
        await asyncio.sleep(PAUSE_S)
        took |= await ask(name)
    return took
