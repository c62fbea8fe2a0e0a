"""What can be seen and heard on the bench. The words are those of `hil_tests/bench.py`; answers are plain JSON values.

Every expectation waits for an event of the bench, never for a time to pass.
"""

from __future__ import annotations

import asyncio
import time
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from sim_hw.printer import Strip
    from sim_hw.world import World

HEARD_S = 2.0
SILENCE_S = 0.5
KIOSK = "kiosk/v1/kiosk-0001"

View = dict[str, Any]


class Eyes:
    """Eyes and ears in `world`."""

    def __init__(self, world: World) -> None:
        self._world = world
        self._seen_views = 0
        self._seen_strips = 0

    async def expect_screen(self, name: str, timeout_s: float = 10.0, text: str = "") -> View:
        """Wait for the view of this name (with `text` in title, lines or note); one shown only briefly counts too."""
        screen = self._world.screen
        present = len(screen.shown) - 1 if screen.view else len(screen.shown)
        found = screen.matching(name, text, min(self._seen_views, present))
        await self._world.events.until(
            found, timeout_s, lambda: f"expected the screen {name!r} {text}, {self._shown()}"
        )
        place = found()
        self._seen_views = place
        return screen.shown[place - 1]

    async def expect_idle(self, timeout_s: float = 20.0) -> None:
        """Wait until the next person can start: home screen, nothing on the reader, in the tray or in escrow."""
        world = self._world
        state = await world.card.state()
        if state["present"]:
            raise AssertionError("expected an idle kiosk, but a card still lies on the reader")
        await world.events.until(
            lambda: world.screen.name == "home" and not world.tray.sheets and not world.coins.counts.escrow_yen,
            timeout_s,
            lambda: (
                f"expected an idle kiosk; {self._shown()}; {world.tray.sheets} sheets in the tray; escrow holds"
                f" {world.coins.counts.escrow_yen}"
            ),
        )

    async def expect_printed(self, strips: int = 1, timeout_s: float = 30.0) -> list[dict[str, Any]]:
        """Wait until so many strips were cut since the last call; returns them as `strips` does."""
        world, wanted = self._world, self._seen_strips + strips
        await world.events.until(
            lambda: len(world.strips) >= wanted,
            timeout_s,
            lambda: f"expected {strips} strips, {len(world.strips) - self._seen_strips} came out; {self._shown()}",
        )
        new = world.strips[self._seen_strips : wanted]
        self._seen_strips = wanted
        return [self._strip(strip) for strip in new]

    async def expect_buzzer(self, *, sounding: bool, timeout_s: float = 10.0) -> None:
        """Wait until the buzzer sounds, or is silent (for half a second)."""
        buzzer, events = self._world.buzzer, self._world.events
        if sounding:
            await events.until(
                lambda: buzzer.sounding, timeout_s, lambda: f"expected the buzzer to sound, {self._shown()}"
            )
            return
        until_s = time.monotonic() + timeout_s
        while True:  # silence is the passing of time, not an event
            left_s = max(0.0, until_s - time.monotonic())
            await events.until(
                lambda: not buzzer.sounding, left_s, lambda: f"expected silence, heard {buzzer.heard(HEARD_S)}"
            )
            await asyncio.sleep(SILENCE_S)
            if not buzzer.heard(SILENCE_S).beeps:
                return

    async def expect_state(self, name: str, fields: dict[str, Any], timeout_s: float = 10.0) -> dict[str, Any]:
        """Wait until the retained MQTT state `kiosk/v1/<id>/<name>` has these fields; returns the whole."""
        states, topic = self._world.subscriber.states, f"{KIOSK}/{name}"

        def there() -> bool:
            payload = states.get(topic)
            return isinstance(payload, dict) and fields.items() <= payload.items()  # pyright: ignore[reportUnknownMemberType]

        await self._world.events.until(
            there, timeout_s, lambda: f"expected {topic} with {fields}; it is {states.get(topic)}"
        )
        return states[topic]

    async def screen(self) -> View | None:
        """Return the view that is shown now; None while no screen answers."""
        return self._world.screen.view

    async def strips(self) -> list[dict[str, Any]]:
        """All strips cut so far: `number`, `width_dots`, `rows`, `picture` (path of the PNG)."""
        return [self._strip(strip) for strip in self._world.strips]

    async def money(self) -> dict[str, int]:
        """Where the money is, in yen: `kept`, `returned`, `escrow`, `refused`; and `accepting` 1 or 0."""
        counts = self._world.coins.counts
        return {
            "kept": counts.kept_yen,
            "returned": counts.returned_yen,
            "escrow": sum(counts.escrow_yen),
            "refused": counts.refused_yen,
            "accepting": int(self._world.coins.accepting),
        }

    async def buzzer(self) -> dict[str, Any]:
        """Tell what the last two seconds sounded like: `sounding`, `beeps`, `hz`, `tone_s`, `pause_s`, `text`."""
        heard = self._world.buzzer.heard(HEARD_S)
        return {
            "sounding": heard.sounding,
            "beeps": heard.beeps,
            "hz": heard.hz,
            "tone_s": heard.tone_s,
            "pause_s": heard.pause_s,
            "text": str(heard),
        }

    async def mqtt_states(self) -> dict[str, Any]:
        """Last payload of each topic that an independent subscriber saw; cleared ones are left out."""
        return dict(self._world.subscriber.states)

    def _strip(self, strip: Strip) -> dict[str, Any]:
        return {
            "number": strip.number,
            "width_dots": strip.width_dots,
            "rows": strip.rows,
            "picture": str(self._world.strip_file(strip)),
        }

    def _shown(self) -> str:
        names = [view["name"] for view in self._world.screen.shown[-6:]]
        return f"shown: {self._world.screen.name or 'nothing'} (before: {', '.join(names[:-1]) or 'nothing'})"
