"""An order in a transaction: its checks, the municipality's answer and its checks, layers, sealing.

A wait that runs out cancels the whole transaction, and an answer that comes later is discarded: it is never handed on,
not even to a retry. Not responsible for the certificate itself. Incident this prevents: Yokohama 2023-03.
"""

import asyncio
from datetime import timedelta

from hub import log
from hub.centre import wire
from hub.centre.answer_check import checked_record
from hub.centre.asking import STAYING, ask_municipality
from hub.centre.card_step import offers_now
from hub.centre.centre import Centre
from hub.centre.layers import sealed_document
from hub.centre.opening import require_open
from hub.centre.order_form import OrderForm, check_offered, read_order
from hub.centre.panel_turns import panel_kind
from hub.centre.records import Order, Transaction
from hub.centre.sessions import CardSession
from hub.centre.statement import Expectation
from hub.municipality.interface import IssueAnswer, IssueRequest
from hub.scramble.compression import Kind
from hub.web.peer import Peer
from hub.web.problem import Problem


async def place_order(
    centre: Centre, peer: Peer, transaction_id: str, request: wire.OrderRequest, *, left_over: bool = False
) -> wire.OrderAnswer:
    """Have the certificate made and hold it, sealed, for its one fetch.

    `left_over`: a process of the centre died while it worked on the very same request.
    """
    centre.stops.require_kiosk(peer.kiosk_id)
    if left_over and (made := _made_before(centre, peer, transaction_id)) is not None:
        return made
    row = centre.transactions.find_live(transaction_id, peer.kiosk_id, {"card_checked"})
    session = centre.sessions.card(transaction_id)
    if session is None:
        raise Problem("wrong-state", "the card has to be checked again in a new transaction")
    form = read_order(request.order, session.signing_key)
    await _check_order(centre, row, session, form)
    centre.transactions.move(transaction_id, {"card_checked"}, "ordering")
    under_way = centre.sessions.work_on(transaction_id)
    log.event("ordering", transaction_id=transaction_id, type=form.type, copies=form.copies)
    try:
        answer = await _ask(centre, row, session, request.order)
        order = await _hold(centre, row, session, form, answer, panel_kind(under_way))
    except Problem as problem:
        _settle(centre, row, problem)
        raise
    except BaseException:
        centre.cancel(transaction_id, "error")
        raise
    return order


def _made_before(centre: Centre, peer: Peer, transaction_id: str) -> wire.OrderAnswer | None:
    """Answer from the book if the document is held; an order that was not finished ends its transaction."""
    row = centre.transactions.find(transaction_id, peer.kiosk_id)
    order = centre.orders.of_transaction(transaction_id)
    if row.state == "document_held" and order is not None:
        return wire.OrderAnswer(
            document_id=order.document_id, sheets=order.sheets, fee_yen=order.fee_yen, version=row.version
        )
    if row.state == "ordering":
        centre.abandon(transaction_id)
    return None


async def _check_order(centre: Centre, row: Transaction, session: CardSession, form: OrderForm) -> None:
    wanted = (row.id, row.municipality, row.head_dots, session.clerk_nonce)
    if (form.transaction_id, form.municipality, form.head_dots, form.clerk_nonce) != wanted:
        raise Problem("binding-mismatch", "the order names another transaction, municipality, head or nonce")
    centre.stops.require_type(form.municipality, form.type)
    await require_open(centre, row.municipality, row.operator)
    check_offered(form, await offers_now(centre, row))


async def _ask(centre: Centre, row: Transaction, session: CardSession, order_cose: bytes) -> IssueAnswer:
    request = IssueRequest(**session.chain_fields(row), order_cose=order_cose)
    return await ask_municipality(centre, row, centre.towns.known(row.municipality).issue(request))


async def _hold(  # noqa: PLR0917 - what one order has
    centre: Centre, row: Transaction, session: CardSession, form: OrderForm, answer: IssueAnswer, kind: Kind
) -> wire.OrderAnswer:
    fields = {**session.bound_fields(row), "kind": "document", **form.choice()}
    expected = Expectation(fields, form.head_dots, form.type)
    record = checked_record(centre, row, expected, answer.statement, answer.pages, document_id=answer.document_id)
    layers, sealed = await asyncio.to_thread(
        sealed_document,
        centre.keys,
        statement=answer.statement,
        claims=record,
        pages=answer.pages,
        transaction_id=row.id,
        document_id=answer.document_id,
        head_dots=form.head_dots,
        encryption_key=session.encryption_key,
        site_address=centre.settings.inquiry_url,
        panel_kind=kind,
        dense=row.kiosk_id in centre.settings.dense_kiosks.split(),
    )
    session.handed_out(expected, answer.statement)
    session.certificate_der = session.signature = b""  # the municipality has answered: not needed any more
    centre.sessions.keep_card(row.id, session)
    drop_at = centre.clock() + timedelta(seconds=centre.settings.document_held_s)
    centre.sessions.keep_document(row.id, sealed, drop_at)
    made = _order(centre, row, form, answer, layers)
    moved = await asyncio.to_thread(centre.transactions.hold_document, row.id, made)  # else all is dropped
    centre.sessions.work_done(row.id)
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


def _settle(centre: Centre, row: Transaction, problem: Problem) -> None:
    """After a problem: back to choosing when the municipality only refused, else the end of the transaction."""
    log.event("order_failed", transaction_id=row.id, code=problem.code)
    if problem.code in STAYING:
        try:
            centre.sessions.work_done(row.id)
            centre.transactions.move(row.id, {"ordering"}, "card_checked")
        except Problem:
            return  # cancelled meanwhile
    else:
        centre.refused_answers.add(row, problem)
        centre.cancel(row.id, problem.code)
