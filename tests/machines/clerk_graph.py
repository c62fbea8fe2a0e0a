"""The clerk's machine explored: all states, all transitions, and what each phase makes of each event.

Not responsible for the events (`clerk_world.py`), the rules (`clerk_rules.py`) or the search (`exploration.py`).
"""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import cache
from typing import TYPE_CHECKING

from firmware.app.clerk import vocabulary as v
from firmware.app.clerk.state import Asking, Clerk, Over, Phase, Working
from tests.machines.clerk_rules import broken_by
from tests.machines.clerk_world import START, Answer, Situation, answer, events
from tests.machines.exploration import Explored, Move, explore
from tests.machines.labels import command_label, event_label, story_label
from tests.machines.outcomes import Outcomes

if TYPE_CHECKING:
    from collections.abc import Iterator

TICKS_TO_THE_END = 3


def phase_label(phase: Phase) -> str:
    """Return the phase's name, with its question or its work."""
    match phase:
        case Asking(question):
            return f"Asking {question}"
        case Working(work):
            return f"Working {work}"
        case _:
            return type(phase).__name__


@dataclass
class ClerkGraph:
    """What an exploration found."""

    explored: Explored[Situation] = field(default_factory=Explored)
    outcomes: Outcomes = field(default_factory=Outcomes)

    def moves(self, situation: Situation) -> Iterator[Move[Situation]]:
        """Yield every transition out of a state, and note it for the table."""
        for event, now in events(situation):
            made = answer(situation, event, now)
            self._note(made)
            yield Move(story_label(event), made.after, isinstance(event, v.Ticked), tuple(broken_by(made)))

    def _note(self, made: Answer) -> None:
        changed = made.clerk != made.before.clerk or made.commands
        before, after = phase_label(made.before.clerk.phase), phase_label(made.clerk.phase)
        outcome = (after, tuple(map(command_label, made.commands))) if changed else None
        self.outcomes.add(before, event_label(made.event), outcome)


@cache
def clerk_graph() -> ClerkGraph:
    """Explore once in a process; raises `RuleBroken` with the shortest story to the first broken rule."""
    graph = ClerkGraph()
    graph.explored = explore([("the process starts", START)], graph.moves)
    return graph


def ticks_to_the_end(clerk: Clerk, ticks: int = 0) -> int | None:
    """Return how many deadlines in a row lead to *over*, or None where another must act first."""
    if isinstance(clerk.phase, Over):
        return ticks
    if clerk.deadline is None:
        return None
    made = answer(Situation(clerk), v.Ticked(), clerk.deadline)
    return ticks_to_the_end(made.after.clerk, ticks + 1) if ticks < TICKS_TO_THE_END else ticks + 1
