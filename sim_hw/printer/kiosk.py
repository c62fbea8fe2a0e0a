"""What only kiosk printers have: full status, counters, and the presenter behind the knife.

Not responsible for the mouth itself (`presenter.py`). Source: docs/reference/printers.md, Custom VKP80III.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from sim_hw.printer import command
from sim_hw.printer.presenter import Presenter

if TYPE_CHECKING:
    from collections.abc import Callable

    from sim_hw.printer.mechanism import Mechanism
    from sim_hw.printer.strip import Strip

ROWS_PER_CM = 80
FULL_STATUS_HEADER = b"\x10\x0f"
Order = command.FullStatusOn | command.ReadCounter | command.Present


class KioskSide:
    """`send` takes bytes for the line, `emit` events for the bench."""

    def __init__(
        self, mechanism: Mechanism, send: Callable[[bytes], None], emit: Callable[[dict[str, Any]], None]
    ) -> None:
        self.presenter = Presenter(self._moved)
        self.times_on = 1
        self._mechanism = mechanism
        self._send = send
        self._emit = emit
        self._mask = 0
        self._told = b""

    def full_status(self) -> bytes:
        """Build the four bytes of full status."""
        return self._mechanism.reading.full_status(ticket=self.presenter.held is not None)

    def answer_full_status(self) -> None:
        """Answer DLE EOT 20, at once."""
        self._send(FULL_STATUS_HEADER + self.full_status())

    async def perform(self, order: Order) -> None:
        """Obey one command of the buffer."""
        match order:
            case command.FullStatusOn(mask):
                self._mask = mask
                self._told = self.full_status()
            case command.ReadCounter(letter):
                await self._mechanism.running()
                self._send(self._counter(letter))
            case command.Present():
                if strip := await self._mechanism.cut():
                    self.presenter.present(strip, order)

    def report(self) -> None:
        """Something may have changed: tell whoever switched full status on."""
        now = self.full_status()
        if self._mask and now != self._told:
            self._told = now
            told = bytes(byte for place, byte in enumerate(now) if self._mask >> place & 1)
            self._send(b"\x10" + bytes([self._mask]) + told)

    def reset(self) -> None:
        """ESC @, or the power went: nothing is told by itself any more."""
        self._mask = 0

    def _counter(self, letter: int) -> bytes:
        paper = self._mechanism
        counts = {
            0xE1: f"{max(paper.rows_left, 0) // ROWS_PER_CM}cm",
            0xE2: f"{paper.strips_cut} cuts",
            0xE3: f"{paper.rows_printed // ROWS_PER_CM}cm",
            0xE4: f"{self.presenter.retracts}ret",
            0xE5: f"{self.times_on}on",
        }
        return counts[letter].encode()

    def _moved(self, what: str, strip: Strip) -> None:
        self._emit({"event": f"strip_{what}", "strip": strip.number})
        self.report()
