"""A query in a transaction: its checks, the municipality's answer and its checks, sealing. The transaction stays open.

The centre sees the answer for a moment, like a document, and keeps nothing of it. Not responsible for what is answered.
Source: `docs/reference/hub-protocol.md`, "Queries".
"""

import asyncio
from collections.abc import Mapping
from hashlib import sha256
from typing import Any, cast

from hub import log
from hub.centre import wire
from hub.centre.answer_check import checked_record
from hub.centre.asking import STAYING, ask_municipality
from hub.centre.centre import Centre
from hub.centre.checks import DocumentChecks
from hub.centre.opening import require_open
from hub.centre.order_form import read_signed
from hub.centre.records import Transaction
from hub.centre.sessions import CardSession
from hub.centre.statement import Expectation
from hub.cose import canonical
from hub.municipality.interface import QueryAnswer, QueryRequest
from hub.order_fields import VERSION
from hub.seal import ANSWER, seal
from hub.web.peer import Peer
from hub.web.problem import Problem

QUERIES_MAX = 60
_NONCE_BYTES = 32
_OF: Mapping[str, frozenset[str]] = {
    "household": frozenset({"type"}),
    "preview": frozenset({"order"}),
    "registration": frozenset(),
    "register": frozenset({"name_kana", "birth_date", "phone"}),
    "history": frozenset(),
}
_FIELDS = frozenset({"v", "kind", "transaction_id", "municipality", "clerk_nonce", "query_nonce", "of"})


async def answer_query(centre: Centre, peer: Peer, transaction_id: str, request: wire.QueryRequest) -> bytes:
    """Return the sealed answer; a refusal leaves the transaction open, a municipality that fails ends it."""
    centre.stops.require_kiosk(peer.kiosk_id)
    row = centre.transactions.find_live(transaction_id, peer.kiosk_id, {"card_checked"})
    session = centre.sessions.card(transaction_id)
    if session is None:
        raise Problem("wrong-state", "nothing is known about this transaction's card any more")
    session.queries += 1
    centre.sessions.keep_card(transaction_id, session)
    if session.queries > QUERIES_MAX:
        raise Problem("wrong-state", f"at most {QUERIES_MAX} queries in one transaction")
    expected = _expectation(row, session, request.query)
    centre.stops.require_type(row.municipality, expected.stops)
    await require_open(centre, row.municipality, row.operator)
    log.event("query", transaction_id=row.id, kind=expected.fields["kind"])
    try:
        answer, record = await _ask(centre, row, session, request.query, expected)
        if checks := _checks(centre, row, expected, record):
            answer, _ = await _ask(centre, row, session, request.query, expected, checks)
        sealed = await _sealed(centre, row, session, expected, answer)
    except Problem as problem:
        if problem.code not in STAYING:
            centre.refused_answers.add(row, problem)
            centre.cancel(transaction_id, problem.code)
        raise
    except BaseException:
        centre.cancel(transaction_id, "error")
        raise
    try:
        centre.transactions.find_live(transaction_id, peer.kiosk_id, {"card_checked"})
    except Problem:
        centre.sessions.forget(transaction_id)  # cancelled meanwhile: the answer is dropped
        raise
    return sealed


def _expectation(row: Transaction, session: CardSession, query: bytes) -> Expectation:
    """Read the query and tell what its answer has to be; raises Problem."""
    record = read_signed(query, session.signing_key, "query")
    if frozenset(record) != _FIELDS or record["v"] != VERSION or not isinstance(record["of"], dict):
        raise Problem("bad-request", f"a query has exactly the fields {', '.join(sorted(_FIELDS))}; `v` is 2")
    bound = (record["transaction_id"], record["municipality"], record["clerk_nonce"])
    if bound != (row.id, row.municipality, session.clerk_nonce):
        raise Problem("binding-mismatch", "the query names another transaction, municipality or nonce")
    kind, of = record["kind"], cast("dict[str, Any]", record["of"])
    if not isinstance(kind, str) or frozenset(of) != _OF.get(kind):
        raise Problem("bad-request", f"query: `kind` is one of {', '.join(_OF)}, and `of` has its fields")
    if not isinstance(record["query_nonce"], bytes) or len(record["query_nonce"]) != _NONCE_BYTES:
        raise Problem("bad-request", "query: `query_nonce` has 32 bytes")
    fields = {**session.bound_fields(row), "kind": kind, "query_sha256": sha256(query).digest()}
    return Expectation(fields, row.head_dots, _stops(row, kind, of))


def _stops(row: Transaction, kind: str, of: Mapping[str, Any]) -> str:
    """Name what stops on a difference: the type the query is about, or the kind of query; checks a preview's head."""
    about: Any = of["order"] if kind == "preview" else of
    if not isinstance(about, dict):
        raise Problem("bad-request", "query: `order` is a map")
    fields = cast("dict[str, Any]", about)
    if kind == "preview" and fields.get("head_dots") != row.head_dots:
        raise Problem("binding-mismatch", "the preview names another head")
    name = fields.get("type", kind)
    if not isinstance(name, str):
        raise Problem("bad-request", "query: `type` is a text")
    return name


async def _ask(  # noqa: PLR0917 - what one question has
    centre: Centre,
    row: Transaction,
    session: CardSession,
    query: bytes,
    expected: Expectation,
    checks: dict[str, int] | None = None,
) -> tuple[QueryAnswer, dict[str, Any]]:
    """Return the municipality's answer and what it says; raises Problem if it is not this transaction's."""
    request = QueryRequest(**session.chain_fields(row), query_cose=query, checks=checks or {})
    answer = await ask_municipality(centre, row, centre.towns.known(row.municipality).answer(request))
    return answer, checked_record(centre, row, expected, answer.statement, answer.pages)


def _checks(centre: Centre, row: Transaction, expected: Expectation, record: Mapping[str, Any]) -> dict[str, int]:
    """Count the look-ups of a history's documents: the municipality has to sign them, so it is asked once more."""
    if expected.fields["kind"] != "history":
        return {}
    documents = [each["document_id"] for each in record["answer"]["issues"]]
    return DocumentChecks(centre.engine, centre.clock).counts(documents, row.municipality)


async def _sealed(
    centre: Centre, row: Transaction, session: CardSession, expected: Expectation, answer: QueryAnswer
) -> bytes:
    session.handed_out(expected, answer.statement)
    centre.sessions.keep_card(row.id, session)
    whole = canonical({"statement": answer.statement, "pages": answer.pages})
    return await asyncio.to_thread(seal, whole, session.encryption_key, row.id, ANSWER)
