"""The moments of a run at which something can break, numbered, and what breaks at which of them.

Every file operation, command, hub call and movement of the machine reaches a point. A run without faults lists them;
each later run breaks one of them. Whatever would still act after its process has died meets `Cut`.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable


class Cut(BaseException):
    """The process is dead: nothing behind this line happens. No `Exception`, as nothing may catch it."""


@dataclass
class Points:
    """`faults`: what breaks at which number. `labels`: the points so far; `strike` lets a fault happen."""

    faults: dict[int, str] = field(default_factory=dict)
    labels: list[str] = field(default_factory=list)
    struck: list[tuple[int, str, str]] = field(default_factory=list)
    strike: Callable[[str, str], None] | None = None
    dead: bool = False

    def guard(self) -> None:
        """Raise `Cut` if the process is dead."""
        if self.dead:
            raise Cut

    def reach(self, label: str) -> None:
        """Come to a point; raises `Cut` if the process is dead, or dies here."""
        self.guard()
        number = len(self.labels)
        self.labels.append(label)
        kind = self.faults.get(number)
        if kind is None or self.strike is None:
            return
        self.struck.append((number, label, kind))
        self.strike(kind, label)
        if self.dead:
            raise Cut
