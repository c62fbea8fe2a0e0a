"""`python -m hub audit`: what the hub has of kiosks' audit logs, and what is wrong with them.

Also finds orders of the book that a log, told later, lacks. Exit code 1 if anything is wrong.
"""

import argparse
import json
from collections.abc import Callable, Iterator, Mapping
from types import MappingProxyType
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from hub.audit.records import AuditFault, AuditLine, AuditStanding
from hub.centre.records import Order
from hub.ledger.store import centre_records

EXIT_BROKEN = 1
LATE_S = 300  # a line follows its order at the latest so long after it


def _audit(options: argparse.Namespace) -> int:
    broken = 0
    with centre_records(options.data) as engine, Session(engine) as session:
        wanted = select(AuditStanding).order_by(AuditStanding.kiosk_id)
        if options.kiosk:
            wanted = wanted.where(AuditStanding.kiosk_id == options.kiosk)
        found = session.scalars(wanted).all()
        for at in found:
            faults = [*_faults(session, at), *_lacking(session, at)]
            broken += len(faults)
            said = "broken" if faults else "whole"
            print(f"{at.kiosk_id}  {said}: {at.lines} lines, {at.checkpoints} check-points, head {at.head}")
            print("\n".join(f"    {text}" for text in faults), end="\n" if faults else "")
        if options.out:
            options.out.write_text("".join(_kept(session, options.kiosk)), encoding="ascii")
    if not found:
        print("no audit log was received")
    return EXIT_BROKEN if broken or (options.kiosk and not found) else 0


def _faults(session: Session, at: AuditStanding) -> Iterator[str]:
    wanted = select(AuditFault).where(AuditFault.kiosk_id == at.kiosk_id).order_by(AuditFault.number)
    for fault in session.scalars(wanted):
        yield f"log {fault.branch}, line {fault.line}: {fault.text}"


def _lacking(session: Session, at: AuditStanding) -> Iterator[str]:
    """Find orders of the time between the log's first line and its last telling that no line names."""
    lines = session.scalars(select(AuditLine.line).where(AuditLine.kiosk_id == at.kiosk_id))
    named: set[str] = set()
    began_s = float(at.told_at_s)
    for line in lines:
        body = _body(line)
        began_s = min(began_s, float(body.get("at_s", began_s)))
        if body.get("what") == "order":
            named.add(str(body.get("document_id")))
    wanted = select(Order.document_id, Order.state).where(
        Order.kiosk_id == at.kiosk_id,
        Order.opened_at_s > began_s + LATE_S,
        Order.changed_at_s < at.told_at_s - LATE_S,
        Order.state != "cancelled",  # before the kiosk had it, perhaps
    )
    for document_id, state in session.execute(wanted):
        if document_id not in named:
            yield f"order {document_id} is {state} at the centre, and not in the log"


def _body(line: str) -> dict[str, Any]:
    try:
        body: Any = json.loads(line.partition(" ")[2])
    except (ValueError, RecursionError):
        return {}
    return body if isinstance(body, dict) else {}  # pyright: ignore[reportUnknownVariableType]


def _kept(session: Session, kiosk_id: str) -> Iterator[str]:
    branch = select(AuditStanding.branch).where(AuditStanding.kiosk_id == kiosk_id).scalar_subquery()
    wanted = select(AuditLine.line).where(AuditLine.kiosk_id == kiosk_id, AuditLine.branch == branch)
    for line in session.scalars(wanted.order_by(AuditLine.number)):
        yield f"{line}\n"


COMMANDS: Mapping[str, Callable[[argparse.Namespace], int]] = MappingProxyType({"audit": _audit})
