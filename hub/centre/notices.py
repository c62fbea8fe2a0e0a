"""Notices of maintenance: the centre does not serve, or a municipality does not, from one time to another.

What they say appears on the kiosks' home screens. Not responsible for a municipality's own maintenance (`rules.py`).
"""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import UTC, datetime

from sqlalchemy import Engine, bindparam, select
from sqlalchemy.orm import Mapped, Session, mapped_column

from hub.centre.decisions import TEXT_MAX, decision
from hub.centre.operator_line import EVERYWHERE
from hub.centre.records import Base
from hub.clock import Clock, rfc3339
from hub.database import reading
from hub.municipality.interface import Availability


class Notice(Base):
    """No service of `municipality` (`*`: of all) from `begins_s` up to `ends_s`, unless it was withdrawn."""

    __tablename__ = "notices"

    number: Mapped[int] = mapped_column(primary_key=True)
    municipality: Mapped[str] = mapped_column(index=True)
    begins_s: Mapped[int]
    ends_s: Mapped[int] = mapped_column(index=True)
    text_ja: Mapped[str]
    text_en: Mapped[str]
    withdrawn_at_s: Mapped[int | None]

    @property
    def texts(self) -> Mapping[str, str]:
        """What the screens say, by language."""
        return {"ja": self.text_ja, "en": self.text_en}


_COMING = (
    select(*Notice.__table__.c)
    .where(Notice.ends_s > bindparam("now_s"), Notice.withdrawn_at_s.is_(None))
    .order_by(Notice.begins_s)
)


class Notices:
    """The notices table."""

    def __init__(self, engine: Engine, clock: Clock) -> None:
        self._engine = engine
        self._clock = clock

    def give(self, notice: Notice, person: str, reason: str) -> None:
        """Write a notice down; raises ValueError for times or texts that make no sense."""
        _check(notice)
        with Session(self._engine) as session, session.begin():
            session.add(notice)
            begins, ends = (rfc3339(datetime.fromtimestamp(it, UTC)) for it in (notice.begins_s, notice.ends_s))
            session.add(
                decision(self._now_s(), person, "notice_given", f"{notice.municipality} {begins}/{ends}", reason)
            )

    def withdraw(self, number: int, person: str, reason: str) -> None:
        """End a notice before its time; raises ValueError if there is none that could be."""
        with Session(self._engine) as session, session.begin():
            row = session.get(Notice, number)
            if row is None or row.withdrawn_at_s is not None:
                raise ValueError(f"{number}: no notice that could be withdrawn")
            row.withdrawn_at_s = self._now_s()
            session.add(
                decision(self._now_s(), person, "notice_withdrawn", f"{row.municipality} number {number}", reason)
            )

    def coming(self) -> Sequence[Notice]:
        """List those in force and those to come, by their beginning."""
        with reading(self._engine) as connection:
            return [Notice(**it) for it in connection.execute(_COMING, {"now_s": self._now_s()}).mappings()]

    def in_force(self) -> Sequence[Notice]:
        """List those that keep somebody from serving now."""
        return [it for it in self.coming() if it.begins_s <= self._now_s()]

    def _now_s(self) -> int:
        return int(self._clock().timestamp())


def under_notice(found: Availability, notices: Sequence[Notice]) -> Availability:
    """Return a municipality's availability as it is under these notices."""
    notice = next((it for it in notices if it.municipality in (EVERYWHERE, found.code)), None)
    if notice is None or found.status == "operator_not_contracted":
        return found
    return replace(found, status="maintenance", notice=notice.texts)


def _check(notice: Notice) -> None:
    if notice.begins_s >= notice.ends_s:
        raise ValueError("a notice ends after it begins: give two times, the first earlier")
    if not notice.text_ja.strip() or not notice.text_en.strip():
        raise ValueError("a notice says something in Japanese and in English")
    if max(len(notice.text_ja), len(notice.text_en)) > TEXT_MAX:
        raise ValueError(f"a notice has at most {TEXT_MAX} characters")
