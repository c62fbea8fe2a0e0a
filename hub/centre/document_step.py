"""The ends of a transaction: the document's one fetch, cancelling, and a clerk's complaint about a statement.

Not responsible for how a document was made (`order_step.py`).
"""

import hmac
from dataclasses import replace
from hashlib import sha256

from hub import log
from hub.centre import wire
from hub.centre.centre import Centre
from hub.centre.records import OPEN_TRANSACTION, Transaction
from hub.centre.sessions import CardSession
from hub.centre.statement import Mismatch, check_statement, read_statement
from hub.web.peer import Peer
from hub.web.problem import Problem


def fetch_document(centre: Centre, peer: Peer, transaction_id: str) -> bytes:
    """Hand the sealed document out, once; raises Problem `document-gone`, `wrong-state`, `unknown-transaction`."""
    row = centre.transactions.find(transaction_id, peer.kiosk_id)
    sealed = centre.sessions.take_document(transaction_id, centre.clock())
    if sealed is None:
        if centre.orders.of_transaction(transaction_id) is not None:
            raise Problem("document-gone", "the document was fetched before, or not in time, or cancelled")
        raise Problem("wrong-state", f"the transaction is {row.state}; no document was made in it")
    centre.transactions.move(transaction_id, {"document_held"}, "fetched")
    log.event("document_fetched", transaction_id=transaction_id)
    return sealed


def cancel_transaction(
    centre: Centre, peer: Peer, transaction_id: str, request: wire.CancelRequest
) -> wire.CancelAnswer:
    """End a transaction that nobody has paid for; ending it twice is no error. Raises Problem `wrong-state`."""
    row = centre.transactions.find(transaction_id, peer.kiosk_id)
    if row.state in OPEN_TRANSACTION:
        order = centre.orders.of_transaction(transaction_id)
        if order is not None and order.state not in {"document_held", "cancelled", "voided"}:
            raise Problem("wrong-state", "the order is paid; the kiosk settles it by its order")
        centre.cancel(transaction_id, request.cause)
        row = centre.transactions.find(transaction_id, peer.kiosk_id)
    if row.state not in {"cancelled", "expired"}:
        raise Problem("wrong-state", f"the transaction is {row.state}")
    return wire.CancelAnswer(version=row.version)


def report_mismatch(
    centre: Centre, peer: Peer, transaction_id: str, request: wire.MismatchRequest
) -> wire.MismatchAnswer:
    """Judge a complaint: the type stops if the centre sees a difference too, else the kiosk. The document is voided.

    Only the statement handed out in this very transaction counts, so a kiosk cannot stop a type with an old one.
    """
    row = centre.transactions.find_live(transaction_id, peer.kiosk_id, {"card_checked", "document_held", "fetched"})
    session = centre.sessions.card(transaction_id)
    if session is None or session.expected is None:
        raise Problem("wrong-state", "nothing is known about this transaction's statement any more")
    found, stops = _difference(centre, row, session, request.statement), session.expected.stops
    order = centre.orders.of_transaction(transaction_id)
    if order is not None:
        centre.orders.end(order.document_id, peer.kiosk_id, "voided", "mismatch")
    centre.cancel(transaction_id, "mismatch")
    if found is None:
        centre.stops.stop_kiosk(peer.kiosk_id, f"unconfirmed:{request.field}")
    else:
        centre.stops.stop_type(row.municipality, stops, f"mismatch:{found}")
    return wire.MismatchAnswer(confirmed=found is not None, stopped="kiosk" if found is None else "type")


def _difference(centre: Centre, row: Transaction, session: CardSession, statement: bytes) -> str | None:
    """Name the field in which the statement handed out differs from this transaction; None when nothing is wrong."""
    if session.expected is None or session.statement_sha256 is None:
        return None
    if not hmac.compare_digest(sha256(statement).digest(), session.statement_sha256):
        return None
    try:
        record = read_statement(statement, centre.keys.municipalities.get(row.municipality, {}))
        fields = {**session.expected.fields, **session.bound_fields(row)}  # what the centre knows now
        check_statement(record, replace(session.expected, fields=fields), int(centre.clock().timestamp()))
    except Mismatch as mismatch:
        return mismatch.field
    return None
