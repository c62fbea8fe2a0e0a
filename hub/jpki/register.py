"""The JPKI centre's own record of what it issued and revoked (`jpki.sqlite`): numbers and dates, no holders.

Not responsible for how an answer is signed (`responder.py`, `revocation_list.py`).
"""

from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from sqlalchemy import select
from sqlalchemy.orm import DeclarativeBase, Mapped, Session, mapped_column

from hub.database import open_database
from hub.migrations import bring_up_to_date


class Base(DeclarativeBase):
    """The register's one table."""


class _Issued(Base):
    __tablename__ = "issued"

    kind: Mapped[str] = mapped_column(primary_key=True)
    serial: Mapped[str] = mapped_column(primary_key=True)  # hexadecimal: 160 bits do not fit SQLite's integer
    revoked_at_s: Mapped[int | None]


@dataclass(frozen=True, slots=True)
class Entry:
    """One certificate the authority issued; `revoked_at` is None while it is good."""

    serial: int
    revoked_at: datetime | None


class Register:
    """What the authorities issued; every method is one short database transaction."""

    def __init__(self, path: Path) -> None:
        self._engine = open_database(path)
        bring_up_to_date(self._engine, "jpki")

    def add(self, kind: str, serials: list[int]) -> None:
        """Record newly issued certificates of the authority `kind`; those already known stay as they are."""
        with Session(self._engine) as session, session.begin():
            for serial in serials:
                if session.get(_Issued, (kind, f"{serial:x}")) is None:
                    session.add(_Issued(kind=kind, serial=f"{serial:x}", revoked_at_s=None))

    def revoke(self, kind: str, serial: int, at: datetime) -> bool:
        """Revoke for good; returns False if it was revoked before. Raises KeyError for an unknown number."""
        with Session(self._engine) as session, session.begin():
            row = session.get(_Issued, (kind, f"{serial:x}"))
            if row is None:
                raise KeyError("the authority did not issue a certificate with this number")
            if row.revoked_at_s is not None:
                return False
            row.revoked_at_s = int(at.timestamp())
            return True

    def find(self, kind: str, serial: int) -> Entry | None:
        """Look one certificate up; None when the authority did not issue it."""
        with Session(self._engine) as session:
            row = session.get(_Issued, (kind, f"{serial:x}"))
            return None if row is None else _entry(row)

    def revoked(self, kind: str) -> list[Entry]:
        """List all revoked certificates of an authority."""
        with Session(self._engine) as session:
            rows = session.scalars(select(_Issued).where(_Issued.kind == kind, _Issued.revoked_at_s.is_not(None)))
            return [_entry(row) for row in rows]

    def close(self) -> None:
        """Close the file."""
        self._engine.dispose()


def _entry(row: _Issued) -> Entry:
    revoked_at = None if row.revoked_at_s is None else datetime.fromtimestamp(row.revoked_at_s, UTC)
    return Entry(int(row.serial, 16), revoked_at)
