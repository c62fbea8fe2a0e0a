"""What a municipality offers, when and for how much, as a fold of dated changes: the rules of any past day can be told.

Not responsible for the facts of a particular municipality (`samples/koga.py`) nor for where later changes are kept
(`changes.py`). Rules: DOMAIN, "Certificates and fees", "Hours"; all times are Asia/Tokyo, and every change leaves a
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
_SATURDAY = 5


@dataclass(frozen=True, slots=True)
class TypeRule:
    """One certificate type: fees a copy, what may be chosen, and whether it is issued at kiosks (`issued`).

    `hours` are narrower ones of this type (`HH:MM`, `HH:MM`), `weekdays_only` likewise. `minimum_age_years` None: the
    municipality's. Income tax alone: the newest fiscal year is this year's from `tax_switch` (`MM-DD`) on, and
    `tax_years` of them are issued.
    """

    fee_yen: int
    counter_fee_yen: int
    items: tuple[str, ...] = ()
    scopes: tuple[str, ...] = ("self",)
    issued: bool = False
    hours: tuple[str, str] | None = None
    weekdays_only: bool = False
    minimum_age_years: int | None = None
    tax_switch: str = "06-01"
    tax_years: int = 1

    def fiscal_years(self, day: date) -> tuple[int, ...]:
        """List the fiscal years that are issued on `day`, newest first."""
        newest = day.year if day.strftime("%m-%d") >= self.tax_switch else day.year - 1
        return tuple(range(newest, newest - self.tax_years, -1))


@dataclass(frozen=True, slots=True)
class Maintenance:
    """No service from `begins` to `ends` (aware); `notice` has the keys `ja` and `en`."""

    begins: datetime
    ends: datetime
    notice: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class Change:
    """From `on`, the named fields of `Rules` have these values. A type's key is `type:<type>`."""

    on: date
    sets: Mapping[str, Any]
    reason: str
    entered_by: str = ""


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
    registration: bool = True
    maintenance: Maintenance | None = None

    def is_open(self, now: datetime) -> bool:
        """Whether certificates are issued at `now` (aware)."""
        return self.reason(now) is None

    def reason(self, now: datetime, kind: str | None = None) -> str | None:
        """Why nothing (of type `kind`) is issued at `now`: `maintenance closed_day hours not_issued`, or None."""
        if self.maintenance is not None and self.maintenance.begins <= now < self.maintenance.ends:
            return "maintenance"
        rule = None if kind is None else self.types.get(kind, TypeRule(0, 0))
        if rule is not None and not rule.issued:
            return "not_issued"
        return None if self.always_open else self._closed(now.astimezone(TOKYO), rule)

    def hours_of(self, kind: str | None = None) -> tuple[str, str]:
        """Return the hours of a type, or of the municipality."""
        if self.always_open:
            return "00:00", "24:00"
        hours = None if kind is None else self.types[kind].hours
        return (self.opens, self.closes) if hours is None else (max(self.opens, hours[0]), min(self.closes, hours[1]))

    def minimum_age_of(self, kind: str) -> int:
        """Return the age from which a type is issued."""
        own = self.types[kind].minimum_age_years
        return self.minimum_age_years if own is None else own

    def _closed(self, local: datetime, rule: TypeRule | None) -> str | None:
        first, last = self.closed_days
        day, time = local.strftime("%m-%d"), local.strftime("%H:%M")
        if first <= day <= last if first <= last else day >= first or day <= last:
            return "closed_day"
        if rule is not None and rule.weekdays_only and local.weekday() >= _SATURDAY:
            return "closed_day"
        spans = [(self.opens, self.closes), *([rule.hours] if rule is not None and rule.hours else [])]
        return None if all(opens <= time < closes for opens, closes in spans) else "hours"


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
