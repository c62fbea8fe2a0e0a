"""What a power cut does not touch: coins in escrow and box, paper in the tray and in hands, a card that lies there.

The truth that the books are held against. Not responsible for what the kiosk believes.
"""

from __future__ import annotations

from dataclasses import dataclass, field

from tests.faults.points import Points


@dataclass
class Strip:
    """A paper that came out: `whole` if all of it is on it. A receipt has no document."""

    document_id: str
    whole: bool
    receipt: bool = False


@dataclass
class Matter:
    """Yen and papers. `jobs` are the documents that were sent to the printer, each time that they were."""

    points: Points
    now: float = 0.0
    wall_ahead_s: float = 0.0
    inserted: int = 0
    escrow: int = 0
    kept: int = 0
    given_back: int = 0
    card: bool = False
    tray: list[Strip] = field(default_factory=list)
    taken: list[Strip] = field(default_factory=list)
    jobs: list[str] = field(default_factory=list)
    kept_for: dict[str, int] = field(default_factory=dict)
    printer_dead_until: float = 0.0
    cover_open: bool = False
    stuck_gates: int = 0
    half: Strip | None = None  # hangs in the printer

    @property
    def strips(self) -> list[Strip]:
        """All papers that came out."""
        return [*self.taken, *self.tray]

    @property
    def printer_dead(self) -> bool:
        """Whether the printer has no power."""
        return self.now < self.printer_dead_until
