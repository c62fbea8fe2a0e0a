"""What a municipality offers, when and for how much, as a fold of dated changes: the rules of any past day can be told.

Not responsible for the facts of a particular municipality (`koga.py`) nor for where later changes are kept
(`register.py`). Rules: DOMAIN, "Certificates and fees", "Hours"; all times are Asia/Tokyo, and every change leaves a
dated record.
"""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any
from zoneinfo import ZoneInfo

TOKYO = ZoneInfo("Asia/Tokyo")
_HH_MM = re.compile(r"([01]\d|2[0-3]):[0-5]\d|24:00")


@dataclass(frozen=True, slots=True)
class TypeRule:
    """One certificate type: fees a copy, what may be chosen, and whether this version can set it (`issued`)."""

    fee_yen: int
    counter_fee_yen: int
    items: tuple[str, ...] = ()
    scopes: tuple[str, ...] = ("self",)
    issued: bool = False


@dataclass(frozen=True, slots=True)
class Change:
    """From `on`, the named fields of `Rules` have these values. A type's key is `type:<type>`."""

    on: date
    sets: Mapping[str, Any]
    reason: str


@dataclass(frozen=True, slots=True)
class Rules:
    """All rules of one day. `opens`, `closes`: `HH:MM`. `closed_days`: first and last `MM-DD`, also across years."""

    name: Mapping[str, str]
    contact: Mapping[str, str]
    mayor_title: str
    mayor: str
    seal: tuple[str, ...]
    opens: str
    closes: str
    closed_days: tuple[str, str]
    operators: frozenset[str]
    copies_max: int
    minimum_age_years: int
    types: Mapping[str, TypeRule]
    always_open: bool = False

    def is_open(self, now: datetime) -> bool:
        """Whether certificates are issued at `now` (aware)."""
        local = now.astimezone(TOKYO)
        first, last = self.closed_days
        day = local.strftime("%m-%d")
        closed = first <= day <= last if first <= last else day >= first or day <= last
        return self.always_open or (not closed and self.opens <= local.strftime("%H:%M") < self.closes)


def rules_on(day: date, changes: Iterable[Change]) -> Rules:
    """Return the rules that hold on `day`; of two changes of one day the later one wins. Before all: ValueError."""
    fields: dict[str, Any] = {}
    types: dict[str, TypeRule] = {}
    for change in sorted(changes, key=lambda it: it.on):
        if change.on > day:
            break
        for key, value in change.sets.items():
            if key.startswith("type:"):
                types[key.removeprefix("type:")] = value
            else:
                fields[key] = value
    if not fields:
        raise ValueError(f"no rules on {day}: it is before the first dated change; set the clock")
    return Rules(**fields, types=types)


def check_hours(opens: str, closes: str) -> None:
    """Raise ValueError unless both are `HH:MM` and the first is earlier."""
    if not (_HH_MM.fullmatch(opens) and _HH_MM.fullmatch(closes) and opens < closes):
        raise ValueError(
            f"hours {opens!r} to {closes!r}: give two times HH:MM, the first earlier, such as 06:30 and 23:00"
        )
