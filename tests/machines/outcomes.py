"""What a machine makes of each kind of event in each phase: the stuff of its table and diagram."""

from __future__ import annotations

from collections import defaultdict

Outcome = tuple[str, tuple[str, ...]]


class Outcomes:
    """For each phase and event: the different next phases and commands; None is *nothing changes*."""

    def __init__(self) -> None:
        self.found: defaultdict[str, defaultdict[str, set[Outcome | None]]] = defaultdict(lambda: defaultdict(set))

    def add(self, phase: str, event: str, outcome: Outcome | None) -> None:
        """Note one transition."""
        self.found[phase][event].add(outcome)
