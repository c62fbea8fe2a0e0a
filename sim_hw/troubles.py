"""What goes wrong on the bench and is put right again. The words are those of `hil_tests/bench.py`.

Not responsible for how a part fails: the parts do that themselves.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from sim_hw.hub_line import Line
from sim_hw.printer.conditions import Condition

if TYPE_CHECKING:
    from sim_hw.world import World

INSTRUCTIONS = {"select": 0xA4, "verify": 0x20, "read": 0xB0, "sign": 0x2A}


class Troubles:
    """Troubles of `world`."""

    def __init__(self, world: World) -> None:
        self._world = world

    # ------------------------------------------------------------ printer

    async def open_cover(self) -> None:
        """Open the printer's cover."""
        self._world.printer.open_cover()

    async def close_cover(self) -> None:
        """Close it."""
        self._world.printer.close_cover()

    async def run_out_of_paper(self) -> None:
        """Let the paper roll be at its end."""
        self._world.printer.run_out_of_paper()

    async def paper_near_end(self) -> None:
        """Let the paper roll be nearly at its end."""
        self._world.printer.paper_near_end()

    async def load_paper(self) -> None:
        """Put in a new roll."""
        self._world.printer.load_paper()

    async def printer_off(self) -> None:
        """Switch the printer off."""
        if self._world.printer.powered:
            self._world.printer.power_off()

    async def printer_on(self) -> None:
        """Switch it on."""
        if not self._world.printer.powered:
            await self._world.printer.power_on()

    async def fail_print_at(self, row: int, condition: str) -> None:
        """Let a condition happen at a row of the next strip."""
        self._world.printer.fail_at_row(row, Condition(condition))

    async def repair_printer(self) -> None:
        """Put a cutter or mechanical error right by hand."""
        self._world.printer.repair()

    # ------------------------------------------------------------ card

    async def tear_card_at(self, instruction: str, nth: int = 1) -> None:
        """Pull the card in the middle of the nth `select`, `verify`, `read` or `sign` from now."""
        if instruction not in INSTRUCTIONS:
            raise ValueError(f"no instruction {instruction!r}; there are {', '.join(INSTRUCTIONS)}")
        await self._world.card.tear_at(INSTRUCTIONS[instruction], nth)

    async def lock_pin(self, citizen: str) -> None:
        """Let no tries be left for this citizen's PIN."""
        await self.set_tries(citizen, 0)

    async def set_tries(self, citizen: str, left: int) -> None:
        """Set the tries left for this citizen's PIN."""
        await self._world.card.set_tries("auth", left, self._world.hub.card(citizen))

    async def pcscd_down(self) -> None:
        """Kill the card service."""
        await self._world.card.kill_pcscd()
        self._tell("pcscd", on=False)

    async def pcscd_up(self) -> None:
        """Start it again."""
        await self._world.card.start_pcscd()
        self._tell("pcscd", on=True)

    # ------------------------------------------------------------ network

    async def hub_down(self) -> None:
        """Cut the line to the hub: connections break, new ones are refused."""
        await self._line(Line.DOWN)

    async def hub_slow(self) -> None:
        """Let the line to the hub swallow everything: connections stay, no byte comes back."""
        await self._line(Line.SLOW)

    async def hub_garble(self) -> None:
        """Let something else with the hub's own certificate answer, in bytes that mean nothing."""
        await self._line(Line.GARBLE)

    async def hub_up(self) -> None:
        """Put the line to the hub right."""
        await self._line(Line.UP)

    async def _line(self, state: Line) -> None:
        await self._world.line.become(state)
        self._world.events.emit({"event": "hub_line", "state": state})

    async def broker_down(self) -> None:
        """Kill the MQTT broker."""
        await self._world.subscriber.stop()
        await self._world.broker.kill()
        self._tell("broker", on=False)

    async def broker_up(self) -> None:
        """Start it again; it remembers nothing."""
        await self._world.subscriber.stop()
        self._world.subscriber.forget()
        await self._world.broker.kill()
        for memory in (self._world.run / "broker").glob("*.db*"):
            memory.unlink()
        await self._world.broker.start()
        await self._world.subscriber.start()
        self._tell("broker", on=True)

    # ------------------------------------------------------------ camera, coins

    async def cover_camera(self) -> None:
        """Put something over the lens."""
        self._world.camera.cover(on=True)

    async def uncover_camera(self) -> None:
        """Take it away."""
        self._world.camera.cover(on=False)

    async def jam_coins(self) -> None:
        """Let the escrow's gate stick."""
        self._world.coins.faults.jammed = True
        self._tell("coin_gate", on=False)

    async def free_coins(self) -> None:
        """Let it move again."""
        self._world.coins.faults.jammed = False
        self._tell("coin_gate", on=True)

    # ------------------------------------------------------------ power

    async def kill_firmware(self) -> None:
        """Kill all firmware processes at once, and nothing else; `restore_power` starts them again."""
        await self._world.machine.kill()
        self._world.powered = False
        self._tell("power", on=False)

    async def cut_power(self) -> None:
        """Take the power from the whole machine: firmware, card service, printer. Paper, coins and card stay."""
        await self.kill_firmware()
        await self.printer_off()
        await self._world.card.kill_pcscd()

    async def restore_power(self) -> None:
        """Give power again; returns when the kiosk's own screen is there."""
        if self._world.powered:
            return
        if not self._world.printer.powered:
            await self.printer_on()
            await self._world.card.start_pcscd()
        await self._world.machine.start()
        self._world.powered = True
        self._tell("power", on=True)
        await self._world.firmware_up()

    def _tell(self, what: str, *, on: bool) -> None:
        self._world.events.emit({"event": what, "on": on})
