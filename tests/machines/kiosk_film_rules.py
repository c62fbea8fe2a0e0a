"""What must hold of the films of visits and alarms. Not responsible for the other rules (`kiosk_rules.py`).

Source: `DOMAIN`, row 7 and "Leaving things behind"; docs/reference/evidence.md.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from firmware.app import messages as m
from firmware.app.kiosk import vocabulary as v
from firmware.app.kiosk.state import Kiosk, LeftBehind, Level

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tests.machines.kiosk_world import Answer


def visits_and_alarms_are_filmed_from_beginning_to_end(answer: Answer) -> Iterator[str]:
    """Each film that begins ends, under the same id, when its visit or alarm ends; the alarm's is for the police."""
    before, there = answer.before.kiosk, answer.after.kiosk
    if isinstance(there.phase, LeftBehind) and before.session and there.phase.subject_id is None:
        yield "a thing is left behind by a visit, and nobody knows by which"
    running = {(m.MarkKind.TRANSACTION, each) for each in [_visit(before)] if each} | _alarms(before)
    for command in answer.commands:
        if isinstance(command, v.MarkFilm) and command.moment is m.Moment.BEGIN:
            running.add((command.mark, command.subject_id))
        if isinstance(command, v.MarkFilm) and command.moment is m.Moment.END:
            if (command.mark, command.subject_id) not in running:
                yield "a film ends that was not begun"
            running.discard((command.mark, command.subject_id))
    wanted = {(m.MarkKind.TRANSACTION, each) for each in [_visit(there)] if each} | _alarms(there)
    if running != wanted:
        yield f"filmed is {running}, not {wanted}"


def _visit(kiosk: Kiosk) -> str | None:
    if kiosk.session is None:
        return None
    order = getattr(kiosk.phase, "order", None)
    known = order.transaction_id if order else getattr(kiosk.phase, "transaction_id", None)
    return known or kiosk.session.session_id


def _alarms(kiosk: Kiosk) -> set[tuple[m.MarkKind, str | None]]:
    phase = kiosk.phase
    sounds = isinstance(phase, LeftBehind) and phase.level in {Level.ALARM, Level.LOUD}
    return {(m.MarkKind.ALARM, phase.subject_id)} if sounds else set()
