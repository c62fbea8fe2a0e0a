"""What the queries of a clerk are answered: the `answer` maps of `docs/reference/hub-protocol.md`, "Queries".

Pure, from a dossier or rows of the register. Not responsible for whether the person may ask (`office/office.py`) nor
for signing (`signer/answer_signer.py`).
"""

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any

from hub.municipality.interface import Refused
from hub.municipality.orders.chain import Query
from hub.municipality.orders.subject import listed_persons, reference
from hub.municipality.registers.civil_registers import UseRegistration
from hub.municipality.registers.dossier import Dossier, Member
from hub.municipality.registers.register import Certificate
from hub.municipality.registers.snapshot import Person
from hub.municipality.rules.rules import TypeRule

KINDS = frozenset({"household", "preview", "registration", "register", "history"})
ISSUES_MAX = 50
_OF_FOREIGNERS = frozenset({"nationality", "residence_card", "residence_status"})


def type_of(query: Query) -> str:
    """Return the type a query is about, empty for those about none; raises Refused `binding_mismatch`."""
    fields = {"household": {"type"}, "preview": {"order"}, "register": {"name_kana", "birth_date", "phone"}}
    if query.kind not in KINDS or set(query.of) != fields.get(query.kind, set()):
        raise Refused("binding_mismatch", "the query is of no known kind or has other fields than its kind")
    order = query.of.get("order", query.of)
    kind: Any = order.get("type", "") if isinstance(order, Mapping) else None  # pyright: ignore[reportUnknownMemberType, reportUnknownVariableType]
    if not isinstance(kind, str):
        raise Refused("binding_mismatch", "the query's type is not a text")
    return kind


def household(dossier: Dossier, kind: str, transaction_id: str, choices: Mapping[str, Any]) -> dict[str, Any]:
    """Return who can be chosen, and the choices as they are."""
    present = [it for it in listed_persons(dossier, kind) if isinstance(it, Person) or it.removed_on is None]
    return {"persons": [_person(it, dossier, transaction_id) for it in present], **choices}


def choices_of(dossier: Dossier, kind: str, rule: TypeRule, today: date) -> dict[str, Any]:
    """Return scopes, items and fiscal years of a type that make sense for this person."""
    persons = listed_persons(dossier, kind)
    foreign = [isinstance(it, Person) and it.foreign for it in persons]
    without: set[str] = set() if any(foreign) else set(_OF_FOREIGNERS)
    if foreign and all(foreign):
        without.add("domicile")
    pointless: set[str] = {"household", "members"} if len(persons) <= 1 else set()
    return {
        "scopes": [it for it in rule.scopes if it not in pointless],
        "items": [it for it in rule.items if it not in without],
        "fiscal_years": list(rule.fiscal_years(today)) if kind == "income_tax" else [],
    }


def registrations(rows: Sequence[UseRegistration]) -> dict[str, Any]:
    """Return what became of the holder's requests."""
    return {"requests": [_request(it) for it in rows]}


def history(rows: Sequence[Certificate], checks: Mapping[str, int]) -> dict[str, Any]:
    """Return what was issued to the holder, with the look-ups at the inquiry site that the centre has counted."""
    return {
        "issues": [
            {
                "issued_at": int(it.issued_at.timestamp()),
                "type": it.type,
                "document_id": it.document_id,
                "copies": it.copies,
                "fee_yen": it.fee_yen,
                "kiosk_id": it.kiosk_id,
                "checks": checks.get(it.document_id),
            }
            for it in rows[:ISSUES_MAX]
        ]
    }


def _person(person: Person | Member, dossier: Dossier, transaction_id: str) -> dict[str, Any]:
    holder = dossier.family.holder.id if isinstance(person, Member) and dossier.family else dossier.holder_id
    return {
        "ref": reference(transaction_id, person.id),
        "name": person.name,
        "kana": person.kana,
        "self": person.id == holder,
        "relationship": _relationship(person),
        "birth_date": person.birth_date.isoformat(),
        "foreign": isinstance(person, Person) and person.foreign,
    }


def _relationship(person: Person | Member) -> str:
    return person.relationship_to_head if isinstance(person, Person) else person.spouse or person.relation


def _request(row: UseRegistration) -> dict[str, Any]:
    return {
        "number": row.number,
        "state": row.state,
        "requested_on": row.requested_on.isoformat(),
        "decided_on": row.decided_on and row.decided_on.isoformat(),
        "reason": row.reason,
    }
