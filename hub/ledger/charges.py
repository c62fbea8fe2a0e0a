"""A municipality's yearly charge, booked once for each fiscal year. Not responsible for the tariff (`tariffs.py`)."""

from collections.abc import Iterable
from datetime import date, datetime

from sqlalchemy import Engine, select
from sqlalchemy.orm import Session

from hub.ledger.accounts import KINDS
from hub.ledger.records import LedgerEntry
from hub.ledger.tariffs import Tariffs


def fiscal_year_days(year: int) -> tuple[date, date]:
    """Return the first day of a fiscal year, and the first that is no longer in it."""
    return date(year, 4, 1), date(year + 1, 4, 1)


def charge_yen(tariffs: Tariffs, code: str, year: int) -> int:
    """Return a municipality's charge of a fiscal year, by the tariff and the population of its first day."""
    first, _ = fiscal_year_days(year)
    return tariffs.charge(first).of(tariffs.town(code, first).population)


def book_charges(engine: Engine, codes: Iterable[str], year: int, tariffs: Tariffs, now: datetime) -> list[str]:
    """Book what is not booked yet; returns the codes for which it was."""
    booked: list[str] = []
    with Session(engine) as session, session.begin():
        for code in codes:
            reference = f"charge:{code}:{year}"
            if session.scalar(select(LedgerEntry).where(LedgerEntry.reference == reference)) is not None:
                continue
            debit, credit = KINDS["centre_charge"]
            session.add(
                LedgerEntry(
                    reference=reference,
                    kind="centre_charge",
                    booked_at_s=int(now.timestamp()),
                    booked_on=fiscal_year_days(year)[0],
                    municipality=code,
                    debit=debit,
                    credit=credit,
                    amount_yen=charge_yen(tariffs, code, year),
                )
            )
            booked.append(code)
    return booked
