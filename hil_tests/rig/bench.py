"""The bench of a kiosk beside a wired rig: the rig's Pico for wires, the kiosk's own screen protocol for touches.

It has the verbs of the features that `hil_tests/labgrid/rig.yaml` names, and no others. The kiosk is whatever stands
there, in service, with a hub of its own. Not responsible for the verbs themselves (`hands.py`, `sim_hw/hands.py`).
"""

from __future__ import annotations

from contextlib import AsyncExitStack, asynccontextmanager
from typing import TYPE_CHECKING, Any

from hil_tests.rig.hands import RigHands
from sim_hw.events import EventLog
from sim_hw.eyes import Eyes
from sim_hw.hands import Hands
from sim_hw.touchscreen import Touchscreen

if TYPE_CHECKING:
    from collections.abc import AsyncGenerator
    from pathlib import Path

IDLE = "home"


class Panel:
    """The screen that is served at `screen_port` of this machine, and a log of what was seen on it."""

    def __init__(self, out: Path, screen_port: int) -> None:
        self.events = EventLog(out / "events.jsonl")
        self.screen = Touchscreen(screen_port, self.events)


class RigBench:
    """A kiosk beside a rig that was reached."""

    def __init__(self, hands: RigHands, panel: Panel) -> None:
        self._hands = hands
        world: Any = panel  # the verbs used here need no more of a world
        person, eyes = Hands(world), Eyes(world)
        self.start, self.choose = person.start, person.choose
        self.type_pin, self.language = person.type_pin, person.language
        self.expect_screen, self.screen = eyes.expect_screen, eyes.screen
        for verb in ("insert_card", "remove_card", "insert_coins", "money", "jam_coins", "free_coins"):
            setattr(self, verb, getattr(hands, verb))
        for verb in ("take_paper", "open_cover", "close_cover", "expect_buzzer", "buzzer"):
            setattr(self, verb, getattr(hands, verb))

    async def expect_idle(self, timeout_s: float = 20.0) -> None:
        """Wait until the next person can start: home screen, and nothing in escrow."""
        await self.expect_screen(IDLE, timeout_s)
        escrow_yen = (await self._hands.money())["escrow"]
        if escrow_yen:
            raise AssertionError(f"expected an idle kiosk, but {escrow_yen} yen lie in the rig's escrow")


@asynccontextmanager
async def at_rig(out: Path, serial: Path, card: str, screen_port: int) -> AsyncGenerator[RigBench]:
    """Offer a kiosk beside the rig at a serial port; `card`: whose test card it holds; `out` takes events.jsonl."""
    async with AsyncExitStack() as ends:
        panel = Panel(out, screen_port)
        ends.callback(panel.events.close)
        hands = RigHands(serial, card)
        await hands.open()
        ends.callback(hands.close)
        for at_rest in (hands.remove_card, hands.take_paper, hands.close_cover):
            ends.push_async_callback(at_rest)
        await panel.screen.start()
        ends.push_async_callback(panel.screen.close)
        yield RigBench(hands, panel)
