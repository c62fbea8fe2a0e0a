"""A query of the clerk: signed, sealed, answered and checked; how it ends when anything is wrong."""

from __future__ import annotations

import asyncio
import hashlib
from pathlib import Path
from typing import Any

import cbor2
import pytest
from binding_answer import DOCUMENT, KOGA, TRANSACTION
from cwt import COSE, COSEKey
from exchange_play import CHOICE, Session
from fake_client import unb64
from query_answer import ANSWERS, QUERIES

from firmware.app.clerk.claims import BindingMismatch
from firmware.app.clerk.session_keys import SessionOver
from firmware.app.hub_errors import HubGarbled, HubRefused, HubTimeout, HubUnreachable


@pytest.fixture
def session(tmp_path: Path) -> Session:
    return Session(tmp_path)


@pytest.mark.parametrize("kind", QUERIES)
def test_a_query_is_signed_sealed_answered_and_checked(session: Session, kind: str):
    async def scenario() -> Any:
        await session.until_the_offers()
        return await session.exchange.query(QUERIES[kind])

    told = asyncio.run(scenario())
    assert session.query_answer is not None
    assert [page.bits for page in told.pages] == session.query_answer.pages
    signed = unb64(session.client.asked[-1].body["query"])
    asked = cbor2.loads(cbor2.loads(signed).value[2])
    nonce = asked.pop("query_nonce")
    assert (len(nonce), asked.pop("of")) == (32, QUERIES[kind].of)
    assert asked == {
        "v": 2,
        "kind": kind,
        "transaction_id": TRANSACTION,
        "municipality": KOGA,
        "clerk_nonce": session.shown["clerk_nonce"],
    }
    signing_key = session.shown["signing_key"]
    kid = hashlib.sha256(signing_key).digest()[:8]
    COSE.new().decode(signed, COSEKey.new({1: 1, 2: kid, 3: -8, -1: 6, -2: signing_key}))


def test_what_a_query_asks_is_what_the_protocol_names(session: Session):
    assert {kind: sorted(asked.of) for kind, asked in QUERIES.items()} == {
        "household": ["type"],
        "preview": ["order"],
        "registration": [],
        "register": ["birth_date", "name_kana", "phone"],
        "history": [],
    }
    order = QUERIES["preview"].of["order"]
    names = {"type", "scope", "persons", "items", "fiscal_year", "copies", "fee_yen", "head_dots"}
    assert isinstance(order, dict)
    assert set(order) == names


def test_two_queries_never_share_a_nonce_and_the_transaction_stays_open(session: Session):
    async def scenario() -> None:
        await session.until_the_offers()
        for _ in range(3):
            await session.exchange.query(QUERIES["household"])
        assert (await session.exchange.order(CHOICE)).document_id == DOCUMENT

    asyncio.run(scenario())
    asked = [unb64(each.body["query"]) for each in session.client.asked if each.path.endswith("/query")]
    assert len({cbor2.loads(cbor2.loads(each).value[2])["query_nonce"] for each in asked}) == 3


@pytest.mark.parametrize("kind", QUERIES)
def test_a_strangers_answer_is_reported_with_its_statement_and_the_transaction_cancelled(session: Session, kind: str):
    session.tamper = {"card_fingerprint": bytes(32)}

    async def scenario() -> None:
        await session.until_the_offers()
        with pytest.raises(BindingMismatch, match="card_fingerprint"):
            await session.exchange.query(QUERIES[kind])
        for question in (session.exchange.query(QUERIES["household"]), session.exchange.order(CHOICE)):
            with pytest.raises(SessionOver):
                await question

    asyncio.run(scenario())
    report, cancel = session.client.asked[-2:]
    assert session.query_answer is not None
    assert (report.path.rsplit("/", 1)[1], cancel.body) == ("mismatch", {"cause": "mismatch"})
    assert unb64(report.body["statement"]) == session.query_answer.signed_statement()
    assert report.body["field"] == "card_fingerprint"


def test_a_document_in_place_of_an_answer_does_not_open(session: Session):
    session.client.answers["query"] = lambda _: session.sealed()

    async def scenario() -> None:
        await session.until_the_offers()
        with pytest.raises(BindingMismatch, match="sealed"):
            await session.exchange.query(QUERIES["history"])

    asyncio.run(scenario())
    assert session.client.steps[-2:] == ["query", "cancel"]


@pytest.mark.parametrize("fault", [HubTimeout(), HubUnreachable("closed"), HubGarbled("http")])
def test_after_a_fault_of_a_query_no_late_answer_can_be_opened(session: Session, fault: Exception):
    async def scenario() -> None:
        await session.until_the_offers()
        session.client.answers["query"] = fault
        with pytest.raises(type(fault)):
            await session.exchange.query(QUERIES["history"])
        session.client.answers["query"] = session.queried
        with pytest.raises(SessionOver):
            await session.exchange.query(QUERIES["history"])

    asyncio.run(scenario())


def test_a_refused_query_leaves_room_for_another(session: Session):
    async def scenario() -> None:
        await session.until_the_offers()
        session.client.answers["query"] = HubRefused(403, "refused", "seal_not_registered")
        with pytest.raises(HubRefused):
            await session.exchange.query(QUERIES["household"])
        session.client.answers["query"] = session.queried
        told = await session.exchange.query(QUERIES["household"])
        assert len(told.said.persons) == len(ANSWERS["household"]["persons"])

    asyncio.run(scenario())
