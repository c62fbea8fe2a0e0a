"""What the person does: touches, card, PIN, coins, paper. The words are those of `hil_tests/bench.py`.

Not responsible for what goes wrong (`troubles.py`) nor for looking (`eyes.py`).
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from sim_hw.reaction import reacted

if TYPE_CHECKING:
    from sim_hw.world import World

REACTION_S = 20.0
OWN_VIEWS = ("home", "out_of_service", "take_card_alarm", "take_paper_alarm")


class Hands:
    """The person's hands in `world`."""

    def __init__(self, world: World) -> None:
        self._world = world

    async def start(self) -> None:
        """Touch *start* on the home screen; returns when the dialogue is there.

        Touches again if the kiosk was not ready, or if the page was drawn anew meanwhile: then the touch was lost.
        """
        screen, events = self._world.screen, self._world.events
        while True:
            touched = await self._touch("start")
            await events.until(
                lambda: screen.view and (screen.name != "home" or screen.view["id"] != touched),  # noqa: B023 - awaited here
                REACTION_S,
                lambda: "nothing came after *start*",
            )
            if screen.name not in OWN_VIEWS:
                return

    async def choose(self, *buttons: str) -> None:
        """Touch these buttons, each as soon as it is offered; returns when the screen has reacted to the last one."""
        for button in buttons:
            await self._touch(button)

    async def type_pin(self, pin: str) -> None:
        """Type a PIN on the pad, as soon as it is there, and touch *next*."""
        for digit in pin:
            await self._touch(f"digit:{digit}")
        await self._touch("next")

    async def language(self, lang: str) -> None:
        """Touch the language switch: `ja` or `en`."""
        screen = self._world.screen
        await screen.choose_language(lang)
        await self._world.events.until(
            lambda: screen.view and screen.view["lang"] == lang, REACTION_S, lambda: f"the screen does not speak {lang}"
        )

    async def insert_card(self, citizen: str) -> None:
        """Lay a citizen's card on the reader."""
        folder = self._world.hub.card(citizen)
        await self._world.card.insert(folder)
        self._world.events.emit({"event": "card_inserted", "card": citizen})

    async def insert_foreign_card(self) -> None:
        """Lay a card on the reader that is not a My Number card."""
        await self._world.card.insert_foreign()
        self._world.events.emit({"event": "card_inserted", "card": "foreign"})

    async def remove_card(self) -> None:
        """Take away what lies on the reader; nothing happens if nothing does."""
        state = await self._world.card.state()
        if state["present"]:
            await self._world.card.remove()
            self._world.events.emit({"event": "card_removed"})

    async def insert_coins(self, *yen: int) -> int:
        """Put in coins, one after the other; returns how many yen were accepted."""
        taken = [each for each in yen if await self._world.coins.insert(each)]
        return sum(taken)

    async def take_paper(self) -> int:
        """Take the paper out of the tray; returns the number of sheets."""
        return await self._world.tray.take_paper()

    async def _touch(self, button: str) -> int:
        """Wait for the offer, touch, wait for the reaction; returns the id of the view that was touched."""
        screen, events = self._world.screen, self._world.events
        await events.until(
            lambda: screen.offers(button),
            REACTION_S,
            lambda: f"{button!r} is not offered on {screen.name or 'no screen'}",
        )
        view = screen.view
        if view is None:
            return 0
        await screen.touch(button)
        await events.until(
            lambda: reacted(view, screen.view, button),
            REACTION_S,
            lambda: f"the screen {screen.name!r} did not react to {button!r}",
        )
        return view["id"]
