"""本籍地利用登録: requests of people who live elsewhere to get certificates of their family register.

Anybody with a valid card may ask; a named person of the office compares the request with the family register and
decides. Not responsible for what a certificate needs beyond that (`office/decision.py`).
"""

import re
import secrets
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from sqlalchemy import Engine, select
from sqlalchemy.orm import Session

from hub.municipality.interface import Refused
from hub.municipality.registers.civil_registers import FamilyMember, UseRegistration
from hub.municipality.registers.register import Card, writing

REASONS = ("not_found", "not_confirmed", "incomplete")
_OPEN = frozenset({"requested", "approved"})
_NUMBER_DIGITS = 12
_KANA = re.compile(r"[ァ-ヶー・]{1,40}[ 　][ァ-ヶー・]{1,40}")
_PHONE = re.compile(r"0[0-9]{9,10}")


@dataclass(frozen=True, slots=True)
class Wish:
    """What a person entered at the kiosk."""

    name_kana: str
    birth_date: date
    phone: str


def read_wish(of: Mapping[str, Any], today: date) -> Wish:
    """Read the fields of a `register` query; raises Refused `binding_mismatch` naming the field."""
    texts = {name: str(of[name]) for name in ("name_kana", "birth_date", "phone")}
    try:
        born = date.fromisoformat(texts["birth_date"])
    except ValueError as error:
        raise Refused("binding_mismatch", "`birth_date` is no date like 1986-11-30") from error
    if not _KANA.fullmatch(texts["name_kana"]) or not _PHONE.fullmatch(texts["phone"]) or born > today:
        raise Refused("binding_mismatch", "`name_kana` is katakana with one space, `phone` 10 or 11 digits")
    return Wish(texts["name_kana"].replace("　", " "), born, texts["phone"])


def ask(register: Engine, serial: int, kiosk_id: str, wish: Wish, today: date) -> None:
    """Write a request down, unless one is open or approved; raises Refused `other` for a resident's card."""
    number = f"{serial:x}"
    with writing(register) as session, session.begin():
        if session.get(Card, number) is not None:
            raise Refused("other", "the holder lives here and needs no registration")
        if any(it.state in _OPEN for it in session.scalars(_of_serial(number))):
            return
        session.add(
            UseRegistration(
                number=f"{secrets.randbelow(10**_NUMBER_DIGITS):0{_NUMBER_DIGITS}d}",
                serial=number,
                name_kana=wish.name_kana,
                birth_date=wish.birth_date,
                phone=wish.phone,
                kiosk_id=kiosk_id,
                requested_on=today,
                state="requested",
            )
        )


def requests_of(register: Engine, serial: int) -> list[UseRegistration]:
    """List the requests made with a card, newest first."""
    with Session(register, expire_on_commit=False) as session, session.begin():
        return [*session.scalars(_of_serial(f"{serial:x}"))]


def list_open(register: Engine) -> list[tuple[UseRegistration, list[FamilyMember]]]:
    """List open requests, oldest first, each with the people of the family registers that fit name and birth date."""
    with Session(register, expire_on_commit=False) as session, session.begin():
        wanted = select(UseRegistration).where(UseRegistration.state == "requested").order_by(UseRegistration.id)
        return [(it, _fitting(session, it)) for it in session.scalars(wanted)]


def approve(register: Engine, number: str, member_id: str, decided_by: str, today: date) -> None:
    """Tie the card to a person of the family registers; raises ValueError if there is no such request or person."""
    with writing(register) as session, session.begin():
        row = _open(session, number)
        if member_id not in {it.id for it in _fitting(session, row)}:
            raise ValueError(f"{member_id}: no person of the family registers who fits request {number}")
        row.state, row.member_id, row.decided_on, row.decided_by = "approved", member_id, today, decided_by


def reject(register: Engine, number: str, reason: str, decided_by: str, today: date) -> None:
    """Turn a request down; raises ValueError for an unknown request or reason."""
    if reason not in REASONS:
        raise ValueError(f"`{reason}` is no reason; there are: {', '.join(REASONS)}")
    with writing(register) as session, session.begin():
        row = _open(session, number)
        row.state, row.reason, row.decided_on, row.decided_by = "rejected", reason, today, decided_by


def _of_serial(serial: str) -> Any:
    return select(UseRegistration).where(UseRegistration.serial == serial).order_by(UseRegistration.id.desc())


def _open(session: Session, number: str) -> UseRegistration:
    row = session.scalars(select(UseRegistration).where(UseRegistration.number == number)).first()
    if row is None or row.state != "requested":
        raise ValueError(f"{number}: no open request; list them: python -m hub registrations")
    return row


def _fitting(session: Session, asked: UseRegistration) -> list[FamilyMember]:
    born = session.scalars(select(FamilyMember).where(FamilyMember.birth_date == asked.birth_date))
    return [it for it in born if f"{it.register.family_kana} {it.given_kana}" == asked.name_kana]
