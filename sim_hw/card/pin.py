"""A PIN on the card: its value, its tries, its lock.

Not responsible for: which file needs it. The counter outlives power and removal; a success resets it
(DOMAIN, "PIN").
"""

from dataclasses import dataclass, field


@dataclass
class CardPin:
    """`left` tries of `tries_max` remain; at 0 nothing opens it here any more."""

    value: bytes
    tries_max: int
    left: int = field(init=False)

    def __post_init__(self) -> None:
        self.left = self.tries_max

    @property
    def locked(self) -> bool:
        """No try is left."""
        return self.left == 0

    def try_value(self, value: bytes) -> bool:
        """Compare once: the counter goes down on a wrong value, up to its maximum on the right one."""
        if self.locked:
            return False
        if value != self.value:
            self.left -= 1
            return False
        self.left = self.tries_max
        return True
