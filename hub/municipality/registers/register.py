"""The register of residents: tables of `municipality-402231.sqlite`. The only place in the whole system with names.

Not responsible for who may see what: `snapshot.py` reads for a certificate and leaves out the two secret numbers.
Rule: DOMAIN, "What went wrong elsewhere" (one consistent snapshot for each issue), so every transaction starts with
BEGIN.
"""

from datetime import date, datetime
from pathlib import Path
from typing import Any

from sqlalchemy import Engine, ForeignKey, LargeBinary, create_engine, event
from sqlalchemy.orm import DeclarativeBase, Mapped, Session, mapped_column, relationship


class Base(DeclarativeBase):
    """Tables of the register."""


class Household(Base):
    """People at one address. `revision` grows by one with every change to the household or a member."""

    __tablename__ = "households"
    id: Mapped[str] = mapped_column(primary_key=True)
    address: Mapped[str]
    revision: Mapped[int] = mapped_column(default=1)
    residents: Mapped[list["Resident"]] = relationship(back_populates="household", order_by="Resident.position")


class Resident(Base):
    """One person. `my_number` (12 digits) and `resident_code` (11 digits) never leave the register.

    Foreign residents have a nationality and no registered domicile; `residence_*` are None for Japanese nationals.
    """

    __tablename__ = "residents"
    id: Mapped[str] = mapped_column(primary_key=True)
    household_id: Mapped[str] = mapped_column(ForeignKey("households.id"))
    position: Mapped[int]
    name: Mapped[str]
    kana: Mapped[str]
    birth_date: Mapped[date]
    sex: Mapped[str]
    relationship_to_head: Mapped[str]
    domicile: Mapped[str | None]
    register_head: Mapped[str | None]
    nationality: Mapped[str | None]
    residence_category: Mapped[str | None]
    residence_status: Mapped[str | None]
    residence_period: Mapped[str | None]
    residence_expires_on: Mapped[date | None]
    residence_card: Mapped[str | None]
    moved_in_on: Mapped[date]
    address_since: Mapped[date]
    notified_on: Mapped[date]
    previous_address: Mapped[str]
    moved_out_on: Mapped[date | None]
    support_measure: Mapped[bool] = mapped_column(default=False)
    my_number: Mapped[str] = mapped_column(unique=True)
    resident_code: Mapped[str] = mapped_column(unique=True)
    household: Mapped[Household] = relationship(back_populates="residents")


class Card(Base):
    """Serial number (hex) of an authentication certificate, and whose; usable from the day after `registered_on`."""

    __tablename__ = "cards"
    serial: Mapped[str] = mapped_column(primary_key=True)
    resident_id: Mapped[str] = mapped_column(ForeignKey("residents.id"))
    registered_on: Mapped[date]


class RuleChange(Base):
    """A dated change of the rules, after those of the town's module (`samples/koga.py`); `sets` is a JSON object."""

    __tablename__ = "rule_changes"
    id: Mapped[int] = mapped_column(primary_key=True)
    on: Mapped[date]
    sets: Mapped[str]
    reason: Mapped[str]
    entered_at: Mapped[datetime]
    entered_by: Mapped[str]


class Request(Base):
    """One request of the centre: a transaction or a nonce is never answered twice. `outcome` has the true reason."""

    __tablename__ = "requests"
    transaction_id: Mapped[str] = mapped_column(primary_key=True)
    centre_nonce: Mapped[bytes] = mapped_column(LargeBinary, unique=True)
    received_at: Mapped[datetime]
    outcome: Mapped[str]


class Certificate(Base):
    """One issued certificate, as it was signed. `pages` is a CBOR list of zlib-compressed dots, in order.

    `holder_id` is the resident, or the member of a family register who lives elsewhere.
    """

    __tablename__ = "certificates"
    document_id: Mapped[str] = mapped_column(primary_key=True)
    transaction_id: Mapped[str] = mapped_column(ForeignKey("requests.transaction_id"), unique=True)
    holder_id: Mapped[str] = mapped_column(index=True)
    issued_at: Mapped[datetime]
    kiosk_id: Mapped[str]
    type: Mapped[str]
    copies: Mapped[int]
    fee_yen: Mapped[int]
    statement: Mapped[bytes] = mapped_column(LargeBinary)
    pages: Mapped[bytes] = mapped_column(LargeBinary)


def open_register(path: Path, *, read_only: bool = False) -> Engine:
    """Open the database file (made if absent, unless `read_only`); transactions are consistent snapshots."""
    if read_only and not path.exists():
        raise FileNotFoundError(f"register {path} is missing: run `python -m hub init --data {path.parent}`")
    engine = create_engine(f"sqlite:///{path}")

    @event.listens_for(engine, "connect")
    def _connected(connection: Any, _record: Any) -> None:  # pyright: ignore[reportUnusedFunction]
        connection.isolation_level = None  # the sqlite3 module would begin a transaction only at the first write
        for pragma in ("journal_mode=WAL", "synchronous=FULL", "foreign_keys=ON", "busy_timeout=5000"):
            connection.execute(f"PRAGMA {pragma}")
        if read_only:
            connection.execute("PRAGMA query_only=ON")

    @event.listens_for(engine, "begin")
    def _begun(connection: Any) -> None:  # pyright: ignore[reportUnusedFunction]
        writes = connection.get_execution_options().get("writes", False)
        connection.exec_driver_sql("BEGIN IMMEDIATE" if writes else "BEGIN")

    return engine


def writing(register: Engine) -> Session:
    """Open a session that takes the write lock at once: a reader that turns writer is told "database is locked"."""
    return Session(register.execution_options(writes=True))
