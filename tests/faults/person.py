"""People at the kiosk: one who does what the page asks for, and others who leave things, overpay or walk away.

Looks at the screen again and again, so it goes on after any restart. Not responsible for what follows.
"""

from __future__ import annotations

import asyncio
import secrets
from dataclasses import dataclass
from typing import TYPE_CHECKING

from firmware import devices as d
from firmware.app import messages as m
from firmware.app.clerk import state as cs
from firmware.app.clerk import vocabulary as cv
from firmware.app.kiosk import vocabulary as kv
from firmware.app.kiosk.outputs import ClerkScreen, OwnScreen
from firmware.app.kiosk.state import Printing

if TYPE_CHECKING:
    from collections.abc import Callable

    from tests.faults.clerks import Process
    from tests.faults.life import Life

Q = cs.Question
TOUCHES = {
    Q.CONSENT: "agree",
    Q.CHOOSE_TYPE: "type:resident_record",
    Q.CHOOSE_SCOPE: "scope:self",
    Q.CHOOSE_ITEMS: "next",
    Q.PREVIEW: "next",
    Q.CONFIRM: "next",
    Q.REFUSED: "next",
}
LOOK_S = 0.4
COVER_OPEN_S = 20.0
BETWEEN_S = 20.0
LONGEST_AT_SCREEN_S = 240.0


@dataclass
class Manners:
    """What is peculiar about a person. `visits`: how many come one after the other; `coins` put in, in this order."""

    coins: tuple[int, ...] = (100, 100, 50)
    copies: int = 1
    visits: int = 1
    gives_up_at_yen: int | None = None
    leaves_paper_s: float = 0.0
    leaves_card_s: float = 0.0
    opens_cover: bool = False
    hub_away_when_paid_s: float = 0.0
    late_coin: bool = False
    jams: int = 0


class Person:
    """Whoever stands there. State outlives the kiosk; `begun` counts visits, `put_in` the coins of this one.

    `many` gives the manners of the next visit, if they differ.
    """

    def __init__(self, manners: Manners) -> None:
        self.manners = manners
        self.next_at = 0.0
        self.many: Callable[[int], Manners] | None = None
        self.begun = 0
        self.put_in = 0
        self.card_since: float | None = None
        self.paper_since: float | None = None
        self.covered_at: float | None = None

    async def live(self, life: Life) -> None:
        """Look and act, until the kiosk dies or the run is over."""
        while True:
            await asyncio.sleep(LOOK_S)
            self._act(life)

    def _act(self, life: Life) -> None:
        now = life.loop.time()
        self._take_things(life, now)
        screen = life.desk.screen
        match screen:
            case OwnScreen("home") if self.begun < self.manners.visits and now >= self.next_at:
                self.next_at = now + BETWEEN_S
                if self.many:
                    self.manners = self.many(self.begun)
                self.begun += 1
                self.covered_at = None
                self.put_in = 0
                self.card_since = self.paper_since = None
                life.points.reach("person: start")
                life.runner.post(kv.Touched(m.Id(secrets.token_hex(16)), m.Language.JA))
            case ClerkScreen(spare) if process := life.clerks.running.get(spare.clerk):
                self._touch(life, process)
            case _:
                pass

    def _touch(self, life: Life, process: Process) -> None:
        match process.clerk.phase:
            case cs.Asking(question):
                self._answer(life, process, question)
            case cs.Paying():
                self._pay(life, process)
            case cs.Saying():
                process.hear(cv.Touched("next"))
            case _:
                pass

    def _answer(self, life: Life, process: Process, question: cs.Question) -> None:
        if question is Q.HOLD_CARD and not life.matter.card:
            life.matter.card = True
            self.card_since = life.loop.time()
            life.runner.post(d.CardInserted())
        elif question is Q.ENTER_PIN:
            for _ in range(4):
                process.hear(cv.Touched("digit"))
            process.hear(cv.Touched("next"))
        elif question is Q.CHOOSE_COPIES:
            if self.manners.copies > 1:
                process.hear(cv.Touched(f"copies:{self.manners.copies}"))
            process.hear(cv.Touched("next"))
        elif question is Q.MUNICIPALITY:
            process.hear(cv.Touched("municipality:402231"))
        elif button := TOUCHES.get(question):
            process.hear(cv.Touched(button))

    def _pay(self, life: Life, process: Process) -> None:
        manners = self.manners
        paid = sum(manners.coins[: self.put_in])
        if manners.gives_up_at_yen is not None and paid >= manners.gives_up_at_yen:
            process.hear(cv.Touched("cancel"))
        elif life.coins.open and self.put_in < len(manners.coins):
            yen = manners.coins[self.put_in]
            self.put_in += 1
            life.coins.insert(yen)
            if self.put_in == len(manners.coins):
                self._paid(life)

    def _paid(self, life: Life) -> None:
        manners, matter = self.manners, life.matter
        if manners.hub_away_when_paid_s:
            life.hub.away_until = life.loop.time() + manners.hub_away_when_paid_s
        if manners.jams:
            matter.stuck_gates, manners.jams = manners.jams, 0

    def _take_things(self, life: Life, now: float) -> None:
        matter, manners = life.matter, self.manners
        self._meddle(life, now)
        if matter.card and self._may_take_card(life, now):
            matter.card = False
            life.runner.post(d.CardRemoved())
        self.paper_since = (self.paper_since or now) if matter.tray else None
        if self.paper_since is None or matter.half or life.printing:  # nobody pulls before it has come to rest
            return
        if now - self.paper_since >= max(manners.leaves_paper_s, 1.0):
            self.paper_since = None
            life.tray.taken()

    def _meddle(self, life: Life, now: float) -> None:
        """Open the cover in the middle of a sheet and shut it later; let a last coin roll slowly."""
        matter, manners = life.matter, self.manners
        if manners.opens_cover and self.covered_at is None and matter.half:
            self.covered_at, matter.cover_open = now, True
            life.watch.tell()
        elif matter.cover_open and now - (self.covered_at or now) >= COVER_OPEN_S:
            matter.cover_open = False
            life.watch.tell()
        if manners.late_coin and isinstance(life.runner.kiosk.phase, Printing):
            manners.late_coin = False
            life.coins.insert(100)

    def _may_take_card(self, life: Life, now: float) -> bool:
        since = self.card_since if self.card_since is not None else now
        self.card_since = since
        if self.manners.leaves_card_s:
            return now - since >= self.manners.leaves_card_s
        asked = any(isinstance(p.clerk.phase, cs.TakingCard) for p in life.clerks.running.values())
        serving = isinstance(life.desk.screen, ClerkScreen)
        return asked or not serving or now - since > LONGEST_AT_SCREEN_S
