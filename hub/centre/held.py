"""What the centre holds for minutes, in tables that never reach a backup: sessions, documents, answers, who is alive.

One process alone keeps them in its memory. Several at one address share them in their PostgreSQL database, in unlogged
tables: not in its log, empty after a crash. Not responsible for encrypting, which `sessions.py` and `idempotency.py` do
before anything comes here. Decision: docs/decisions/0012-several-centre-processes.md.
"""

import secrets

from sqlalchemy import Engine, delete, inspect, select, text
from sqlalchemy.orm import DeclarativeBase, Mapped, Session, mapped_column

from hub.clock import Clock
from hub.database import is_shared, open_memory

_LOCK = 402232  # any number, the same in all processes
ALIVE_S = 5.0  # a process that was not seen for so long is dead


class HeldBase(DeclarativeBase):
    """All tables of what is held."""


class HeldCard(HeldBase):
    """A card's session, encrypted; `worked_on_by` is the process that waits for a municipality in its name."""

    __tablename__ = "held_cards"

    transaction_id: Mapped[str] = mapped_column(primary_key=True)
    sealed: Mapped[bytes]
    worked_on_by: Mapped[str | None]


class HeldDocument(HeldBase):
    """A document, sealed to its clerk's key, until its one fetch or `drop_at_s`."""

    __tablename__ = "held_documents"

    transaction_id: Mapped[str] = mapped_column(primary_key=True)
    sealed: Mapped[bytes]
    drop_at_s: Mapped[int] = mapped_column(index=True)


class HeldAnswer(HeldBase):
    """A POST under way (`status` None) in a process, or its answer, encrypted, for a retry with the same key."""

    __tablename__ = "held_answers"

    who: Mapped[str] = mapped_column(primary_key=True)
    key: Mapped[str] = mapped_column(primary_key=True)
    digest: Mapped[bytes]
    process: Mapped[str]
    status: Mapped[int | None]
    sealed: Mapped[bytes | None]
    began_at_s: Mapped[int] = mapped_column(index=True)


class CentreProcess(HeldBase):
    """A process of the centre and when it was last alive, seconds since 1970."""

    __tablename__ = "centre_processes"

    id: Mapped[str] = mapped_column(primary_key=True)
    seen_at_s: Mapped[float]


class Processes:
    """This process among those of the centre."""

    def __init__(self, engine: Engine, clock: Clock) -> None:
        self._engine = engine
        self._clock = clock
        self.own = secrets.token_hex(8)

    def beat(self) -> None:
        """Say that this process is alive, and forget the dead; call every second."""
        now_s = self._clock().timestamp()
        with Session(self._engine) as session, session.begin():
            session.merge(CentreProcess(id=self.own, seen_at_s=now_s))
            session.execute(delete(CentreProcess).where(CentreProcess.seen_at_s < now_s - 10 * ALIVE_S))

    def leave(self) -> None:
        """Say that this process ends."""
        with Session(self._engine) as session, session.begin():
            session.execute(delete(CentreProcess).where(CentreProcess.id == self.own))

    def alive(self) -> set[str]:
        """Return the ids of living processes, this one among them."""
        seen = CentreProcess.seen_at_s >= self._clock().timestamp() - ALIVE_S
        with Session(self._engine) as session:
            return {self.own, *session.scalars(select(CentreProcess.id).where(seen))}


def open_held(records: Engine) -> Engine:
    """Return where to hold things: the shared database itself, or this process's memory."""
    if not is_shared(records):
        engine = open_memory()
        HeldBase.metadata.create_all(engine)
        return engine
    with records.begin() as connection:
        connection.execute(text("SELECT pg_advisory_xact_lock(:number)"), {"number": _LOCK})
        there = inspect(connection)
        for table in HeldBase.metadata.sorted_tables:
            if not there.has_table(table.name):
                table.create(connection)
                connection.execute(text(f"ALTER TABLE {table.name} SET UNLOGGED"))
    return records
