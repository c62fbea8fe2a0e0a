"""What befalls one part of a world when a step of a visit begins, and what puts it right a while later.

A line is struck, the far end is killed, a process gets no more of something, the name server is mute. Not responsible
for the visit (`person.py`) nor for the rules (`run.py`).
"""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

from tests.faults.lines import shortage
from tests.faults.lines.cases import LINES, PLACES
from tests.kiosk import processes

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable

    from sim_hw.bench import SimBench
    from tests.faults.lines.cases import Case
    from tests.faults.lines.world import LinedWorld

    Deed = Callable[[], Awaitable[None]]

LASTS_S = 4.0


class Fault:
    """The fault of a case; `at` is told each step, `over` is asked whether all is right again."""

    def __init__(self, bench: SimBench, world: LinedWorld, case: Case) -> None:
        self._bench = bench
        self._world = world
        self._case = case
        self._place = PLACES.get(case.line, case.line)
        self._lasts: asyncio.Task[None] | None = None
        self._manager: asyncio.Task[None] | None = None
        self._short: tuple[int, tuple[int, int]] = (0, (0, 0))
        self.struck = False

    async def at(self, step: str) -> None:
        """Strike if it is this step."""
        if step == self._case.step and self._case.fault != "none":
            self.struck = True
            await self._deeds()[0]()
            self._lasts = asyncio.create_task(asyncio.sleep(LASTS_S))  # so long it lasts

    async def over(self) -> bool:
        """Tell whether all is right again; puts it right when it is time."""
        if self._lasts and self._lasts.done():
            await self.heal()
        return self._lasts is None

    async def heal(self) -> None:
        """Put everything right."""
        lasts, self._lasts = self._lasts, None
        if lasts is not None:
            lasts.cancel()
            await self._deeds()[1]()

    def _deeds(self) -> tuple[Deed, Deed]:
        """Return what breaks it, and what puts it right."""
        if self._case.fault == "killed":
            return self._killing()
        if self._case.fault in shortage.LIMITS:
            return self._short_of, self._enough
        if self._place == "names":
            return self._names, self._names_back
        return self._strike, self._world.lines[self._place].heal

    async def _strike(self) -> None:
        told = LINES[self._case.line]
        self._world.lines[self._place].befall(self._case.fault, told.after, told.towards)

    def _killing(self) -> tuple[Deed, Deed]:
        bench, hub, name = self._bench, self._world.hub, self._place
        others: dict[str, tuple[Deed, Deed]] = {
            "centre": (lambda: hub.kill_role("centre"), self._centre_up),
            "broker": (bench.broker_down, bench.broker_up),
            "printer": (bench.printer_off, bench.printer_on),
            "pcscd": (bench.pcscd_down, bench.pcscd_up),
        }
        return others.get(name) or (lambda: hub.kill_role(name), lambda: hub.start_role(name))

    async def _centre_up(self) -> None:
        await self._world.hub.start()
        self._world.line._hub_port = self._world.hub.port

    # ------------------------------------------------------------ shortages

    async def _short_of(self) -> None:
        pid = {
            "kiosk": lambda: self._world.machine.pid,
            "clerk": lambda: processes.child(self._bench, "clerk"),
            "hub": lambda: self._world.hub.pid,
        }[self._place]()
        assert pid, f"no {self._place} runs"
        self._short = pid, shortage.begin(pid, self._case.fault)
        if self._place == "kiosk":
            self._manager = asyncio.create_task(self._start_again())

    async def _start_again(self) -> None:
        """Be the service manager: start the kiosk when it has ended."""
        await self._world.machine.ended()
        self._world.powered = False
        await self._bench.restore_power()

    async def _enough(self) -> None:
        pid, before = self._short
        shortage.end(pid, self._case.fault, before)
        manager, self._manager = self._manager, None
        if manager is not None:
            if self._world.machine.pid == pid:
                manager.cancel()
            await asyncio.gather(manager, return_exceptions=self._world.machine.pid == pid)
        if self._place == "hub" and not self._world.hub.pid:
            await self._centre_up()

    # ------------------------------------------------------------ names

    async def _names(self) -> None:
        """Change what the name server does, and break the connections for which nobody would ask it."""
        self._world.resolver.write_text(self._case.fault, encoding="ascii")
        for place in ("centre", "broker"):
            await self._world.lines[place].end()

    async def _names_back(self) -> None:
        self._world.resolver.write_text("", encoding="ascii")
