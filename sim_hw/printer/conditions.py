"""What can be the matter with the printer, and the status bytes it sends about it.

Source: DEVICES, "Thermal printer" (`DLE EOT n`, automatic status). Not responsible for: when a status is sent.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum


class Condition(StrEnum):
    """Something that stops the printer, or is about to."""

    COVER_OPEN = "cover_open"
    PAPER_NEAR_END = "paper_near_end"
    PAPER_OUT = "paper_out"
    CUTTER = "cutter"
    MECHANICAL = "mechanical"
    UNRECOVERABLE = "unrecoverable"
    AUTO_RECOVERABLE = "auto_recoverable"
    FEED_BUTTON = "feed_button"
    HEAD_UP = "head_up"
    VOLTAGE = "voltage"
    JAM = "jam"
    MEMORY = "memory"
    PRESENTER = "presenter"
    OFFLINE = "offline"
    POWER_OFF = "power_off"
    TORN = "torn"
    FROZEN = "frozen"


# Kiosk printers alone tell these apart; see `Reading.full_status`.
KIOSK = {Condition.HEAD_UP, Condition.VOLTAGE, Condition.JAM, Condition.MEMORY, Condition.PRESENTER}
ERRORS = {Condition.CUTTER, Condition.MECHANICAL, Condition.UNRECOVERABLE, Condition.AUTO_RECOVERABLE} | KIOSK
RECOVERABLE = {Condition.CUTTER, Condition.MECHANICAL}
STOPS = ERRORS | {Condition.COVER_OPEN, Condition.PAPER_OUT, Condition.FEED_BUTTON, Condition.OFFLINE}


@dataclass(frozen=True, slots=True)
class Reading:
    """The conditions at one moment, as bytes."""

    now: frozenset[Condition]

    def _bits(self, table: dict[Condition, int]) -> int:
        return sum(bit for condition, bit in table.items() if condition in self.now)

    @property
    def offline(self) -> bool:
        """The printer does not print now."""
        return bool(self.now & STOPS)

    def reply(self, number: int) -> bytes:
        """Answer to `DLE EOT number`."""
        match number:
            case 1:
                bits = 0x08 if self.offline else 0
            case 2:
                bits = self._bits({Condition.COVER_OPEN: 0x04, Condition.FEED_BUTTON: 0x08, Condition.PAPER_OUT: 0x20})
                bits |= 0x40 if self.now & ERRORS else 0
            case 3:
                bits = self._bits(
                    {
                        Condition.MECHANICAL: 0x04,
                        Condition.CUTTER: 0x08,
                        Condition.UNRECOVERABLE: 0x20,
                        Condition.AUTO_RECOVERABLE: 0x40,
                    }
                )
            case _:
                near = self.now & {Condition.PAPER_NEAR_END, Condition.PAPER_OUT}
                bits = (0x0C if near else 0) | self._bits({Condition.PAPER_OUT: 0x60})
        return bytes([0x12 | bits])

    def frame(self) -> bytes:
        """Build the four bytes of automatic status."""
        first = 0x10 | (0x08 if self.offline else 0)
        first |= self._bits({Condition.COVER_OPEN: 0x20, Condition.FEED_BUTTON: 0x40})
        second = self._bits(
            {
                Condition.MECHANICAL: 0x04,
                Condition.CUTTER: 0x08,
                Condition.UNRECOVERABLE: 0x20,
                Condition.AUTO_RECOVERABLE: 0x40,
            }
        )
        near = self.now & {Condition.PAPER_NEAR_END, Condition.PAPER_OUT}
        third = (0x03 if near else 0) | self._bits({Condition.PAPER_OUT: 0x0C})
        return bytes([first, second, third, 0x0F])

    def full_status(self, *, ticket: bool) -> bytes:
        """Build the four bytes of a kiosk printer: paper, user, recoverable, unrecoverable; `ticket` in the mouth."""
        paper = self._bits({Condition.PAPER_OUT: 0x01, Condition.PAPER_NEAR_END: 0x04}) | (0x20 if ticket else 0)
        user = self._bits({Condition.HEAD_UP: 0x01, Condition.COVER_OPEN: 0x02, Condition.FEED_BUTTON: 0x20})
        recoverable = self._bits({Condition.AUTO_RECOVERABLE: 0x01, Condition.VOLTAGE: 0x08, Condition.JAM: 0x40})
        unrecoverable = self._bits({Condition.CUTTER: 0x01, Condition.MEMORY: 0x08, Condition.PRESENTER: 0x80})
        return bytes([paper, user, recoverable, unrecoverable])
