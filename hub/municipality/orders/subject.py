"""Whose data a certificate shows: the persons an order chose, their references, and the texts that prove it on a page.

Not responsible for whether they may have it (`office/decision.py`). References: `docs/reference/hub-protocol.md`,
"Queries"; they mean something in one transaction only, so that no kiosk can recognise a person by them.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from hashlib import sha256

from hub.municipality.interface import Refused
from hub.municipality.orders.chain import Order
from hub.municipality.pages.era import japanese_date, western_date
from hub.municipality.registers.dossier import FAMILY_TYPES, Dossier, Member
from hub.municipality.registers.snapshot import Person

_LABEL = "kiosk-person-v1"
_CHOOSING = frozenset({"members", "individual"})


@dataclass(frozen=True, slots=True)
class Subject:
    """What the page must show of its persons, and what of others it must not; `person_ids` in the page's order."""

    holder_id: str
    person_ids: tuple[str, ...]
    shown: tuple[str, ...]
    not_shown: tuple[str, ...]


def reference(transaction_id: str, person_id: str) -> str:
    """Return a person's reference in a transaction: 32 hex digits."""
    return sha256(f"{_LABEL}\n{transaction_id}\n{person_id}".encode()).hexdigest()[:32]


def listed_persons(dossier: Dossier, kind: str) -> Sequence[Person | Member]:
    """List who can be chosen for a type: the household, the persons of the family register, or the holder alone."""
    if kind in FAMILY_TYPES:
        return dossier.family.members if dossier.family is not None else ()
    if dossier.household is None:
        return ()
    return dossier.household.persons if kind == "resident_record" else (dossier.household.holder,)


def chosen_persons(dossier: Dossier, order: Order, transaction_id: str) -> tuple[Person | Member, ...]:
    """Return the persons the certificate shows, in the register's order; raises Refused `binding_mismatch`."""
    listed = listed_persons(dossier, order.type)
    if order.scope not in _CHOOSING:
        if order.persons:
            raise Refused("binding_mismatch", "persons are chosen only with the scopes members and individual")
        if order.scope == "self" and order.type == "resident_record" and dossier.household is not None:
            return (dossier.household.holder,)
        return tuple(listed)
    wanted = set(order.persons)
    present = [it for it in listed if isinstance(it, Person) or it.removed_on is None]
    found = tuple(it for it in present if reference(transaction_id, it.id) in wanted)
    one_only = order.type == "family_register"
    if not found or len(found) != len(wanted) or (one_only and len(found) != 1):
        raise Refused("binding_mismatch", "the persons of the order are not persons of this household or register")
    return found


def subject_of(dossier: Dossier, order: Order, transaction_id: str) -> Subject:
    """Tell what proves whose page it is: name, reading and birth date of each chosen person, the readings of no others.

    In a family register given names stand alone, so they are looked for together with their labels.
    """
    chosen = chosen_persons(dossier, order, transaction_id)
    labelled = order.type == "family_register"
    shown = tuple(text for it in chosen for text in (_name(it, labelled), _kana(it, labelled), birth_text(it)))
    household = dossier.household.persons if dossier.household is not None else ()
    chosen_ids = {person_id for it in chosen for person_id in _ids(it)}
    others = [it for it in (*household, *listed_persons(dossier, order.type)) if it.id not in chosen_ids]
    readings = [_kana(it, labelled) for it in others]
    hidden = tuple(kana for kana in readings if not any(kana in text for text in shown))
    return Subject(dossier.holder_id, tuple(it.id for it in chosen), shown, hidden)


def birth_text(person: Person | Member) -> str:
    """Return the birth date as certificates write it: in its era, or western for foreign nationals."""
    foreign = isinstance(person, Person) and person.foreign
    return western_date(person.birth_date) if foreign else japanese_date(person.birth_date)


def _ids(person: Person | Member) -> tuple[str | None, ...]:
    return (person.id, person.resident_id) if isinstance(person, Member) else (person.id,)


def _name(person: Person | Member, labelled: bool) -> str:  # noqa: FBT001
    return f"【名】{person.given_name}" if labelled and isinstance(person, Member) else person.name


def _kana(person: Person | Member, labelled: bool) -> str:  # noqa: FBT001
    return f"【名の振り仮名】{person.given_kana}" if labelled and isinstance(person, Member) else person.kana
