"""The municipality's own record of requests and certificates: a transaction or a nonce is never answered twice.

Not responsible for deciding. A refused transaction may ask again (another choice at the kiosk); one that is being
issued, or was, may not. Nothing but the municipality keeps what was issued (DOMAIN, "The systems").
"""

import zlib
from datetime import datetime

from sqlalchemy import Engine, select

from hub.cose import canonical
from hub.municipality.interface import IssueAnswer, IssueRequest, Refused
from hub.municipality.orders.chain import Order
from hub.municipality.registers.register import Certificate, Request, writing

_ISSUING = "issuing"
_ISSUED = "issued"


def claim(register: Engine, request: IssueRequest, now: datetime) -> None:
    """Take the transaction for one issue; raises Refused `binding_mismatch` if it or its nonce was used."""
    with writing(register) as session, session.begin():
        used = select(Request).where(
            (Request.transaction_id == request.transaction_id) | (Request.centre_nonce == request.centre_nonce)
        )
        rows = session.scalars(used).all()
        for row in rows:
            same = (row.transaction_id, row.centre_nonce) == (request.transaction_id, request.centre_nonce)
            if not same or row.outcome in {_ISSUING, _ISSUED}:
                raise Refused("binding_mismatch", "this transaction or its nonce was already used")
            row.outcome, row.received_at = _ISSUING, now
        if not rows:
            session.add(
                Request(
                    transaction_id=request.transaction_id,
                    centre_nonce=request.centre_nonce,
                    received_at=now,
                    outcome=_ISSUING,
                )
            )


def record_refusal(register: Engine, transaction_id: str, reason: str) -> None:
    """Write down why a claimed transaction was refused, with the true reason."""
    with writing(register) as session, session.begin():
        session.get_one(Request, transaction_id).outcome = f"refused:{reason}"


def record_issue(
    register: Engine, request: IssueRequest, order: Order, answer: IssueAnswer, *, holder_id: str, now: datetime
) -> None:
    """Write down the certificate before it leaves."""
    with writing(register) as session, session.begin():
        session.get_one(Request, request.transaction_id).outcome = _ISSUED
        session.add(
            Certificate(
                document_id=answer.document_id,
                transaction_id=request.transaction_id,
                holder_id=holder_id,
                issued_at=now,
                kiosk_id=request.kiosk_id,
                type=order.type,
                copies=order.copies,
                fee_yen=order.fee_yen,
                statement=answer.statement,
                pages=canonical([zlib.compress(page) for page in answer.pages]),
            )
        )
