"""The centre's HTTP interface: paths, roles, bodies. Each request is one call into a step.

All functions are coroutines on the one loop, so steps never run beside each other except where they await.
Not responsible for what a step does. Source: `docs/reference/hub-protocol.md`, "Resources of the centre".
"""

import asyncio
from functools import partial
from typing import Annotated

from fastapi import APIRouter, Depends, Query, Request, Response
from fastapi import Path as PathValue

from hub import log
from hub.centre import card_step, document_step, opening, order_step, query_step, wire
from hub.centre.centre import Centre
from hub.centre.describe import POSTED, IdempotencyKey, binary, problems
from hub.centre.idempotency import LEFT_OVER
from hub.centre.records import OPEN_ORDER
from hub.clock import rfc3339
from hub.web.peer import Peer, peer_of
from hub.web.problem import Problem


async def _centre(request: Request) -> Centre:
    return request.app.state.centre


async def _anyone(request: Request) -> Peer:
    return peer_of(request.scope)


async def _clerk(request: Request) -> Peer:
    peer = peer_of(request.scope)
    if peer.role != "clerk":
        raise Problem("wrong-role", "this resource is for clerk certificates")
    return peer


async def _kiosk(request: Request) -> Peer:
    peer = peer_of(request.scope)
    if peer.role != "kiosk":
        raise Problem("wrong-role", "this resource is for kiosk certificates")
    return peer


CentreHere = Annotated[Centre, Depends(_centre)]
Clerk = Annotated[Peer, Depends(_clerk)]
Kiosk = Annotated[Peer, Depends(_kiosk)]
TransactionId = Annotated[str, PathValue(pattern="^[0-9a-f]{32}$")]
DocumentId = Annotated[str, PathValue(pattern="^[0-9a-f]{32}$")]

common = APIRouter(tags=["anyone"], dependencies=[Depends(_anyone)])
clerk = APIRouter(prefix="/v1/transactions", tags=["clerk"])
kiosk = APIRouter(prefix="/v1", tags=["kiosk"])


@common.get("/v1/health", responses=problems())
async def health(centre: CentreHere) -> wire.Health:
    """Answer when the centre serves."""
    return wire.Health(time=rfc3339(centre.clock()))


@common.get(
    "/v1/keys",
    response_class=Response,
    responses={**binary("application/cbor", "the key list: COSE_Sign1 by the offline root"), **problems()},
)
async def keys(centre: CentreHere) -> Response:
    """Give the list of keys whose signatures count."""
    return Response(centre.keys.key_list, media_type="application/cbor")


@common.get("/v1/availability", responses=problems())
async def availability(
    centre: CentreHere, operator: Annotated[str, Query(pattern="^[a-z0-9_]{1,32}$")]
) -> wire.AvailabilityAnswer:
    """Tell what can be had at this operator now."""
    return await opening.tell_availability(centre, operator)


@clerk.post("", status_code=201, responses=problems("closed", "busy", "municipality-down", "kiosk-stopped", *POSTED))
async def open_transaction(
    centre: CentreHere, peer: Clerk, _key: IdempotencyKey, body: wire.OpenRequest
) -> wire.OpenAnswer:
    """Open a transaction; no card is needed yet."""
    return await opening.open_transaction(centre, peer, body)


_CARD = ("bad-signature", "nonce-reused", "card-chain", "card-expired", "card-revoked", "card-status-unknown")
_STEP = ("unknown-transaction", "wrong-state", "expired-transaction", "kiosk-stopped", "closed", *POSTED)


@clerk.post("/{transaction_id}/card", responses=problems(*_CARD, *_STEP, "municipality-down"))
async def card(
    centre: CentreHere, peer: Clerk, transaction_id: TransactionId, _key: IdempotencyKey, body: wire.CardRequest
) -> wire.CardAnswer:
    """Check the card's proof and its status at the JPKI centre; answer what is offered."""
    return await card_step.check_card(centre, peer, transaction_id, body)


_ORDER = ("bad-signature", "binding-mismatch", "type-stopped", "not-resident", "refused")
_MUNICIPALITY = ("municipality-timeout", "municipality-down", "busy")


@clerk.post(
    "/{transaction_id}/query",
    response_class=Response,
    responses={
        **binary("application/octet-stream", "the sealed answer (HPKE: enc, then ciphertext)"),
        **problems(*_ORDER, *_MUNICIPALITY, *_STEP),
    },
)
async def query(
    centre: CentreHere, peer: Clerk, transaction_id: TransactionId, _key: IdempotencyKey, body: wire.QueryRequest
) -> Response:
    """Ask the municipality for what shows a person's data; the transaction stays as it is."""
    sealed = await query_step.answer_query(centre, peer, transaction_id, body)
    return Response(sealed, media_type="application/octet-stream")


@clerk.post("/{transaction_id}/order", responses=problems(*_ORDER, *_MUNICIPALITY, *_STEP))
async def order(
    centre: CentreHere,
    peer: Clerk,
    transaction_id: TransactionId,
    _key: IdempotencyKey,
    body: wire.OrderRequest,
    request: Request,
) -> wire.OrderAnswer:
    """Have the certificate made; it is then held for one fetch."""
    left_over = request.scope.get(LEFT_OVER, False)
    return await order_step.place_order(centre, peer, transaction_id, body, left_over=left_over)


@clerk.get(
    "/{transaction_id}/document",
    response_class=Response,
    responses={
        **binary("application/octet-stream", "the sealed document (HPKE: enc, then ciphertext)"),
        **problems("document-gone", "wrong-state", "unknown-transaction"),
    },
)
async def document(centre: CentreHere, peer: Clerk, transaction_id: TransactionId) -> Response:
    """Fetch the document, once."""
    sealed = document_step.fetch_document(centre, peer, transaction_id)
    return Response(sealed, media_type="application/octet-stream")


@clerk.post("/{transaction_id}/cancel", responses=problems("unknown-transaction", "wrong-state", *POSTED))
async def cancel(
    centre: CentreHere, peer: Clerk, transaction_id: TransactionId, _key: IdempotencyKey, body: wire.CancelRequest
) -> wire.CancelAnswer:
    """End a transaction that is not paid."""
    return document_step.cancel_transaction(centre, peer, transaction_id, body)


@clerk.post(
    "/{transaction_id}/mismatch",
    responses=problems("unknown-transaction", "wrong-state", "expired-transaction", *POSTED),
)
async def mismatch(
    centre: CentreHere, peer: Clerk, transaction_id: TransactionId, _key: IdempotencyKey, body: wire.MismatchRequest
) -> wire.MismatchAnswer:
    """Complain about a statement: the type stops, or the kiosk."""
    return document_step.report_mismatch(centre, peer, transaction_id, body)


@kiosk.put("/orders/{document_id}/state", responses=problems("unknown-order", "stale-version", "wrong-state"))
async def order_state(
    centre: CentreHere, peer: Kiosk, document_id: DocumentId, body: wire.StateRequest
) -> wire.StateAnswer:
    """Report an order's state by version; a stale one is told what is true."""
    report = partial(centre.orders.change, document_id, peer.kiosk_id, body.state, body.version, waived=body.waived)
    row = await asyncio.to_thread(report)  # it waits for the disk
    log.event("order_state", document_id=document_id, state=row.state, version=row.version)
    if row.state not in OPEN_ORDER:
        centre.finish(row.transaction_id)
    return wire.StateAnswer.model_validate({"state": row.state, "version": row.version})


@kiosk.get("/orders", responses=problems())
async def orders(
    centre: CentreHere, peer: Kiosk, *, open_only: Annotated[bool, Query(alias="open")] = True
) -> wire.OrdersAnswer:
    """List this kiosk's orders, newest first, at most 1000; `open=false` lists the ended ones too."""
    rows = centre.orders.list(peer.kiosk_id, open_only=open_only)
    names = wire.OrderLine.model_fields
    return wire.OrdersAnswer.model_validate({"orders": [{name: getattr(row, name) for name in names} for row in rows]})


@kiosk.post("/documents/{document_id}/void", responses=problems("unknown-order", "wrong-state", *POSTED))
async def void(
    centre: CentreHere, peer: Kiosk, document_id: DocumentId, _key: IdempotencyKey, body: wire.VoidRequest
) -> wire.StateAnswer:
    """Void a document: nobody shall believe it any more."""
    row = await asyncio.to_thread(centre.orders.end, document_id, peer.kiosk_id, "voided", body.reason)
    log.event("voided", document_id=document_id, cause=body.reason)
    centre.finish(row.transaction_id)
    return wire.StateAnswer.model_validate({"state": row.state, "version": row.version})
