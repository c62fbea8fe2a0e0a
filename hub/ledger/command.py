"""The accounts at the command line: reconcile a day, list entries, book charges, count cash, settle, keep alarms.

Words and options are in `command_line.py`; the work is done in the ledger.
"""

import argparse
import json
import sys
from collections.abc import Callable, Mapping
from dataclasses import asdict
from datetime import UTC, datetime
from pathlib import Path
from types import MappingProxyType

from sqlalchemy import select
from sqlalchemy.orm import Session

from hub.centre.decisions import decision
from hub.centre.orders import Orders
from hub.centre.records import Order
from hub.clock import utc_now
from hub.ledger.alarms import keep_alarms
from hub.ledger.charges import book_charges
from hub.ledger.posting import TOKYO
from hub.ledger.reconcile import KioskDay, reconcile
from hub.ledger.records import CashCount, LedgerEntry
from hub.ledger.store import centre_records
from hub.ledger.tariffs import own_tariffs
from hub.web.problem import Problem

EXIT_DIFFERS = 1


def _reconcile(options: argparse.Namespace) -> int:
    with centre_records(options.data) as engine:
        days = reconcile(engine, options.data, options.date, utc_now(), kiosk_id=options.kiosk)
    if options.json:
        print(json.dumps([_plain(it) for it in days], ensure_ascii=False, indent=2))
    else:
        print("\n".join(_lines(options.date.isoformat(), days)))
    return 0 if all(it.agrees for it in days) else EXIT_DIFFERS


def _plain(day: KioskDay) -> dict[str, object]:
    told = [
        {"name": it.name, "subject": it.subject, "detail": it.detail, "cause": it.cause, "remedy": it.remedy}
        for it in day.differences
    ]
    return {**asdict(day), "day": day.day.isoformat(), "agrees": day.agrees, "differences": told}


def _lines(date: str, days: list[KioskDay]) -> list[str]:
    if not days:
        return [f"{date}: no documents and no counts of cash"]
    lines: list[str] = []
    for day in days:
        lines.append(f"{date}  {day.kiosk_id}  {'agrees' if day.agrees else 'DIFFERS'}")
        lines += [f"    {day.documents}", f"    {day.money}  (yen)"]
        for it in day.differences:
            lines.append(f"    {it.name}  {it.subject}  {it.detail}")
            lines += [f"        cause:  {it.cause}", f"        remedy: {it.remedy}"]
    return lines


def _ledger(options: argparse.Namespace) -> int:
    wanted = select(LedgerEntry).order_by(LedgerEntry.number)
    if options.document:
        wanted = wanted.where(LedgerEntry.document_id == options.document)
    if options.date:
        wanted = wanted.where(LedgerEntry.booked_on == options.date)
    print(f"{'booked (Tokyo)':19}  {'kind':19}  {'yen':>7}  {'from':28}  {'to':28}  for")
    with centre_records(options.data) as engine, Session(engine) as session:
        for it in session.scalars(wanted):
            at = datetime.fromtimestamp(it.booked_at_s, UTC).astimezone(TOKYO)
            accounts = f"{it.credit:28}  {it.debit:28}"
            told = " ".join(filter(None, (it.municipality, it.kiosk_id, it.type, it.document_id, it.cause)))
            print(f"{at:%Y-%m-%d %H:%M:%S}  {it.kind:19}  {it.amount_yen:7}  {accounts}  {told}")
    return 0


def _charge(options: argparse.Namespace) -> int:
    tariffs = own_tariffs()
    codes = [options.municipality] if options.municipality else sorted({it.code for it in tariffs.towns})
    with centre_records(options.data) as engine:
        booked = book_charges(engine, codes, options.fiscal_year, tariffs, utc_now())
    for code in codes:
        print(f"{code}: charge of {options.fiscal_year} {'booked' if code in booked else 'was booked before'}")
    return 0


def _cash_count(options: argparse.Namespace) -> int:
    now_s = int(utc_now().timestamp())
    if options.yen < 0:
        raise ValueError("--yen: a sum that was counted is not below 0")
    row = CashCount(kiosk_id=options.kiosk, counted_at_s=now_s, amount_yen=options.yen, counted_by=options.by)
    with centre_records(options.data) as engine, Session(engine) as session, session.begin():
        session.add(row)
        session.add(decision(now_s, options.by, "cash_counted", options.kiosk, f"{options.yen} yen"))
    print(f"{options.kiosk}: {options.yen} yen counted; compare: python -m hub reconcile --date <today>")
    return 0


def _settle(options: argparse.Namespace) -> int:
    with centre_records(options.data) as engine:
        with Session(engine) as session:
            row = session.get(Order, options.document)
        if row is None:
            raise ValueError(f"{options.document}: no such order; list them: python -m hub orders")
        decided = decision(int(utc_now().timestamp()), options.by, "settled", options.document, options.reason)
        try:
            Orders(engine, utc_now).change(row.document_id, row.kiosk_id, options.state, row.version, decided)
        except Problem as problem:
            raise ValueError(problem.detail) from problem
    print(f"{options.document}: {options.state}")
    return 0


def _alarms(options: argparse.Namespace) -> int:
    with centre_records(options.data) as engine:
        if options.source is None:
            began, odd = keep_alarms(engine, sys.stdin)
        else:
            with Path(options.source).open(encoding="utf-8") as lines:
                began, odd = keep_alarms(engine, lines)
    print(f"{began} alarms and faults kept, {odd} lines were none")
    return 0


COMMANDS: Mapping[str, Callable[[argparse.Namespace], int]] = MappingProxyType(
    {
        "reconcile": _reconcile,
        "ledger": _ledger,
        "charge": _charge,
        "cash-count": _cash_count,
        "settle": _settle,
        "alarms": _alarms,
    }
)
