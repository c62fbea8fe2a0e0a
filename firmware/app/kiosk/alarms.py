"""An alarm about a thing left behind: what it is about, why it may be cleared, what is put on record of it.

Not responsible for when it sounds (`left_behind.py`) nor for the record itself (`incidents.py`).
Rule: `DOMAIN`, "Leaving things behind".
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from firmware.app.messages import Id


class Thing(StrEnum):
    """What a person can leave behind."""

    CARD = "card"
    PAPER = "paper"


class ClearReason(StrEnum):
    """Why a member of the responsible office clears an alarm while the thing still lies there."""

    HAND_OVER_POLICE = "hand-over-police"
    TAKEN_BY_STAFF = "taken-by-staff"
    DESTROYED = "destroyed"
    FALSE_ALARM = "false-alarm"


class Noted(StrEnum):
    """What is put on record of an alarm. `LOST_SIGHT`: a restart or another thing came between, nobody saw it go.

    `EXPLAINED`: the office said afterwards what became of the thing; `VOIDED`: the hub has the paper as void for that.
    """

    RAISED = "raised"
    CLEARED = "cleared"
    GONE = "gone"
    LOST_SIGHT = "lost_sight"
    EXPLAINED = "explained"
    VOIDED = "voided"


@dataclass(frozen=True, slots=True)
class OpenAlarm:
    """An alarm that the record does not know the end of; `cleared`: it was silenced by the office."""

    thing: Thing
    subject_id: Id | None
    cleared: bool
