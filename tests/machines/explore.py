"""Breadth-first exploration of a machine in its world: every reachable state, every move, a rule for each transition.

A world says where it starts, which moves a state allows, and what must hold. Not responsible for any machine's rules.
"""

from __future__ import annotations

from collections import deque
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Protocol

if TYPE_CHECKING:
    from collections.abc import Hashable, Iterable


class Broken(AssertionError):
    """A rule that does not hold."""


class World(Protocol):
    """What is explored."""

    def starts(self) -> Iterable[Hashable]:
        """Return the states from which exploration begins."""
        ...

    def moves(self, state: Any) -> Iterable[tuple[str, Any]]:
        """Return what can happen in this state: label and next state. Raises `Broken` when a rule is hurt."""
        ...


@dataclass(slots=True)
class Explored:
    """The graph: for each state how it was reached first, and its successors."""

    reached: dict[Any, tuple[Any, str] | None] = field(default_factory=dict)
    successors: dict[Any, list[tuple[str, Any]]] = field(default_factory=dict)
    transitions: int = 0

    def path(self, state: Any) -> list[str]:
        """Return the moves that lead to the state, first one first."""
        steps: list[str] = []
        while (link := self.reached[state]) is not None:
            state, label = link
            steps.append(label)
        return steps[::-1]


def explore(world: World, at_most: int = 1_000_000) -> Explored:
    """Explore all; the first broken rule is raised with the shortest path to it."""
    graph = Explored()
    todo: deque[Any] = deque()
    for state in world.starts():
        if state not in graph.reached:
            graph.reached[state] = None
            todo.append(state)
    while todo:
        state = todo.popleft()
        try:
            moves = list(world.moves(state))
        except Broken as broken:
            raise Broken(f"{broken}\nafter: {' · '.join(graph.path(state)) or 'the start'}\nin: {state}") from broken
        graph.successors[state] = moves
        graph.transitions += len(moves)
        for label, after in moves:
            if after not in graph.reached:
                graph.reached[after] = (state, label)
                todo.append(after)
        assert len(graph.reached) <= at_most, f"more than {at_most} states: the abstraction is not finite enough"
    return graph
