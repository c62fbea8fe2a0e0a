"""The books of a kiosk: what its journal says, what the coins and the paper say, and whether they agree.

Reads the journal's file as its format tells (a checksum, then JSON, a line each). Not responsible for how a visit ends.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from hil_tests.visit import FEE_YEN
from tests.kiosk import processes

if TYPE_CHECKING:
    from sim_hw.bench import SimBench

ENDS = ("taken", "voided", "refunded", "cancelled", "unknown")


@dataclass(frozen=True)
class Books:
    """How things stand at one moment: yen, strips by their rows, orders with their states in order."""

    kept: int
    returned: int
    escrow: int
    rows: tuple[int, ...]
    orders: dict[str, tuple[str, ...]]


@dataclass(frozen=True)
class Change:
    """What came between two moments."""

    kept: int
    returned: int
    rows: tuple[int, ...]
    orders: dict[str, tuple[str, ...]]

    @property
    def end(self) -> str:
        """The last state of the only order; empty if there was none."""
        assert len(self.orders) <= 1, f"more than one order: {self.orders}"
        return next((states[-1] for states in self.orders.values()), "")


async def books(bench: SimBench) -> Books:
    """Look at money, paper and journal now."""
    money = await bench.money()
    rows = tuple(strip["rows"] for strip in await bench.strips())
    return Books(money["kept"], money["returned"], money["escrow"], rows, journal(bench))


def entries(bench: SimBench) -> list[dict[str, Any]]:
    """Return the journal's entries, oldest first."""
    file = bench.world.out / "kiosk" / "state" / "journal"
    return [json.loads(line.partition(" ")[2]) for line in file.read_text(encoding="utf-8").splitlines()]


def journal(bench: SimBench) -> dict[str, tuple[str, ...]]:
    """Return the states of each order, in the order in which they were written."""
    orders: dict[str, tuple[str, ...]] = {}
    for entry in entries(bench):
        document = entry["document_id"]
        orders[document] = (*orders.get(document, ()), entry["state"])
    return orders


def unfinished(bench: SimBench) -> dict[str, tuple[str, ...]]:
    """Return the orders that have no end."""
    return {document: states for document, states in journal(bench).items() if states[-1] not in ENDS}


async def settled(bench: SimBench, before: Books, put_in_yen: int) -> Change:
    """Return what changed since `before`; no yen may be lost, none kept for nothing, every order has one end."""
    coins = bench.world.coins.counts
    await processes.until(lambda: not coins.escrow_yen, "money lies in escrow")
    await processes.until(lambda: not unfinished(bench), "an order has no end")
    now = await books(bench)
    orders = {document: states for document, states in now.orders.items() if document not in before.orders}
    change = Change(now.kept - before.kept, now.returned - before.returned, now.rows[len(before.rows) :], orders)
    told = f"{change}; put in: {put_in_yen}"
    assert change.kept + change.returned == put_in_yen, f"money is missing: {told}"
    for states in orders.values():
        ends = [state for state in states if state in ENDS]
        assert ends == [states[-1]], f"an order needs one end: {told}"
    printed = sum("printed" in states for states in orders.values())
    assert change.kept == FEE_YEN * printed, f"kept is not what was printed: {told}"
    return change
