"""What the rules read of one transition of the clerk's machine."""

from __future__ import annotations

from typing import TYPE_CHECKING

from firmware.app.clerk import vocabulary as v
from firmware.app.clerk.state import Asking, TakingCard

if TYPE_CHECKING:
    from firmware.app import messages as m
    from firmware.app.clerk.state import Clerk, Question
    from tests.machines.clerk_world import Answer


def at(clerk: Clerk) -> Question | None:
    """Return the question that is asked, or comes once the card is gone."""
    phase = clerk.phase
    return phase.question if isinstance(phase, (Asking, TakingCard)) else None


def commands(answer: Answer, kind: type) -> list[v.Command]:
    return [command for command in answer.commands if isinstance(command, kind)]


def said(answer: Answer, kind: type) -> list[m.FromClerk]:
    return [each.message for each in answer.commands if isinstance(each, v.Say) and isinstance(each.message, kind)]
