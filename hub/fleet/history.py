"""What happened in the fleet: events of kiosks, once each, and who acknowledged which alarm; in the centre's database.

Events stay for 90 days; alarms, commands and updates for 400: beyond a yearly review. Then a count for each day, kiosk
and word is left. Not responsible for what is so now (`register.py`), nor how long alarms last (`hub/ledger/alarms.py`).
"""

import json
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time
from types import MappingProxyType
from typing import Any

from sqlalchemy import Engine, delete, func, select
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.orm import Session

from hub.fleet.records import FleetAcknowledged, FleetDay, FleetEvent
from hub.ledger.posting import TOKYO

KEEP_DAYS = 90
KEEP_LONGER_DAYS: Mapping[str, int] = MappingProxyType({"alarm": 400, "command": 400, "update": 400})
DAY_S = 86_400
# What an event is counted by: these of its fields, one after the other.
_WORDS: Mapping[str, tuple[str, ...]] = MappingProxyType(
    {
        "order": ("state",),
        "state_changed": ("to",),
        "alarm": ("thing", "noted"),
        "command": ("name", "result"),
        "evidence": ("mark",),
        "update": ("phase", "bundle"),
        "started": ("version",),
    }
)


@dataclass(frozen=True, slots=True)
class Told:
    """An event that a kiosk told: its kind and its body."""

    kiosk_id: str
    kind: str
    body: Mapping[str, Any]


class History:
    """The history in `engine`, which stays the caller's; its calls wait for the disk."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine
        self._insert = postgresql.insert if engine.dialect.name == "postgresql" else sqlite.insert

    def keep(self, told: Sequence[Told]) -> int:
        """Keep events; returns how many are new. Those without id or time are left out."""
        rows = [row for each in told if (row := _row(each))]
        if not rows:
            return 0
        with self._engine.begin() as connection:
            wanted = self._insert(FleetEvent).on_conflict_do_nothing().returning(FleetEvent.event_id)
            return sum(len(connection.execute(wanted, row).all()) for row in rows)

    def of(self, kiosk_id: str, most: int = 100) -> list[dict[str, Any]]:
        """Return a kiosk's newest events."""
        return self.events(kiosk_id=kiosk_id, most=most)

    def events(
        self, *, kiosk_id: str | None = None, kind: str | None = None, most: int = 100, before_s: int | None = None
    ) -> list[dict[str, Any]]:
        """Return events, the newest first."""
        wanted = select(FleetEvent).order_by(FleetEvent.at_s.desc(), FleetEvent.event_id).limit(most)
        if kiosk_id is not None:
            wanted = wanted.where(FleetEvent.kiosk_id == kiosk_id)
        if kind is not None:
            wanted = wanted.where(FleetEvent.kind == kind)
        if before_s is not None:
            wanted = wanted.where(FleetEvent.at_s < before_s)
        with Session(self._engine) as session:
            found = session.scalars(wanted)
            return [{"kiosk_id": it.kiosk_id, "type": it.kind, **json.loads(it.body)} for it in found]

    def counts(self, first: date, after: date, kiosk_id: str | None = None) -> dict[str, dict[str, int]]:
        """Return how many events of each kind and word there were from the day `first` up to `after`, in Tokyo."""
        found: Counter[tuple[str, str]] = Counter()
        with Session(self._engine) as session:
            days = select(FleetDay.kind, FleetDay.word, func.sum(FleetDay.count)).group_by(FleetDay.kind, FleetDay.word)
            days = days.where(FleetDay.day >= first.isoformat(), FleetDay.day < after.isoformat())
            events = select(FleetEvent.kind, FleetEvent.body)
            events = events.where(FleetEvent.at_s >= _midnight_s(first), FleetEvent.at_s < _midnight_s(after))
            if kiosk_id is not None:
                days = days.where(FleetDay.kiosk_id == kiosk_id)
                events = events.where(FleetEvent.kiosk_id == kiosk_id)
            for kind, word, count in session.execute(days):
                found[kind, word] += count
            for kind, body in session.execute(events.execution_options(yield_per=1000)):
                found[kind, _word(kind, json.loads(body))] += 1
        told: dict[str, dict[str, int]] = {}
        for (kind, word), count in sorted(found.items()):
            told.setdefault(kind, {})[word] = count
        return told

    def roll_up(self, now_s: float) -> int:
        """Count what is too old by day, and let it go; returns how many events went."""
        kinds = {*_WORDS, "diagnostics"}
        return sum(self._roll_up(kind, now_s) for kind in sorted(kinds))

    def _roll_up(self, kind: str, now_s: float) -> int:
        oldest = datetime.fromtimestamp(now_s, TOKYO).date()
        oldest_s = _midnight_s(oldest) - KEEP_LONGER_DAYS.get(kind, KEEP_DAYS) * DAY_S
        old = (FleetEvent.kind == kind) & (FleetEvent.at_s < oldest_s)
        counted: Counter[tuple[str, str, str]] = Counter()
        with self._engine.begin() as connection:
            gone = connection.execute(
                delete(FleetEvent).where(old).returning(FleetEvent.kiosk_id, FleetEvent.at_s, FleetEvent.body)
            ).all()
            for kiosk_id, at_s, body in gone:
                counted[_day(at_s), kiosk_id, _word(kind, json.loads(body))] += 1
            for (day, kiosk_id, word), count in counted.items():
                row = {"day": day, "kiosk_id": kiosk_id, "kind": kind, "word": word, "count": count}
                added = {"count": FleetDay.count + count}
                connection.execute(
                    self._insert(FleetDay)
                    .values(row)
                    .on_conflict_do_update(index_elements=["day", "kiosk_id", "kind", "word"], set_=added)
                )
        return len(gone)

    def acknowledge(self, alarm_id: str, person: str, at: str) -> None:
        """Note that somebody sees to an alarm; the first one stays."""
        with self._engine.begin() as connection:
            row = {"alarm_id": alarm_id, "person": person, "at": at}
            connection.execute(self._insert(FleetAcknowledged).on_conflict_do_nothing(), row)

    def acknowledged(self, alarm_id: str) -> dict[str, str] | None:
        """Return who saw to an alarm, and since when."""
        with Session(self._engine) as session:
            found = session.get(FleetAcknowledged, alarm_id)
            return {"person": found.person, "at": found.at} if found else None


def _row(told: Told) -> dict[str, Any] | None:
    event_id, at = told.body.get("event_id"), told.body.get("time")
    if not isinstance(event_id, str) or not isinstance(at, str):
        return None
    try:
        at_s = int(datetime.fromisoformat(at).replace(tzinfo=UTC).timestamp())
    except (ValueError, OverflowError):
        return None
    body = json.dumps(told.body)
    if "\\u0000" in body:
        return None  # PostgreSQL's text holds none; nothing in the contract does either
    return {"event_id": event_id, "kiosk_id": told.kiosk_id, "kind": told.kind, "at_s": at_s, "body": body}


def _word(kind: str, body: Mapping[str, Any]) -> str:
    return ":".join(str(body.get(field, ""))[:40] for field in _WORDS.get(kind, ()))


def _day(at_s: int) -> str:
    return datetime.fromtimestamp(at_s, TOKYO).date().isoformat()


def _midnight_s(day: date) -> int:
    return int(datetime.combine(day, time(), TOKYO).timestamp())
