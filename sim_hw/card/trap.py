"""A fault set to happen at a certain APDU: the card is pulled away, or falls silent, in the middle of it.

Not responsible for: the pulling; `vpcd.py` does it. One trap at a time, gone once sprung.
"""

from dataclasses import dataclass
from enum import Enum

MIN_APDU_BYTES = 2


class Fault(Enum):
    """What happens in the middle of the APDU."""

    TEAR = "tear"
    STALL = "stall"


@dataclass
class Trap:
    """Springs at the `nth` (1 = next) APDU whose instruction byte is `ins`."""

    fault: Fault
    ins: int
    nth: int

    def springs_at(self, apdu: bytes) -> bool:
        """Count one APDU; True when it is the one."""
        if len(apdu) < MIN_APDU_BYTES or apdu[1] != self.ins:
            return False
        self.nth -= 1
        return self.nth == 0
