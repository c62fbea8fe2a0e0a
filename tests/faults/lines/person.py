"""A person at the simulated kiosk who does what the screen asks for, whatever goes wrong, and leaves at the end.

Wants one resident record and pays the fee once. Tells each step of the visit as it comes. Not responsible for faults.
"""

from __future__ import annotations

import asyncio
import contextlib
from dataclasses import dataclass
from typing import TYPE_CHECKING

from hil_tests.visit import FEE_YEN, KOGA, PIN
from sim_hw.card.session import CardSessionError
from tests.kiosk import ledger

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable

    from sim_hw.bench import SimBench

# a step of the visit, and the page at which it begins
STEPS = {
    "start": "home",
    "reader": "hold_card",
    "pin": "enter_pin",
    "choosing": "choose_type",
    "issuing": "confirm",
    "paying": "pay",
    "printing": "printing",
    "pickup": "take_paper",
}
WANTED = ("agree", f"municipality:{KOGA}", "type:resident_record", "scope:self", "next")
OVER = ("home", "out_of_service", "")
ALONE = ("printing", "wait", "issuing")
CARD_BACK = ("take_card", "take_card_alarm", "sorry", "pin_locked", "home", "out_of_service")
AGAIN_S = 2.0
LOOK_S = 0.25
COIN_YEN = (100, 50)


class NoEnd(AssertionError):
    """Something lies there still, or is owed, when nobody has so much patience."""


@dataclass
class Person:
    """`came` is told each step once, when it begins; `paid_yen`: what the person put in."""

    bench: SimBench
    came: Callable[[str], Awaitable[None]]
    patience_s: float = 75.0
    paid_yen: int = 0
    begun: bool = False
    _step: int = -1
    _laid_at: tuple[int, float] = (0, 0.0)  # view and second

    async def visit(self, rest: Callable[[], Awaitable[bool]]) -> None:
        """Come, and leave when all is over; `rest` is asked again and again whether it is. Raises `NoEnd`."""
        screen = self.bench.world.screen
        try:
            async with asyncio.timeout(self.patience_s):
                while True:
                    await self._begins(screen.name)
                    over = self.begun and screen.name in OVER and not await self._something_lies_there()
                    if await rest() and over and screen.name == "home":
                        return
                    shown = screen.messages
                    await self._act(screen.name)
                    with contextlib.suppress(AssertionError):  # look again: things come that no view tells
                        await self.bench.world.events.until(lambda: screen.messages > shown, LOOK_S, str)  # noqa: B023
        except TimeoutError:
            raise NoEnd(f"after {self.patience_s:g} s the person still stands before {screen.view}") from None

    async def _begins(self, name: str) -> None:
        names = [*STEPS.values()]
        if name in names and names.index(name) > self._step:
            for number in range(self._step + 1, names.index(name) + 1):
                await self.came([*STEPS][number])
            self._step = names.index(name)

    async def _something_lies_there(self) -> bool:
        world = self.bench.world
        there = (await world.card.state())["present"] or world.tray.sheets or world.coins.counts.escrow_yen
        return bool(there or ledger.unfinished(self.bench))

    async def _act(self, name: str) -> None:
        if name == "hold_card":
            await self._hold_card()
        elif name == "enter_pin":
            await self._type()
        elif name == "pay":
            await self._pay()
        elif name not in ALONE:  # nobody pulls at card or paper there
            await self._let_go(name)

    async def _hold_card(self) -> None:
        """Lay the card down; asked for it again, take it up first."""
        bench, now_s = self.bench, asyncio.get_running_loop().time()
        view, laid_s = self._laid_at
        there = (await bench.world.card.state())["present"]
        shown = bench.world.screen.view
        if not there and shown:
            with contextlib.suppress(CardSessionError):  # no simulated card lies there without a pcscd: once it is back
                await bench.insert_card("hanako")
                self._laid_at = (shown["id"], now_s)
        elif there and shown and shown["id"] != view and now_s > laid_s + AGAIN_S:
            await bench.remove_card()

    async def _type(self) -> None:
        screen = self.bench.world.screen
        pad = screen.view["pad"] if screen.view else None
        typed = pad["filled"] if pad else len(PIN)
        await self._touch(f"digit:{PIN[typed]}" if typed < len(PIN) else "next")

    async def _touch(self, button: str) -> None:
        with contextlib.suppress(ConnectionError):  # the page ends with its clerk
            await self.bench.world.screen.touch(button)

    async def _pay(self) -> None:
        left = FEE_YEN - self.paid_yen
        if left and self.bench.world.coins.accepting:
            coin = next(each for each in COIN_YEN if each <= left)
            self.paid_yen += await self.bench.insert_coins(coin)

    async def _let_go(self, name: str) -> None:
        bench, screen = self.bench, self.bench.world.screen
        if name in CARD_BACK:
            await bench.remove_card()
        await bench.take_paper()
        view = screen.view
        chosen = [each["id"] for each in view["buttons"] if each.get("selected")] if view else []
        more = ("cancel",) if name == "municipality" else ()  # it is closed
        for button in (*WANTED, *more) if self.begun else ("start", *WANTED):
            if screen.offers(button) and button not in chosen:
                self.begun = self.begun or button == "agree"
                await self._touch(button)
                return
