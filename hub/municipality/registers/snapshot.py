"""A household and its members as frozen records.

Not responsible for deciding (`office/decision.py`) nor for what is printed (`pages/content.py`). The secret numbers
are not in these records; only the signer asks for them (`secret_numbers`), to find them where they must not be.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date

from sqlalchemy import Engine, select
from sqlalchemy.orm import Session

from hub.municipality.registers.register import Household, Resident


@dataclass(frozen=True, slots=True)
class Person:
    """One resident as a certificate may show them."""

    id: str
    name: str
    kana: str
    birth_date: date
    sex: str
    relationship_to_head: str
    domicile: str | None
    register_head: str | None
    nationality: str | None
    residence_category: str | None
    residence_status: str | None
    residence_period: str | None
    residence_expires_on: date | None
    residence_card: str | None
    moved_in_on: date
    address_since: date
    notified_on: date
    previous_address: str
    moved_out_on: date | None
    support_measure: bool

    @property
    def foreign(self) -> bool:
        """Whether the person is a foreign national."""
        return self.nationality is not None


@dataclass(frozen=True, slots=True)
class Snapshot:
    """The card's holder and the household's members at one moment. `persons` are all members who have not moved out."""

    holder: Person
    card_registered_on: date
    household_id: str
    address: str
    head_name: str
    revision: int
    persons: tuple[Person, ...]


def snapshot_of(resident: Resident, household: Household, card_registered_on: date) -> Snapshot:
    """Copy what a certificate needs out of loaded register entries."""
    return Snapshot(
        holder=_person(resident),
        card_registered_on=card_registered_on,
        household_id=household.id,
        address=household.address,
        head_name=household.residents[0].name,  # the head is listed first
        revision=household.revision,
        persons=tuple(_person(it) for it in household.residents if it.moved_out_on is None),
    )


def secret_numbers(engine: Engine, person_ids: Iterable[str]) -> tuple[str, ...]:
    """My Numbers and resident codes of these residents and of all who ever belonged to their households."""
    homes = select(Resident.household_id).where(Resident.id.in_(list(person_ids)))
    wanted = select(Resident.my_number, Resident.resident_code).where(Resident.household_id.in_(homes))
    with Session(engine) as session, session.begin():
        return tuple(number for row in session.execute(wanted) for number in row)


def _person(resident: Resident) -> Person:
    return Person(**{name: getattr(resident, name) for name in Person.__slots__})
