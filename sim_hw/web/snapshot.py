"""The bench's state as the page's switches show it. Not responsible for changing it."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from sim_hw.bench import SimBench


async def snapshot(bench: SimBench) -> dict[str, Any]:
    """Return switches, money, card, paper, and the states that the independent subscriber saw."""
    world = bench.world
    card = await world.card.state()
    conditions = world.printer.mechanism.reading.now
    return {
        "power": world.powered,
        "screen": world.screen.name,
        "card": "foreign" if card["foreign"] else Path(str(card.get("card", ""))).name if card["present"] else None,
        "tries": card.get("tries"),
        "printer": world.printer.powered,
        "cover_open": "cover_open" in conditions,
        "paper_out": "paper_out" in conditions,
        "conditions": sorted(conditions),
        "hub": world.line.state,
        "camera": world.pins.scene,
        "jammed": world.coins.faults.jammed,
        "money": await bench.money(),
        "sheets": world.tray.sheets,
        "strips": len(world.strips),
        "rows_out": world.printer.mechanism.rows_out,
        "sounding": world.buzzer.sounding,
        "mqtt": world.subscriber.states,
    }
