"""The ledger's tables, among the centre's: entries, counts of cash boxes, alarms that kiosks have told.

Amounts, ids of documents and kiosks, dates: never a person. Entries are added and never changed; a mistake is put right
by an entry in the other direction. Not responsible for which entry a state makes (`posting.py`).
"""

from datetime import date

from sqlalchemy.orm import Mapped, mapped_column

from hub.centre.records import Base


class LedgerEntry(Base):
    """One amount from one account to another: `credit` gives, `debit` receives. Accounts: `accounts.py`.

    `reference` is what it is booked for and makes a second booking impossible: `<document id>:<kind>` or
    `charge:<municipality>:<fiscal year>`. `booked_on` is the day in Tokyo. `cause` only for kind `voided`.
    """

    __tablename__ = "ledger_entries"

    number: Mapped[int] = mapped_column(primary_key=True)
    reference: Mapped[str] = mapped_column(unique=True)
    kind: Mapped[str]
    booked_at_s: Mapped[int]
    booked_on: Mapped[date] = mapped_column(index=True)
    municipality: Mapped[str] = mapped_column(index=True)
    operator: Mapped[str | None]
    kiosk_id: Mapped[str | None]
    type: Mapped[str | None]
    document_id: Mapped[str | None] = mapped_column(index=True)
    debit: Mapped[str]
    credit: Mapped[str]
    amount_yen: Mapped[int]
    cause: Mapped[str | None]


class CashCount(Base):
    """What a person counted when a kiosk's cash box was emptied: all that it kept since the count before."""

    __tablename__ = "cash_counts"

    number: Mapped[int] = mapped_column(primary_key=True)
    kiosk_id: Mapped[str] = mapped_column(index=True)
    counted_at_s: Mapped[int]
    amount_yen: Mapped[int]
    counted_by: Mapped[str]


class KioskAlarm(Base):
    """An alarm of a kiosk, or a reason to be out of service (`kind`: `alarm`, `fault`), from its MQTT messages."""

    __tablename__ = "kiosk_alarms"

    number: Mapped[int] = mapped_column(primary_key=True)
    kiosk_id: Mapped[str] = mapped_column(index=True)
    kind: Mapped[str]
    code: Mapped[str]
    began_at_s: Mapped[int]
    ended_at_s: Mapped[int | None]
