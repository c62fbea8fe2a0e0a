"""What two readings of a PC/SC reader state mean: inserted, removed, swapped, reader lost.

Not responsible for: reading them (`card_reader.py`). Source: pcsc-lite's winscard API, SCardGetStatusChange: the upper
16 bits of a state count insertions and removals, so that a swap faster than two readings still shows.
"""

from __future__ import annotations

from dataclasses import dataclass

from firmware.devices import CardInserted, CardRemoved

UNKNOWN = 0x0004
UNAVAILABLE = 0x0008
PRESENT = 0x0020
UNKNOWN_READER = "80100009"
READER_UNAVAILABLE = "80100017"
COUNTER_SHIFT = 16


@dataclass(frozen=True, slots=True)
class Presence:
    """One reading; `counter` is None before the first one."""

    present: bool = False
    counter: int | None = None

    def then(self, state: int) -> tuple[Presence, list[CardInserted | CardRemoved]]:
        """Return the new reading and what happened since the last; a first reading tells what lies there."""
        new = Presence(bool(state & PRESENT), state >> COUNTER_SHIFT)
        if self.counter is None:
            return new, [CardInserted() if new.present else CardRemoved()]
        if new.counter == self.counter and new.present == self.present:
            return new, []  # only in use, or no longer
        match self.present, new.present:
            case False, False:
                return new, [CardInserted(), CardRemoved()]
            case False, True:
                return new, [CardInserted()]
            case True, False:
                return new, [CardRemoved()]
            case _:
                return new, [CardRemoved(), CardInserted()]


def loss(state: int) -> str | None:
    """Return the status code when the state says that the reader is gone."""
    if state & UNKNOWN:
        return UNKNOWN_READER
    return READER_UNAVAILABLE if state & UNAVAILABLE else None
