"""Everything one certificate needs, read from all registers in one transaction, as frozen records.

Not responsible for deciding (`office/decision.py`) nor for what is printed (`pages/`). Rule: DOMAIN, "What went wrong
elsewhere" (one consistent snapshot of the register for each issue): a seal cancelled, or a household changed, while a
page is being made changes `revision`, and nothing is signed.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from hashlib import sha256
from typing import Any

from sqlalchemy import Engine, select
from sqlalchemy.orm import Session

from hub.municipality.registers.civil_registers import FamilyMember, FamilyRegister, IncomeTax, Seal, UseRegistration
from hub.municipality.registers.register import Card, Resident
from hub.municipality.registers.snapshot import Snapshot, snapshot_of

FAMILY_TYPES = frozenset({"family_register", "family_register_supplement"})


@dataclass(frozen=True, slots=True)
class SealEntry:
    """The seal in force; `impression` is a PNG."""

    number: str
    registered_on: date
    impression: bytes


@dataclass(frozen=True, slots=True)
class TaxYear:
    """One fiscal year of the holder; pairs of label and text, label and yen."""

    fiscal_year: int
    filed: bool
    address: str
    income: Any
    deductions: Any
    dependants: Any
    tax: Any


@dataclass(frozen=True, slots=True)
class Member:
    """One person of a family register, as a certificate may show them; `name` and `kana` are whole."""

    id: str
    resident_id: str | None
    given_name: str
    given_kana: str
    name: str
    kana: str
    birth_date: date
    sex: str
    spouse: str
    father: str
    mother: str
    relation: str
    removed_on: date | None
    support_measure: bool
    events: Any
    addresses: Any


@dataclass(frozen=True, slots=True)
class Family:
    """The holder's family register."""

    domicile: str
    head: str
    remade_on: date
    remade_because: str
    change_pending: bool
    holder: Member
    members: tuple[Member, ...]


@dataclass(frozen=True, slots=True)
class Registration:
    """The holder's last request for use from elsewhere."""

    state: str
    decided_on: date | None


@dataclass(frozen=True, slots=True)
class Dossier:
    """What is known of a card's holder. `household` None: lives elsewhere. `family` None: registered elsewhere."""

    holder_id: str
    usable_after: date
    household: Snapshot | None = None
    seal: SealEntry | None = None
    taxes: Mapping[int, TaxYear] = field(default_factory=dict[int, TaxYear])
    family: Family | None = None
    registration: Registration | None = None

    @property
    def revision(self) -> str:
        """A short digest of all that was read: two dossiers with the same one are the same."""
        return sha256(repr(self).encode()).hexdigest()[:16]


def take_dossier(engine: Engine, serial: int, kind: str) -> Dossier | None:
    """Read all about the holder of this card that a certificate of `kind` needs; None when nobody here has it."""
    number = f"{serial:x}"
    with Session(engine) as session, session.begin():
        card = session.get(Card, number)
        if card is not None:
            return _of_resident(session, card, kind)
        wanted = select(UseRegistration).where(UseRegistration.serial == number)
        asked = session.scalars(wanted.order_by(UseRegistration.id.desc())).first()
        return None if asked is None else _of_elsewhere(session, asked)


def _of_resident(session: Session, card: Card, kind: str) -> Dossier:
    resident = session.get_one(Resident, card.resident_id)
    return Dossier(
        holder_id=resident.id,
        usable_after=max(card.registered_on, resident.moved_in_on),
        household=snapshot_of(resident, resident.household, card.registered_on),
        seal=_seal(session, resident.id) if kind == "seal_registration" else None,
        taxes=_taxes(session, resident.id) if kind == "income_tax" else {},
        family=_family_of(session, resident.id) if kind in FAMILY_TYPES else None,
    )


def _of_elsewhere(session: Session, asked: UseRegistration) -> Dossier:
    member = None if asked.member_id is None else session.get_one(FamilyMember, asked.member_id)
    approved = asked.state == "approved" and member is not None
    return Dossier(
        holder_id=member.id if member is not None else f"card {asked.serial}",
        usable_after=asked.decided_on or asked.requested_on,
        family=_family(member) if approved and member is not None else None,
        registration=Registration(asked.state, asked.decided_on),
    )


def _seal(session: Session, resident_id: str) -> SealEntry | None:
    wanted = select(Seal).where(Seal.resident_id == resident_id, Seal.cancelled_on.is_(None))
    row = session.scalars(wanted.order_by(Seal.registered_on.desc())).first()
    return None if row is None else SealEntry(row.number, row.registered_on, row.impression)


def _taxes(session: Session, resident_id: str) -> dict[int, TaxYear]:
    rows = session.scalars(select(IncomeTax).where(IncomeTax.resident_id == resident_id))
    names = TaxYear.__slots__
    return {row.fiscal_year: TaxYear(**{name: getattr(row, name) for name in names}) for row in rows}


def _family_of(session: Session, resident_id: str) -> Family | None:
    member = session.scalars(select(FamilyMember).where(FamilyMember.resident_id == resident_id)).first()
    return None if member is None else _family(member)


def _family(holder: FamilyMember) -> Family:
    register = holder.register
    members = tuple(_member(it, register) for it in register.members)
    return Family(
        domicile=register.domicile,
        head=register.head,
        remade_on=register.remade_on,
        remade_because=register.remade_because,
        change_pending=register.change_pending,
        holder=next(it for it in members if it.id == holder.id),
        members=members,
    )


def _member(row: FamilyMember, register: FamilyRegister) -> Member:
    own = {name: getattr(row, name) for name in Member.__slots__ if name not in {"name", "kana"}}
    name, kana = f"{register.family_name} {row.given_name}", f"{register.family_kana} {row.given_kana}"
    return Member(name=name, kana=kana, **own)
