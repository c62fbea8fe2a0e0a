"""The kiosk's devices over the matter of a run, as the drivers behave: coins, printer watch, tray, buzzer, screen.

They die with the process; `Matter` stays. Every movement is a point. Not responsible for what a person does.
"""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

from firmware import devices as d
from tests.faults.matter import Strip

if TYPE_CHECKING:
    from firmware.app.kiosk.outputs import Screen
    from tests.faults.matter import Matter

GATE_S, EMPTY_S, GATE_TIMEOUT_S = 0.2, 0.1, 3.0
SETTLE_S = 0.6
READY = d.PrinterStatus(d.DeviceState.ONLINE, d.Paper.FULL)
COVER_OPEN = d.PrinterStatus(d.DeviceState.OFFLINE, d.Paper.FULL, cover_open=True)
POWER_OFF = d.PrinterStatus(d.DeviceState.POWER_OFF)


class Coins:
    """Fulfils `devices.CoinAcceptor`."""

    def __init__(self, matter: Matter) -> None:
        self._matter = matter
        self._emit: d.Emit | None = None
        self._moving = asyncio.Lock()
        self.open = False

    def start(self, emit: d.Emit) -> None:
        """Tell what lies there."""
        self._emit = emit
        emit(d.EscrowChanged(occupied=self._matter.escrow > 0))

    def accept(self, on: bool) -> None:  # noqa: FBT001 - as the Protocol has it
        """Let coins in, or refuse them."""
        self._matter.points.reach(f"coins: accept {'on' if on else 'off'}")
        self.open = on

    def insert(self, yen: int) -> None:
        """A coin falls."""
        matter = self._matter
        matter.points.reach(f"coin of {yen}: falls")
        matter.inserted += yen
        matter.escrow += yen
        matter.points.reach(f"coin of {yen}: fell")
        assert self._emit is not None
        self._emit(d.EscrowChanged(occupied=True))
        self._emit(d.CoinInserted(yen))

    async def stack(self) -> None:
        """Keep what is in escrow."""
        await self._move(keeps=True)

    async def give_back(self) -> None:
        """Return what is in escrow."""
        await self._move(keeps=False)

    async def _move(self, *, keeps: bool) -> None:
        matter, gate = self._matter, "stack" if keeps else "return"
        async with self._moving:
            matter.points.reach(f"gate {gate}: before")
            if matter.stuck_gates and matter.escrow:
                matter.stuck_gates -= 1
                await asyncio.sleep(GATE_TIMEOUT_S)
                raise d.DeviceTimeout(gate)
            await asyncio.sleep(GATE_S)
            matter.points.reach(f"gate {gate}: opens")
            amount, matter.escrow = matter.escrow, 0
            if keeps:
                matter.kept += amount
            else:
                matter.given_back += amount
            matter.points.reach(f"gate {gate}: empty")
            await asyncio.sleep(EMPTY_S)
            if amount and self._emit:
                self._emit(d.EscrowChanged(occupied=False))
            matter.points.reach(f"gate {gate}: told")

    def close(self) -> None:
        """Nothing to let go of."""


class Watch:
    """Fulfils `devices.PrinterWatch`."""

    def __init__(self, matter: Matter, tray: Tray) -> None:
        self._matter, self._tray = matter, tray
        self._emit: d.Emit | None = None
        self._told: d.PrinterStatus | None = None

    async def open(self, emit: d.Emit) -> None:
        """Report status from now on."""
        self._matter.points.reach("printer: watched")
        self._emit, self._told = emit, None
        self.tell()

    async def close(self) -> None:
        """Let go of the printer."""
        self._matter.points.reach("printer: let go")
        self._emit = None
        await asyncio.sleep(0.01)
        self._matter.points.reach("printer: free")

    def tell(self) -> None:
        """Tell what changed."""
        matter = self._matter
        status = POWER_OFF if matter.printer_dead else COVER_OPEN if matter.cover_open else READY
        if self._emit and status != self._told:
            self._told = status
            self._emit(d.PrinterChanged(status))

    async def settle(self, deadline_s: float, *, whole: bool = False) -> bool:
        """Leave nothing of a job in the printer."""
        matter = self._matter
        matter.points.reach(f"printer: settle {'whole' if whole else 'torn'}")
        for _ in range(int(deadline_s / SETTLE_S)):
            await asyncio.sleep(SETTLE_S)
            if matter.cover_open:
                return False
            if not matter.printer_dead:
                half, matter.half = matter.half, None
                if half:  # swept out and cut
                    self._tray.falls(Strip(half.document_id, whole=False, receipt=half.receipt))
                matter.points.reach("printer: settled")
                return True
        return False


class Tray:
    """Fulfils `devices.TraySensor`."""

    def __init__(self, matter: Matter) -> None:
        self._matter = matter
        self._emit: d.Emit | None = None

    def start(self, emit: d.Emit) -> None:
        """Tell what lies there."""
        self._emit = emit
        emit(d.PaperPresented() if self._matter.tray else d.PaperTaken())

    def falls(self, strip: Strip) -> None:
        """A strip falls into the tray."""
        matter = self._matter
        matter.points.reach("tray: paper falls")
        matter.tray.append(strip)
        matter.points.reach("tray: paper fell")
        if self._emit and len(matter.tray) == 1:
            self._emit(d.PaperPresented())

    def taken(self) -> None:
        """A person takes all that lies there."""
        matter = self._matter
        matter.points.reach("tray: hand")
        matter.taken += matter.tray
        matter.tray = []
        matter.points.reach("tray: empty")
        if self._emit:
            self._emit(d.PaperTaken())

    def close(self) -> None:
        """Nothing to let go of."""


class Buzzer:
    """Fulfils `devices.Buzzer`."""

    def __init__(self, matter: Matter) -> None:
        self._matter = matter
        self.pattern = d.BuzzerPattern.SILENT

    def play(self, pattern: d.BuzzerPattern) -> None:
        """Play from now on."""
        self._matter.points.reach(f"buzzer: {pattern}")
        self.pattern = pattern

    def close(self) -> None:
        """Fall silent."""


class Desk:
    """What the touch screen shows."""

    def __init__(self, matter: Matter) -> None:
        self._matter = matter
        self.language = "ja"
        self.screen: Screen | None = None

    def show(self, screen: Screen) -> None:
        """Show a page."""
        if screen != self.screen:
            self._matter.points.reach("screen: another page")
            self.screen = screen


class Nobody:
    """Telemetry, broker and recorder: they hear what happens, and nothing depends on them."""

    def __getattr__(self, name: str) -> object:
        return lambda *_given, **_named: None
