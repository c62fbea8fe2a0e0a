"""The other registers of a municipality: seals, family registers with their supplements, income tax, registrations.

Tables beside those of `register.py`, in the same file, so that one transaction sees all of them at one moment. Not
responsible for who gets what (`office/decision.py`). A family register (戸籍) is kept where the registered domicile
(本籍) is, whether its people live there or not; its supplement (附票) is the list of their addresses.
"""

from datetime import date

from sqlalchemy import JSON, ForeignKey, LargeBinary
from sqlalchemy.orm import Mapped, mapped_column, relationship

from hub.municipality.registers.register import Base

Pairs = list[list[str]]  # label and text, in the order of the register
Amounts = list[list[str | int]]  # label and yen


class Seal(Base):
    """A registered seal: `impression` is its picture, a PNG; cancelled ones stay."""

    __tablename__ = "seals"
    number: Mapped[str] = mapped_column(primary_key=True)
    resident_id: Mapped[str] = mapped_column(ForeignKey("residents.id"))
    registered_on: Mapped[date]
    cancelled_on: Mapped[date | None]
    impression: Mapped[bytes] = mapped_column(LargeBinary)


class FamilyRegister(Base):
    """One 戸籍. `change_pending`: a report was taken and is not entered yet."""

    __tablename__ = "family_registers"
    id: Mapped[str] = mapped_column(primary_key=True)
    domicile: Mapped[str]
    head: Mapped[str]
    family_name: Mapped[str]
    family_kana: Mapped[str]
    remade_on: Mapped[date]
    remade_because: Mapped[str]
    change_pending: Mapped[bool] = mapped_column(default=False)
    members: Mapped[list["FamilyMember"]] = relationship(
        back_populates="register", order_by="FamilyMember.position", lazy="selectin"
    )


class FamilyMember(Base):
    """One person of a family register; `resident_id` where the person lives here too. `removed_on`: 除籍.

    `events`: title and pairs of what happened (身分事項); `addresses`: address and day of each, oldest first (附票).
    """

    __tablename__ = "family_members"
    id: Mapped[str] = mapped_column(primary_key=True)
    register_id: Mapped[str] = mapped_column(ForeignKey("family_registers.id"))
    position: Mapped[int]
    resident_id: Mapped[str | None] = mapped_column(ForeignKey("residents.id"), unique=True)
    given_name: Mapped[str]
    given_kana: Mapped[str]
    birth_date: Mapped[date]
    sex: Mapped[str]
    spouse: Mapped[str]
    father: Mapped[str]
    mother: Mapped[str]
    relation: Mapped[str]
    removed_on: Mapped[date | None]
    support_measure: Mapped[bool] = mapped_column(default=False)
    events: Mapped[list[list[str | Pairs]]] = mapped_column(JSON)
    addresses: Mapped[Pairs] = mapped_column(JSON)
    register: Mapped[FamilyRegister] = relationship(back_populates="members")


class IncomeTax(Base):
    """A person's year; `fiscal_year` 2026 is taxed for the income of 2025. `filed`: an income (also none) is known."""

    __tablename__ = "income_taxes"
    resident_id: Mapped[str] = mapped_column(ForeignKey("residents.id"), primary_key=True)
    fiscal_year: Mapped[int] = mapped_column(primary_key=True)
    filed: Mapped[bool]
    address: Mapped[str]
    income: Mapped[Amounts] = mapped_column(JSON)
    deductions: Mapped[Amounts] = mapped_column(JSON)
    dependants: Mapped[Pairs] = mapped_column(JSON)
    tax: Mapped[Amounts] = mapped_column(JSON)


class UseRegistration(Base):
    """A request to use a card for the family register of somebody who lives elsewhere (本籍地利用登録).

    `state`: `requested approved rejected`. `member_id` is set by the office when it approves. `serial` is hex.
    """

    __tablename__ = "use_registrations"
    id: Mapped[int] = mapped_column(primary_key=True)
    number: Mapped[str] = mapped_column(unique=True)
    serial: Mapped[str] = mapped_column(index=True)
    name_kana: Mapped[str]
    birth_date: Mapped[date]
    phone: Mapped[str]
    kiosk_id: Mapped[str]
    requested_on: Mapped[date]
    state: Mapped[str] = mapped_column(default="requested")
    decided_on: Mapped[date | None]
    decided_by: Mapped[str | None]
    reason: Mapped[str | None]
    member_id: Mapped[str | None] = mapped_column(ForeignKey("family_members.id"))
