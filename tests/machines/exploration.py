"""Breadth-first search over all reachable states of a small world, with rules checked on every transition.

A world yields what can happen in a state; the search keeps the shortest way to each state, so that a broken rule is
told with the story that leads to it. Not responsible for what the states are (`kiosk_world.py`, `clerk_world.py`).
"""

from __future__ import annotations

from collections import deque
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Generic, TypeVar

if TYPE_CHECKING:
    from collections.abc import Callable, Hashable, Iterable, Iterator

State = TypeVar("State", bound="Hashable")


@dataclass(frozen=True, slots=True)
class Move(Generic[State]):
    """One transition. `patient` when it needs no person at the screen: a deadline, a sensor, an answer of a device."""

    label: str
    after: State
    patient: bool
    broken: tuple[str, ...] = ()


class RuleBroken(AssertionError):
    """A transition breaks a rule; the message tells the shortest story that leads there."""

    def __init__(self, rules: tuple[str, ...], story: list[str], state: object) -> None:
        told = "\n  ".join(story)
        super().__init__("{}\nafter:\n  {}\nin: {}".format("; ".join(rules), told, state))
        self.rules = rules


@dataclass
class Explored(Generic[State]):
    """All states that were reached, numbered in the order of their distance, and the patient ways between them."""

    states: dict[State, int] = field(default_factory=dict)
    transitions: int = 0
    cause: list[tuple[int, str]] = field(default_factory=list)
    into: list[list[int]] = field(default_factory=list)

    def story(self, number: int) -> list[str]:
        """Return the labels of the shortest way to a state."""
        labels: list[str] = []
        while number >= 0:
            number, label = self.cause[number]
            labels.append(label)
        return labels[::-1]

    def distances(self, goal: Callable[[State], bool]) -> tuple[int, list[State]]:
        """Return the greatest number of patient moves to the nearest goal, and the states that have no such way."""
        steps = [-1] * len(self.states)
        queue = deque(number for state, number in self.states.items() if goal(state))
        for number in queue:
            steps[number] = 0
        while queue:
            number = queue.popleft()
            for source in self.into[number]:
                if steps[source] < 0:
                    steps[source] = steps[number] + 1
                    queue.append(source)
        lost = [state for state, number in self.states.items() if steps[number] < 0]
        return max(steps, default=0), lost


def explore(initial: Iterable[tuple[str, State]], moves: Callable[[State], Iterator[Move[State]]]) -> Explored[State]:
    """Reach every state; raises `RuleBroken` at the first transition that breaks a rule."""
    found: Explored[State] = Explored()
    queue: deque[State] = deque()

    def reach(state: State, source: int, label: str) -> int:
        number = found.states.get(state, -1)
        if number < 0:
            number = found.states[state] = len(found.states)
            found.cause.append((source, label))
            found.into.append([])
            queue.append(state)
        return number

    for label, state in initial:
        reach(state, -1, label)
    while queue:
        state = queue.popleft()
        here = found.states[state]
        for move in moves(state):
            found.transitions += 1
            if move.broken:
                raise RuleBroken(move.broken, [*found.story(here), move.label], state)
            there = reach(move.after, here, move.label)
            if move.patient and there != here:
                found.into[there].append(here)
    return found
