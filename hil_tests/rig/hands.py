"""The verbs of `hil_tests/bench.py` that the rig's wires carry: card, coins, tray, cover, buzzer.

Not responsible for touches, paper and MQTT, which need no wire, nor for the line protocol (`link.py`).
"""

from __future__ import annotations

import asyncio
import time
from typing import TYPE_CHECKING, Any

from hil_tests.rig.link import RigLink

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

SILENCE_S = 0.5
COIN_S = 4.0  # the pulses of 500 yen, and the silence after them


class RigHands:
    """What a rig at the serial port `path` does to the kiosk beside it. `card` is the citizen whose card it holds."""

    def __init__(self, path: Path, card: str) -> None:
        self.events: list[dict[str, Any]] = []
        self._card = card
        self._sounding = asyncio.Condition()
        self._hz = 0.0
        self._link = RigLink(path, self._heard)
        self._telling: set[asyncio.Task[None]] = set()

    async def open(self) -> None:
        """Reach the rig; `RigGone`."""
        await self._link.open()

    def close(self) -> None:
        """Let it go."""
        self._link.close()

    async def insert_card(self, citizen: str) -> None:
        """Lay a citizen's card on the reader; the rig holds one card only."""
        if citizen != self._card:
            raise ValueError(f"the rig holds the card of {self._card!r}, not of {citizen!r}; change the card by hand")
        await self._link.ask("insert_card")

    async def remove_card(self) -> None:
        """Take away what lies on the reader; nothing happens if nothing does."""
        await self._link.ask("remove_card")

    async def insert_coins(self, *yen: int) -> int:
        """Put in coins, one after the other; returns how many yen were accepted."""
        return await self._link.ask("insert_coins", timeout_s=COIN_S * (len(yen) + 1), yen=list(yen))

    async def put_paper(self) -> int:
        """Let a sheet lie in the tray, as far as its sensor can tell; returns the number of sheets."""
        return await self._link.ask("put_paper")

    async def take_paper(self) -> int:
        """Take the paper out of the tray; returns the number of sheets."""
        return await self._link.ask("take_paper")

    async def open_cover(self) -> None:
        """Open the printer's cover."""
        await self._link.ask("open_cover")

    async def close_cover(self) -> None:
        """Close it."""
        await self._link.ask("close_cover")

    async def jam_coins(self) -> None:
        """Let the escrow's gate stick."""
        await self._link.ask("jam_coins")

    async def free_coins(self) -> None:
        """Let it move again."""
        await self._link.ask("free_coins")

    async def money(self) -> dict[str, int]:
        """Where the money is, in yen: `kept`, `returned`, `escrow`, `refused`; and `accepting` 1 or 0."""
        return await self._link.ask("money")

    async def buzzer(self) -> dict[str, Any]:
        """Tell what the last two seconds sounded like: `sounding`, `beeps`, `hz`, `tone_s`, `pause_s`, `text`."""
        heard = await self._link.ask("buzzer")
        text = f"{heard['beeps']} tones at {heard['hz']:.0f} Hz" if heard["beeps"] else "silence"
        return {**heard, "text": text}

    async def expect_buzzer(self, *, sounding: bool, timeout_s: float = 10.0) -> None:
        """Wait until the buzzer sounds, or is silent (for half a second)."""
        until_s = time.monotonic() + timeout_s
        if sounding:
            await self._until(lambda: self._hz > 0, until_s, "expected the buzzer to sound")
            return
        while True:  # silence is the passing of time, not an event
            await self._until(lambda: not self._hz, until_s, "expected silence")
            count = len(self.events)
            await asyncio.sleep(SILENCE_S)
            if not any(each["event"] == "buzzer" and each["hz"] for each in self.events[count:]):
                return

    async def _until(self, come_true: Callable[[], bool], until_s: float, otherwise: str) -> None:
        try:
            async with asyncio.timeout(max(0.0, until_s - time.monotonic())), self._sounding:
                await self._sounding.wait_for(come_true)
        except TimeoutError:
            raise AssertionError(f"{otherwise}; heard {await self.buzzer()}") from None

    def _heard(self, event: dict[str, Any]) -> None:
        self.events.append(event)
        if event["event"] == "buzzer":
            self._hz = event["hz"]
            task = asyncio.get_running_loop().create_task(self._tell())
            self._telling.add(task)
            task.add_done_callback(self._telling.discard)

    async def _tell(self) -> None:
        async with self._sounding:
            self._sounding.notify_all()
