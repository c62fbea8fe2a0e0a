"""An order in a transaction: its checks, the municipality's answer and its checks, layers, sealing.

A wait that runs out cancels the whole transaction, and an answer that comes later is discarded: it is never handed on,
not even to a retry. Not responsible for the certificate itself. Incident this prevents: Yokohama 2023-03.
"""

import asyncio
from datetime import timedelta
from hashlib import sha256

from hub import log
from hub.centre import wire
from hub.centre.card_step import offers_now
from hub.centre.centre import Centre
from hub.centre.layers import sealed_document
from hub.centre.opening import require_open
from hub.centre.order_form import OrderForm, check_offered, read_order
from hub.centre.records import Order, Transaction
from hub.centre.sessions import CardSession, HeldDocument
from hub.centre.statement import Expectation, Mismatch, check_pages, check_statement, read_statement
from hub.municipality.interface import IssueAnswer, IssueRequest, Refused
from hub.web.peer import Peer
from hub.web.problem import Problem

# A refusal leaves the transaction open for another choice; these end it.
_ENDING = {"bad_signature": "bad-signature", "binding_mismatch": "binding-mismatch"}
_ENDING_DOWN = {"municipality_down": "municipality-down"}
_STAYING = {"not_resident": "not-resident", "closed": "closed", "type_stopped": "type-stopped", "busy": "busy"}
_TOLD = frozenset({"moved_out", "moved_in_today", "glyph_missing", "under_age"})


async def place_order(centre: Centre, peer: Peer, transaction_id: str, request: wire.OrderRequest) -> wire.OrderAnswer:
    """Have the certificate made and hold it, sealed, for its one fetch."""
    centre.stops.require_kiosk(peer.kiosk_id)
    row = centre.transactions.find_live(transaction_id, peer.kiosk_id, {"card_checked"})
    session = centre.sessions.cards.get(transaction_id)
    if session is None:
        raise Problem("wrong-state", "the card has to be checked again in a new transaction")
    form = read_order(request.order, session.signing_key)
    _check_order(centre, row, session, form)
    centre.transactions.move(transaction_id, {"card_checked"}, "ordering")
    log.event("ordering", transaction_id=transaction_id, type=form.type, copies=form.copies)
    try:
        answer = await _ask(centre, row, session, request.order)
        order = await _hold(centre, row, session, form, answer)
    except Problem as problem:
        _settle(centre, transaction_id, problem)
        raise
    except BaseException:
        centre.cancel(transaction_id, "error")
        raise
    return order


def _check_order(centre: Centre, row: Transaction, session: CardSession, form: OrderForm) -> None:
    wanted = (row.id, row.municipality, row.head_dots, session.clerk_nonce)
    if (form.transaction_id, form.municipality, form.head_dots, form.clerk_nonce) != wanted:
        raise Problem("binding-mismatch", "the order names another transaction, municipality, head or nonce")
    centre.stops.require_type(form.municipality, form.type)
    require_open(centre, row.municipality, row.operator)
    check_offered(form, offers_now(centre, row))


async def _ask(centre: Centre, row: Transaction, session: CardSession, order_cose: bytes) -> IssueAnswer:
    """Ask the municipality, for `municipality_timeout_s` at most; the wait never depends on it ending politely."""
    request = IssueRequest(
        municipality=row.municipality,
        transaction_id=row.id,
        centre_nonce=row.centre_nonce,
        kiosk_id=row.kiosk_id,
        clerk_nonce=session.clerk_nonce,
        signing_key=session.signing_key,
        encryption_key=session.encryption_key,
        certificate_der=session.certificate_der,
        signature=session.signature,
        order_cose=order_cose,
    )
    issuing = asyncio.ensure_future(centre.municipality(row.municipality).issue(request))
    try:
        done, _ = await asyncio.wait({issuing}, timeout=centre.settings.municipality_timeout_s)
    finally:
        if not issuing.done():
            issuing.add_done_callback(lambda late: _discard(late, row.id))
            issuing.cancel()
    if not done:
        raise Problem("municipality-timeout", "the municipality did not answer in time; the transaction is cancelled")
    try:
        return issuing.result()
    except Refused as refused:
        raise _refusal(refused) from refused
    except Exception as error:
        log.fault("municipality_failed", error, transaction_id=row.id)
        raise Problem("municipality-down", "the municipality's server failed; the transaction is cancelled") from error


async def _hold(
    centre: Centre, row: Transaction, session: CardSession, form: OrderForm, answer: IssueAnswer
) -> wire.OrderAnswer:
    expected = Expectation(row.kiosk_id, row.centre_nonce, session, form)
    try:
        record = read_statement(answer.statement, centre.keys.municipalities.get(row.municipality, {}))
        check_statement(record, expected, int(centre.clock().timestamp()))
        check_pages(record, answer.document_id, answer.pages)
    except Mismatch as mismatch:
        centre.stops.stop_type(form.municipality, form.type, f"statement:{mismatch.field}")
        raise Problem("binding-mismatch", f"the statement differs in `{mismatch.field}`; the type stops") from mismatch
    layers, sealed = await asyncio.to_thread(
        sealed_document,
        centre.keys,
        statement=answer.statement,
        pages=answer.pages,
        transaction_id=row.id,
        document_id=answer.document_id,
        head_dots=form.head_dots,
        encryption_key=session.encryption_key,
    )
    moved = centre.transactions.hold_document(row.id, _order(centre, row, form, answer, layers))
    session.order, session.statement_sha256 = form, sha256(answer.statement).digest()
    session.certificate_der = session.signature = b""  # the municipality has answered: not needed any more
    drop_at = centre.clock() + timedelta(seconds=centre.settings.document_held_s)
    centre.sessions.documents[row.id] = HeldDocument(sealed, drop_at)
    log.event("document_held", transaction_id=row.id, document_id=answer.document_id, sheets=len(answer.pages))
    return wire.OrderAnswer(
        document_id=answer.document_id, sheets=len(answer.pages), fee_yen=form.fee_yen, version=moved.version
    )


def _order(centre: Centre, row: Transaction, form: OrderForm, answer: IssueAnswer, layers: bytes) -> Order:
    now_s = int(centre.clock().timestamp())
    return Order(
        document_id=answer.document_id,
        transaction_id=row.id,
        kiosk_id=row.kiosk_id,
        municipality=row.municipality,
        type=form.type,
        copies=form.copies,
        sheets=len(answer.pages),
        fee_yen=form.fee_yen,
        layers=layers,
        state="document_held",
        cause=None,
        opened_at_s=now_s,
        changed_at_s=now_s,
    )


def _settle(centre: Centre, transaction_id: str, problem: Problem) -> None:
    """After a problem: back to choosing when the municipality only refused, else the end of the transaction."""
    log.event("order_failed", transaction_id=transaction_id, code=problem.code)
    if problem.code == "refused" or problem.code in _STAYING.values():
        try:
            centre.transactions.move(transaction_id, {"ordering"}, "card_checked")
        except Problem:
            return  # cancelled meanwhile
    else:
        centre.cancel(transaction_id, problem.code)


def _refusal(refused: Refused) -> Problem:
    code = (_ENDING | _ENDING_DOWN | _STAYING).get(refused.refusal)
    if code is not None:
        return Problem(code, refused.detail)
    if refused.refusal in _TOLD:
        return Problem("refused", refused.detail, refusal=refused.refusal)
    return Problem("refused", "the municipality does not issue this certificate", refusal="other")


def _discard(late: asyncio.Future[IssueAnswer], transaction_id: str) -> None:
    """Look at the end of a task whose answer nobody may have any more."""
    ended = "cancelled" if late.cancelled() else "answer" if late.exception() is None else "error"
    log.event("late_answer_discarded", transaction_id=transaction_id, ended=ended)
