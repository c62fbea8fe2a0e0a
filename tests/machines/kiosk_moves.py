"""Every transition of machine and world together, remembered by number so that each answer is worked out once.

A situation is one number: that of the machine's state and that of the world's. Not responsible for the search
(`exploration.py`) or the rules (`kiosk_rules.py`).
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Generic, TypeVar

from firmware.app.kiosk import vocabulary as v
from firmware.app.kiosk.outputs import coins_open
from firmware.app.kiosk.state import Collecting, Kiosk, LeftBehind, Lending, Printing, Serving, Starting
from tests.machines.exploration import Move
from tests.machines.kiosk_rules import broken_by, broken_in
from tests.machines.kiosk_world import Answer, Happening, Situation, Vary, World, answer, happenings, set_going

if TYPE_CHECKING:
    from collections.abc import Iterator

Thing = TypeVar("Thing")
_WORLDS = 1 << 20


class Numbers(Generic[Thing]):
    """Numbers for things, in the order of their first appearance."""

    def __init__(self) -> None:
        self.things: list[Thing] = []
        self._numbers: dict[Thing, int] = {}

    def __call__(self, thing: Thing) -> int:
        """Return the thing's number."""
        number = self._numbers.get(thing)
        if number is None:
            number = self._numbers[thing] = len(self.things)
            self.things.append(thing)
        return number


class KioskMoves:
    """What can follow a situation."""

    def __init__(self, vary: frozenset[Vary]) -> None:
        self._vary = vary
        self._kiosks: Numbers[Kiosk] = Numbers()
        self._worlds: Numbers[World] = Numbers()
        self._commands: Numbers[tuple[v.Command, ...]] = Numbers()
        self._aspects: list[tuple[bool, ...]] = []
        self._happenings: dict[tuple[int, tuple[bool, ...]], list[tuple[Happening, int, int]]] = {}
        self._going: dict[tuple[int, int], int] = {}
        self._sound: set[int] = set()
        self._answers: dict[tuple[int, int], tuple[int, int]] = {}
        self._events: Numbers[tuple[v.Event, float]] = Numbers()

    def number(self, situation: Situation) -> int:
        """Return the situation's number."""
        kiosk = self._kiosks(situation.kiosk)
        if kiosk == len(self._aspects):
            self._aspects.append(_aspect(situation.kiosk))
        return kiosk * _WORLDS + self._worlds(situation.world)

    def situation(self, number: int) -> Situation:
        """Return the situation of a number."""
        return Situation(self._kiosks.things[number // _WORLDS], self._worlds.things[number % _WORLDS])

    def __call__(self, number: int) -> Iterator[Move[int]]:
        """Yield every transition, with the rules that it breaks."""
        kiosk, world = divmod(number, _WORLDS)
        here = self.situation(number)
        for happening, event, changed in self._next(kiosk, world):
            there_kiosk, commands = self._answer(kiosk, event, happening)
            there_world = self._set_going(changed, commands)
            there = there_kiosk * _WORLDS + there_world
            broken: tuple[str, ...] = ()
            if there != number or commands or isinstance(happening.event, v.Ticked):
                full = Answer(here, happening, self.situation(there), self._commands.things[commands])
                broken = broken_by(full)
            if there not in self._sound:
                broken = (*broken, *broken_in(self.situation(there)))
                self._sound.add(there)
            yield Move(happening.label, there, happening.patient, broken)

    def _next(self, kiosk: int, world: int) -> list[tuple[Happening, int, int]]:
        key = (world, self._aspects[kiosk])
        known = self._happenings.get(key)
        if known is None:
            situation = Situation(self._kiosks.things[kiosk], self._worlds.things[world])
            known = [
                (each, self._events((each.event, each.now)), self._worlds(each.world))
                for each in happenings(situation, self._vary)
            ]
            self._happenings[key] = known
        return known

    def _answer(self, kiosk: int, event: int, happening: Happening) -> tuple[int, int]:
        key = (kiosk, event)
        known = self._answers.get(key)
        if known is None:
            there, commands = answer(self._kiosks.things[kiosk], happening)
            there_number = self._kiosks(there)
            if there_number == len(self._aspects):
                self._aspects.append(_aspect(there))
            self._answers[key] = known = (there_number, self._commands(commands))
        return known

    def _set_going(self, world: int, commands: int) -> int:
        key = (world, commands)
        known = self._going.get(key)
        if known is None:
            changed = self._worlds.things[world]
            for command in self._commands.things[commands]:
                changed = set_going(changed, command)
            self._going[key] = known = self._worlds(changed)
        return known


def _aspect(kiosk: Kiosk) -> tuple[bool, ...]:
    """Return what of the machine's state decides what can happen next."""
    phase = kiosk.phase
    return (
        phase.deadline is not None,
        isinstance(phase, Serving),
        isinstance(phase, Starting),
        isinstance(phase, LeftBehind),
        isinstance(phase, (Collecting, Lending, Printing)),
        coins_open(kiosk),
        kiosk.facts.spare is not None,
    )
