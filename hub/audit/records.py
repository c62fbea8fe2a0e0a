"""The tables of received audit logs, among the centre's: the lines as they came, where each log stands, what is wrong.

A log that was begun anew is a branch of its own; nothing that was received is ever changed or left out.
Ids, amounts and states only. Not responsible for checking (`chain.py`).
"""

from sqlalchemy.orm import Mapped, mapped_column

from hub.centre.records import Base


class AuditLine(Base):
    """One line, with its hash in hexadecimal and without its end."""

    __tablename__ = "audit_lines"

    kiosk_id: Mapped[str] = mapped_column(primary_key=True)
    branch: Mapped[int] = mapped_column(primary_key=True)
    number: Mapped[int] = mapped_column(primary_key=True)
    line: Mapped[str]
    received_at_s: Mapped[int]


class AuditStanding(Base):
    """How far a kiosk's log was received. `key`: the public key (DER) of its last good check-point."""

    __tablename__ = "audit_standings"

    kiosk_id: Mapped[str] = mapped_column(primary_key=True)
    branch: Mapped[int]
    lines: Mapped[int]
    checkpoints: Mapped[int]
    unsigned: Mapped[int]
    head: Mapped[str]
    key: Mapped[bytes | None]
    told_at_s: Mapped[int]


class AuditFault(Base):
    """One thing that is wrong with a received log."""

    __tablename__ = "audit_faults"

    number: Mapped[int] = mapped_column(primary_key=True)
    kiosk_id: Mapped[str] = mapped_column(index=True)
    branch: Mapped[int]
    line: Mapped[int]
    text: Mapped[str]
    at_s: Mapped[int]
