"""Which share of the dialogue's states people reach who walk every path of it in Chromium (`tests/screen/paths.py`)."""

from pathlib import Path

from tests.screen import paths
from tests.screen.walker import all_states, walker


async def measure(out: Path) -> dict:
    async with walker(out, out / "hub") as person:  # a hub of its own: what people asked for before is in its books
        reached = await paths.walk_all(person)
    states = all_states()
    missed = ", ".join(paths.missed(reached)) or "none"
    share = round(100 * len(reached) / len(states), 1)
    against = f"aim 100; questions, works, last pages and phases of the code; missed: {missed}"
    return {"dialogue.states_reached": {"value": share, "unit": "%", "n": len(states), "against": against}}
