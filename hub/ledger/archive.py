"""What a municipality's own archive says it issued: the second source, against which the centre's orders are held.

Ids, copies and fees only; whose a document is stays there. A centre that runs on a machine of its own has no archive
beside it, and is told so. Not responsible for the comparison (`reconcile.py`).
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from sqlalchemy import select
from sqlalchemy.orm import Session

from hub.municipality.registers.register import Certificate
from hub.municipality.setup import codes_in, open_existing


@dataclass(frozen=True, slots=True)
class Issued:
    """A document as the municipality issued it."""

    document_id: str
    municipality: str
    kiosk_id: str
    copies: int
    fee_yen: int
    issued_at_s: int


def issued_between(data: Path, codes: Iterable[str], begins_s: int, ends_s: int) -> tuple[list[Issued], list[str]]:
    """Return what was issued from `begins_s` up to `ends_s`, and the codes whose archive is not here."""
    found: list[Issued] = []
    here = set(codes_in(data))
    wanted = sorted(set(codes))
    for code in wanted:
        if code in here:
            found += _of_archive(data, code, begins_s, ends_s)
    return found, [code for code in wanted if code not in here]


def _of_archive(data: Path, code: str, begins_s: int, ends_s: int) -> list[Issued]:
    begins, ends = (datetime.fromtimestamp(it, UTC) for it in (begins_s, ends_s))
    register = open_existing(data, code)
    row = Certificate
    wanted = select(row.document_id, row.kiosk_id, row.copies, row.fee_yen, row.issued_at)
    try:
        with Session(register) as session, session.begin():
            rows = session.execute(wanted.where(row.issued_at >= begins, row.issued_at < ends)).all()
    finally:
        register.dispose()
    return [Issued(it[0], code, it[1], it[2], it[3], _seconds(it[4])) for it in rows]


def _seconds(moment: datetime) -> int:
    """Return the Unix time; a database without time zones gives UTC without saying so."""
    return int((moment if moment.tzinfo else moment.replace(tzinfo=UTC)).timestamp())
