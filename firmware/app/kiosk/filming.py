"""What is kept on film: every visit and every alarm, from beginning to end. Pure.

Film is kept under a transaction's id, or a session's before there is one; never under anything that names a person
(`docs/reference/evidence.md`). An alarm that belongs to no known visit has no id; the runner then makes one.
"""

from __future__ import annotations

from collections.abc import Iterator

from firmware.app.kiosk import vocabulary as v
from firmware.app.kiosk.state import (
    AwaitingPickup,
    AwaitingSlip,
    Collecting,
    Ending,
    LeftBehind,
    Lending,
    LendingForSlip,
    Level,
    Phase,
    Printing,
    PrintingSlip,
    Receipting,
    Serving,
)
from firmware.app.messages import Id, MarkKind, Moment


def visit_id(phase: Phase) -> Id | None:
    """Return the id under which the visit in progress is kept; None when there is no visit."""
    match phase:
        case Collecting(order=order) | Lending(order=order) | Printing(order=order):
            return order.transaction_id
        case Receipting(order=order) | AwaitingPickup(order=order):
            return order.transaction_id
        case Serving(session, transaction_id=transaction_id) | Ending(session, transaction_id=transaction_id):
            return transaction_id or session.session_id
        case LendingForSlip() | PrintingSlip() | AwaitingSlip() as slip:
            return slip.transaction_id or slip.session.session_id
        case _:
            return None


def marks(before: Phase, after: Phase) -> Iterator[v.MarkFilm]:
    """Give the beginnings and ends of film that a transition asks for."""
    was, now = visit_id(before), visit_id(after)
    if was != now:
        if now:
            yield v.MarkFilm(MarkKind.TRANSACTION, now, Moment.BEGIN)
        if was:
            yield v.MarkFilm(MarkKind.TRANSACTION, was, Moment.END)
    sounded, sounds = _sounding(before), _sounding(after)
    if sounds and not sounded:
        yield v.MarkFilm(MarkKind.ALARM, sounds.subject_id, Moment.BEGIN)
    if sounded and not sounds:
        yield v.MarkFilm(MarkKind.ALARM, sounded.subject_id, Moment.END)


def _sounding(phase: Phase) -> LeftBehind | None:
    return phase if isinstance(phase, LeftBehind) and phase.level >= Level.ALARM else None
