"""Answers of municipalities that the centre did not pass on: counted by cause, with nothing of what they said.

Not responsible for refusing (`answer_check.py`, `asking.py`) nor for stops (`stops.py`).
"""

from sqlalchemy import Engine, func, select
from sqlalchemy.orm import Mapped, Session, mapped_column

from hub import log
from hub.centre.records import Base, Transaction
from hub.clock import Clock
from hub.web.problem import Problem


class RefusedAnswer(Base):
    """One answer that was not passed on: `code` of the problem, and the `field` that differed, if one did."""

    __tablename__ = "refused_answers"

    number: Mapped[int] = mapped_column(primary_key=True)
    at_s: Mapped[int] = mapped_column(index=True)
    transaction_id: Mapped[str]
    municipality: Mapped[str]
    kiosk_id: Mapped[str]
    code: Mapped[str]
    field: Mapped[str | None]


class RefusedAnswers:
    """The table of them."""

    def __init__(self, engine: Engine, clock: Clock) -> None:
        self._engine = engine
        self._clock = clock

    def add(self, row: Transaction, problem: Problem) -> None:
        """Write one down, and log it."""
        field = problem.members.get("field")
        refused = RefusedAnswer(
            at_s=int(self._clock().timestamp()),
            transaction_id=row.id,
            municipality=row.municipality,
            kiosk_id=row.kiosk_id,
            code=problem.code,
            field=field,
        )
        with Session(self._engine) as session, session.begin():
            session.add(refused)
        log.event(
            "answer_refused", transaction_id=row.id, municipality=row.municipality, code=problem.code, field=field
        )

    def counts(self) -> dict[tuple[str, str, str | None], int]:
        """Count them by municipality, code and field."""
        wanted = (RefusedAnswer.municipality, RefusedAnswer.code, RefusedAnswer.field)
        with Session(self._engine) as session:
            rows = session.execute(select(*wanted, func.count()).group_by(*wanted)).all()
        return {(row[0], row[1], row[2]): row[3] for row in rows}
