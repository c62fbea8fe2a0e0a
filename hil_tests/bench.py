"""What a scenario can do to a kiosk and see of it, on simulated hardware or on a wired rig.

`sim_hw.bench.SimBench` is the simulated one. Answers are plain JSON values, because every verb can also be used over
the bench socket (docs/reference/simulated-hardware.md). Not responsible for how a verb is carried out.
"""

from __future__ import annotations

from typing import Any, Protocol

View = dict[str, Any]
"""A view of the screen protocol (docs/reference/screen-protocol.md)."""


class Hands(Protocol):
    """What the person in front of the kiosk does."""

    async def start(self) -> None:
        """Touch *start* on the home screen; returns when the dialogue is there."""
        ...

    async def choose(self, *buttons: str) -> None:
        """Touch these buttons, each as soon as it is offered; returns when the screen has reacted to the last one."""
        ...

    async def type_pin(self, pin: str) -> None:
        """Type a PIN on the pad, as soon as it is there, and touch *next*."""
        ...

    async def language(self, lang: str) -> None:
        """Touch the language switch: `ja` or `en`."""
        ...

    async def insert_card(self, citizen: str) -> None:
        """Lay a citizen's card on the reader."""
        ...

    async def insert_foreign_card(self) -> None:
        """Lay a card on the reader that is not a My Number card."""
        ...

    async def remove_card(self) -> None:
        """Take away what lies on the reader; nothing happens if nothing does."""
        ...

    async def insert_coins(self, *yen: int) -> int:
        """Put in coins, one after the other; returns how many yen were accepted."""
        ...

    async def take_paper(self) -> int:
        """Take the paper out of the tray; returns the number of sheets."""
        ...


class Troubles(Protocol):
    """What goes wrong, and is put right again."""

    async def open_cover(self) -> None:
        """Open the printer's cover."""
        ...

    async def close_cover(self) -> None:
        """Close it."""
        ...

    async def run_out_of_paper(self) -> None:
        """Let the paper roll be at its end."""
        ...

    async def paper_near_end(self) -> None:
        """Let the paper roll be nearly at its end."""
        ...

    async def load_paper(self) -> None:
        """Put in a new roll."""
        ...

    async def printer_off(self) -> None:
        """Switch the printer off."""
        ...

    async def printer_on(self) -> None:
        """Switch it on."""
        ...

    async def fail_print_at(self, row: int, condition: str) -> None:
        """Let `cover_open`, `paper_out`, `cutter`, `mechanical`, `power_off` or `torn` happen at a row of the strip."""
        ...

    async def repair_printer(self) -> None:
        """Put a cutter or mechanical error right by hand."""
        ...

    async def tear_card_at(self, instruction: str, nth: int = 1) -> None:
        """Pull the card in the middle of the nth `select`, `verify`, `read` or `sign` from now."""
        ...

    async def lock_pin(self, citizen: str) -> None:
        """Let no tries be left for this citizen's PIN."""
        ...

    async def set_tries(self, citizen: str, left: int) -> None:
        """Set the tries left for this citizen's PIN."""
        ...

    async def hub_down(self) -> None:
        """Cut the line to the hub: connections break, new ones are refused."""
        ...

    async def hub_slow(self) -> None:
        """Let the line to the hub swallow everything: connections stay, no byte comes back."""
        ...

    async def hub_garble(self) -> None:
        """Let something else with the hub's own certificate answer, in bytes that mean nothing."""
        ...

    async def hub_up(self) -> None:
        """Put the line to the hub right."""
        ...

    async def broker_down(self) -> None:
        """Kill the MQTT broker."""
        ...

    async def broker_up(self) -> None:
        """Start it again; it remembers nothing."""
        ...

    async def pcscd_down(self) -> None:
        """Kill the card service."""
        ...

    async def pcscd_up(self) -> None:
        """Start it again."""
        ...

    async def cover_camera(self) -> None:
        """Put something over the lens."""
        ...

    async def uncover_camera(self) -> None:
        """Take it away."""
        ...

    async def jam_coins(self) -> None:
        """Let the escrow's gate stick."""
        ...

    async def free_coins(self) -> None:
        """Let it move again."""
        ...

    async def kill_firmware(self) -> None:
        """Kill all firmware processes at once, and nothing else; `restore_power` starts them again."""
        ...

    async def cut_power(self) -> None:
        """Take the power from the whole machine: firmware, card service, printer. Paper, coins and card stay."""
        ...

    async def restore_power(self) -> None:
        """Give power again; returns when the kiosk's own screen is there."""
        ...


class Eyes(Protocol):
    """What can be seen and heard. Every `expect_…` raises `AssertionError` telling what was there instead."""

    async def expect_screen(self, name: str, timeout_s: float = 10.0, text: str = "") -> View:
        """Wait for the view of this name (with `text` in title, lines or note); one shown only briefly counts too."""
        ...

    async def expect_idle(self, timeout_s: float = 20.0) -> None:
        """Wait until the next person can start: home screen, nothing on the reader, in the tray or in escrow."""
        ...

    async def expect_printed(self, strips: int = 1, timeout_s: float = 30.0) -> list[dict[str, Any]]:
        """Wait until so many strips were cut since the last call; returns them as `strips` does."""
        ...

    async def expect_buzzer(self, *, sounding: bool, timeout_s: float = 10.0) -> None:
        """Wait until the buzzer sounds, or is silent (for half a second)."""
        ...

    async def expect_state(self, name: str, fields: dict[str, Any], timeout_s: float = 10.0) -> dict[str, Any]:
        """Wait until the retained MQTT state `kiosk/v1/<id>/<name>` has these fields; returns the whole."""
        ...

    async def screen(self) -> View | None:
        """Return the view that is shown now; None while no screen answers."""
        ...

    async def strips(self) -> list[dict[str, Any]]:
        """All strips cut so far: `number`, `width_dots`, `rows`, `picture` (path of the PNG)."""
        ...

    async def money(self) -> dict[str, int]:
        """Where the money is, in yen: `kept`, `returned`, `escrow`, `refused`; and `accepting` 1 or 0."""
        ...

    async def buzzer(self) -> dict[str, Any]:
        """Tell what the last two seconds sounded like: `sounding`, `beeps`, `hz`, `tone_s`, `pause_s`, `text`."""
        ...

    async def mqtt_states(self) -> dict[str, Any]:
        """Last payload of each topic that an independent subscriber saw; cleared ones are left out."""
        ...


class Office(Protocol):
    """What the responsible office does."""

    async def clear_alarm(self, reason: str, note: str = "") -> str:
        """Clear the alarm that is on with the office's key and a reason; returns the words of a refusal, or nothing."""
        ...


class Bench(Hands, Troubles, Eyes, Office, Protocol):
    """A kiosk on a bench."""
