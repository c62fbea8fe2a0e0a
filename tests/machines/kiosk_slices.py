"""Which explorations of the kiosk are made, and where each begins: `python -m tests.machines.kiosk_slices [all]`.

All kinds of trouble together are too many states for a test; the slices of the tests hold every two kinds together at
least once. `all` explores everything at once, by hand. Not responsible for states and rules.
"""

from __future__ import annotations

import sys
import time
from dataclasses import replace
from functools import cache
from typing import TYPE_CHECKING

from firmware.app.kiosk.alarms import OpenAlarm, Thing
from firmware.app.kiosk.state import Facts, Idle, Kiosk, OutOfService
from firmware.app.kiosk.vocabulary import OrderState
from firmware.devices import CameraHealth, Media
from tests.machines.exploration import Explored, explore
from tests.machines.kiosk_moves import KioskMoves
from tests.machines.kiosk_world import (
    FEE_YEN,
    OVER_YEN,
    READY_PRINTER,
    SMALL_COIN_YEN,
    TRANSACTION_ID,
    Situation,
    Vary,
    World,
    order,
)

if TYPE_CHECKING:
    from collections.abc import Iterator

SLICES: dict[str, frozenset[Vary]] = {
    "things left behind": frozenset({Vary.CARD, Vary.TRAY, Vary.PROCESSES, Vary.SETTLING}),
    "money": frozenset({Vary.TRAY, Vary.PRINTER, Vary.LATE_COINS, Vary.GATES, Vary.SETTLING, Vary.PROCESSES}),
    "service": frozenset({Vary.CARD, Vary.PRINTER, Vary.SERVICE}),
    "card and money": frozenset({Vary.CARD, Vary.LATE_COINS, Vary.GATES}),
    "service and money": frozenset(
        {Vary.SERVICE, Vary.TRAY, Vary.LATE_COINS, Vary.GATES, Vary.SETTLING, Vary.PROCESSES}
    ),
}
_OPEN = (
    None,
    OrderState.REQUESTED,
    OrderState.DOCUMENT_HELD,
    OrderState.PAID,
    OrderState.PRINTING,
    OrderState.PRINTED,
    OrderState.TAKEN,
    OrderState.VOIDED,
    OrderState.UNKNOWN,
)
_SILENT = (None, OrderState.PRINTED, OrderState.VOIDED)
_ALARMS = (None, *(OpenAlarm(thing, TRANSACTION_ID, cleared) for thing in Thing for cleared in (False, True)))
_GOES_BACK = (OrderState.PAID, OrderState.PRINTING)
_FULL = frozenset(_OPEN[_OPEN.index(OrderState.PAID) :])


def beginnings(vary: frozenset[Vary]) -> Iterator[tuple[str, Situation]]:
    """Yield every start: what varies is unknown yet, with any open order, escrow and tray; the rest is healthy."""
    facts = Facts(camera=CameraHealth.OK, tray=Media.NOT_PRESENT)
    if Vary.CARD not in vary:
        facts = replace(facts, card=Media.NOT_PRESENT, reader=True)
    if Vary.PRINTER not in vary:
        facts = replace(facts, printer=READY_PRINTER)
    if Vary.SERVICE not in vary:
        facts = replace(facts, hub=True, open=True)
    for tray in (Media.NOT_PRESENT, Media.PRESENT) if Vary.TRAY in vary else (Media.NOT_PRESENT,):
        for coins_yen in (0, SMALL_COIN_YEN, FEE_YEN, OVER_YEN):
            for state in _OPEN:
                for fee_yen in (FEE_YEN, 0) if state else (FEE_YEN,):
                    if state in _FULL and coins_yen not in (0, fee_yen):
                        continue
                    escrow = Media.PRESENT if coins_yen else Media.NOT_PRESENT
                    kiosk = Kiosk(facts=replace(facts, tray=tray, escrow=escrow))
                    world = World(coins_yen=coins_yen, journal=state, order=order(fee_yen) if state else None)
                    for alarm in _ALARMS if state in _SILENT else (None,):
                        yield (
                            f"start: tray {tray}, {coins_yen} yen, {state} at {fee_yen} yen, {alarm}",
                            Situation(kiosk, replace(world, alarm=alarm)),
                        )
                    if state is OrderState.UNKNOWN:
                        unseen = replace(world, unseen=True)
                        yield f"start: tray {tray}, {coins_yen} yen, printed and unseen", Situation(kiosk, unseen)
                    if state in _GOES_BACK:
                        noted = replace(world, meant=OrderState.REFUNDED)
                        yield (
                            f"start: tray {tray}, {coins_yen} yen, {state}, on their way back",
                            Situation(kiosk, noted),
                        )


def explored(vary: frozenset[Vary]) -> tuple[KioskMoves, Explored[int]]:
    """Explore a slice; raises `RuleBroken` with a story."""
    moves = KioskMoves(vary)
    return moves, explore(((label, moves.number(begin)) for label, begin in beginnings(vary)), moves)


@cache
def known(name: str) -> tuple[KioskMoves, Explored[int]]:
    """Explore a slice of the machine as it is, once in a process."""
    return explored(SLICES[name])


def report(name: str, vary: frozenset[Vary]) -> str:
    """Explore, and tell how much there was and how far service ever was away."""
    begun_s = time.process_time()
    moves, found = explored(vary)
    rest, _ = found.distances(lambda number: isinstance(moves.situation(number).kiosk.phase, (Idle, OutOfService)))
    service, _ = found.distances(lambda number: isinstance(moves.situation(number).kiosk.phase, Idle))
    return (
        f"{name} ({', '.join(sorted(vary))}): {len(found.states):,} states, {found.transitions:,} transitions, "
        f"at most {rest} moves to rest and {service} to service, {time.process_time() - begun_s:.1f} s"
    )


if __name__ == "__main__":
    chosen = {"all": frozenset(Vary)} if "all" in sys.argv[1:] else SLICES
    for slice_name, kinds in chosen.items():
        print(report(slice_name, kinds), flush=True)
