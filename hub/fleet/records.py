"""The fleet's tables, among the centre's: events of kiosks, what is left of old ones, who acknowledged which alarm.

Ids, states and counts only. Alarms and faults with beginning and end are in `hub/ledger/records.py`, for the review.
Not responsible for how long anything stays (`history.py`).
"""

from sqlalchemy import Index
from sqlalchemy.orm import Mapped, mapped_column

from hub.centre.records import Base


class FleetEvent(Base):
    """One event as it came: `body` is its JSON. Doubles share the `event_id`. `at_s` is the kiosk's time."""

    __tablename__ = "fleet_events"
    __table_args__ = (Index("ix_fleet_events_kiosk_id_at_s", "kiosk_id", "at_s"),)

    event_id: Mapped[str] = mapped_column(primary_key=True)
    kiosk_id: Mapped[str]
    kind: Mapped[str]
    at_s: Mapped[int] = mapped_column(index=True)
    body: Mapped[str]


class FleetDay(Base):
    """How many events of a kind a kiosk told on a day in Tokyo, once they are gone; `word`: see `history.py`."""

    __tablename__ = "fleet_days"

    day: Mapped[str] = mapped_column(primary_key=True)
    kiosk_id: Mapped[str] = mapped_column(primary_key=True)
    kind: Mapped[str] = mapped_column(primary_key=True)
    word: Mapped[str] = mapped_column(primary_key=True)
    count: Mapped[int]


class FleetAcknowledged(Base):
    """Who sees to an alarm, since when (ISO 8601, UTC)."""

    __tablename__ = "fleet_acknowledged"

    alarm_id: Mapped[str] = mapped_column(primary_key=True)
    person: Mapped[str]
    at: Mapped[str]
