"""What one phase answers to one event: the next phase, and commands."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from firmware.app.kiosk.state import Kiosk, Limits, Phase
from firmware.app.kiosk.vocabulary import Command, Event


@dataclass(frozen=True, slots=True)
class Step:
    """The phase that follows and the commands, in the order in which they are carried out."""

    phase: Phase
    commands: tuple[Command, ...] = ()


Transition = Callable[[Kiosk, Event, float, Limits], Step]
