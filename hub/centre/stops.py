"""Stops: a municipality's certificate type, or a kiosk, that serves nobody until a person lifts the stop with a reason.

Set by a mismatch between document and person. Not responsible for finding the mismatch.
"""

from sqlalchemy import Engine, bindparam, select
from sqlalchemy.orm import Session

from hub import log
from hub.centre.decisions import decision
from hub.centre.records import Stop
from hub.clock import Clock
from hub.database import reading
from hub.web.problem import Problem

_SUBJECTS = select(Stop.subject).where(Stop.kind == bindparam("kind"), Stop.lifted_at_s.is_(None))
_ONE = _SUBJECTS.where(Stop.subject == bindparam("subject")).limit(1)


class Stops:
    """The stops table. A type's subject is `402231/resident_record`, a kiosk's is `kiosk-0001`."""

    def __init__(self, engine: Engine, clock: Clock) -> None:
        self._engine = engine
        self._clock = clock

    def stop_type(self, municipality: str, type_name: str, cause: str) -> None:
        """Stop a type of a municipality everywhere."""
        self._stop("type", f"{municipality}/{type_name}", cause)

    def stop_kiosk(self, kiosk_id: str, cause: str) -> None:
        """Stop a kiosk."""
        self._stop("kiosk", kiosk_id, cause)

    def require_type(self, municipality: str, type_name: str) -> None:
        """Raise Problem `type-stopped` if it is stopped."""
        if self.active("type", f"{municipality}/{type_name}"):
            raise Problem("type-stopped", "this type is stopped until a person has looked into a mismatch")

    def require_kiosk(self, kiosk_id: str) -> None:
        """Raise Problem `kiosk-stopped` if it is stopped."""
        if self.active("kiosk", kiosk_id):
            raise Problem("kiosk-stopped", "this kiosk is stopped until a person has looked into a mismatch")

    def active(self, kind: str, subject: str) -> bool:
        """Tell whether a stop is in force."""
        with reading(self._engine) as connection:
            return connection.scalar(_ONE, {"kind": kind, "subject": subject}) is not None

    def stopped_types(self) -> set[str]:
        """Return the subjects of all types that are stopped: `402231/resident_record`."""
        with reading(self._engine) as connection:
            return {*connection.scalars(_SUBJECTS, {"kind": "type"})}

    def all_active(self) -> list[Stop]:
        """List the stops in force."""
        with Session(self._engine, expire_on_commit=False) as session:
            return list(session.scalars(select(Stop).where(Stop.lifted_at_s.is_(None))))

    def lift(self, subject: str, reason: str, person: str) -> int:
        """Lift all stops of a subject, decided by a person; returns how many there were.

        Raises ValueError without a name or reason.
        """
        now_s = int(self._clock().timestamp())
        decided = decision(now_s, person, "resumed", subject, reason)
        with Session(self._engine) as session, session.begin():
            rows = session.scalars(select(Stop).where(Stop.subject == subject, Stop.lifted_at_s.is_(None))).all()
            for row in rows:
                row.lifted_at_s, row.lifted_reason = now_s, reason
            if rows:
                session.add(decided)
            return len(rows)

    def _stop(self, kind: str, subject: str, cause: str) -> None:
        row = Stop(kind=kind, subject=subject, cause=cause, since_s=int(self._clock().timestamp()))
        with Session(self._engine) as session, session.begin():
            session.add(row)
        log.event("stopped", kind=kind, subject=subject, cause=cause)
