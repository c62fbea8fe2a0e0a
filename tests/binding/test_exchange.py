"""The clerk's exchange: what it tells the centre, what it believes, and how it ends when anything is wrong."""

from __future__ import annotations

import asyncio
import hashlib
import itertools
import time
from pathlib import Path
from typing import Any

import cbor2
import pytest
from binding_answer import (
    CERTIFICATE,
    DOCUMENT,
    HEAD_DOTS,
    KOGA,
    PERSONS,
    TRANSACTION,
    Answer,
    cbor,
    claim,
    first_page,
    seal,
)
from cwt import COSE, COSEKey
from exchange_play import CHOICE, OFFERS, Session
from fake_client import b64, unb64

from firmware.app.availability import Hours
from firmware.app.clerk.claims import BindingMismatch
from firmware.app.clerk.order import Choice, Offer
from firmware.app.clerk.session_keys import SessionOver
from firmware.app.hub_errors import HubGarbled, HubRefused, HubTimeout, HubUnreachable


@pytest.fixture
def session(tmp_path: Path) -> Session:
    return Session(tmp_path)


def test_a_whole_exchange_ends_with_the_checked_document(session: Session):
    async def scenario() -> None:
        assert await session.exchange.open(KOGA) == TRANSACTION
        offers = await session.exchange.present_card(CERTIFICATE, bytes(256))
        scopes, items = ("self", "household", "members"), ("relationship", "domicile")
        hours = Hours("06:30", "23:00")
        assert offers[0] == Offer("resident_record", 250, 10, hours, True, None, scopes, items, ())
        assert [(offer.available, offer.reason) for offer in offers[1:]] == [(True, None), (False, "hours")]
        document = await session.exchange.order(CHOICE)
        assert [page.bits for page in document.pages] == session.answer.pages
        assert (document.document_id, document.fee_yen, document.copies) == (DOCUMENT, 500, 2)

    asyncio.run(scenario())
    assert session.client.steps == ["keys", "transactions", "card", "order", "document"]
    posts = [asked for asked in session.client.asked if asked.method == "POST"]
    assert len({asked.idempotency_key for asked in posts} - {None}) == len(posts) == 3
    assert posts[0].body == {"municipality": KOGA, "operator": "seven_eleven", "head_dots": HEAD_DOTS}


def test_the_card_signs_both_nonces_the_transaction_the_kiosk_and_both_keys(session: Session):
    asyncio.run(session.until_the_offers())
    shown = session.shown
    assert cbor2.loads(session.exchange.message_for_card()) == [
        "kiosk-card-auth-v1",
        session.answer.centre_nonce,
        shown["clerk_nonce"],
        TRANSACTION,
        "kiosk-0001",
        shown["signing_key"],
        shown["encryption_key"],
    ]
    assert session.exchange.message_for_card() == cbor(cbor2.loads(session.exchange.message_for_card()))


def test_the_order_is_signed_by_the_key_that_the_card_signed(session: Session):
    async def scenario() -> None:
        await session.until_the_offers()
        await session.exchange.order(CHOICE)

    asyncio.run(scenario())
    order = unb64(next(asked.body["order"] for asked in session.client.asked if asked.path.endswith("/order")))
    signing_key = session.shown["signing_key"]
    kid = hashlib.sha256(signing_key).digest()[:8]
    payload = COSE.new().decode(order, COSEKey.new({1: 1, 2: kid, 3: -8, -1: 6, -2: signing_key}))
    assert payload == cbor(
        {
            "v": 2,
            "transaction_id": TRANSACTION,
            "municipality": KOGA,
            "type": "resident_record",
            "scope": "members",
            "persons": list(PERSONS),
            "items": ["domicile", "relationship"],
            "fiscal_year": None,
            "copies": 2,
            "fee_yen": 500,
            "head_dots": HEAD_DOTS,
            "clerk_nonce": session.shown["clerk_nonce"],
        }
    )
    message = cbor2.loads(order)
    assert (message.tag, cbor2.loads(message.value[0]), message.value[1]) == (18, {1: -8, 4: kid}, {})


def test_two_sessions_share_no_secret_and_no_nonce(tmp_path: Path):
    one, two = Session(tmp_path), Session(tmp_path)
    asyncio.run(one.until_the_offers())
    asyncio.run(two.until_the_offers())
    assert not set(one.shown.values()) & set(two.shown.values())


@pytest.mark.parametrize(
    "choice",
    [
        Choice("family_register", "whole"),
        Choice("seal_registration", "self"),  # not at this hour
        Choice("resident_record", "self", ("my_number",)),
        Choice("resident_record", "self", ("domicile", "domicile")),
        Choice("resident_record", "whole"),
        Choice("resident_record", "members"),
        Choice("resident_record", "members", persons=PERSONS + PERSONS),
        Choice("resident_record", "members", persons=tuple(f"{number:032x}" for number in range(101))),
        Choice("resident_record", "self", persons=PERSONS),
        Choice("resident_record", "self", fiscal_year=2026),
        Choice("income_tax", "self"),
        Choice("income_tax", "self", fiscal_year=2024),
        Choice("resident_record", "self", (), 0),
        Choice("resident_record", "self", (), 11),
    ],
)
def test_what_was_not_offered_cannot_be_ordered(session: Session, choice: Choice):
    async def scenario() -> None:
        await session.until_the_offers()
        with pytest.raises(ValueError, match="not offered"):
            await session.exchange.order(choice)

    asyncio.run(scenario())
    assert "order" not in session.client.steps


def mismatch(session: Session) -> BindingMismatch:
    async def scenario() -> BindingMismatch:
        await session.until_the_offers()
        with pytest.raises(BindingMismatch) as caught:
            await session.exchange.order(CHOICE)
        with pytest.raises(SessionOver):
            await session.exchange.order(CHOICE)
        return caught.value

    return asyncio.run(scenario())


def test_a_strangers_page_is_reported_with_the_statement_and_the_transaction_cancelled(session: Session):
    session.answer.statement["pages"] = [claim(first_page(50)), *session.answer.statement["pages"][1:]]
    assert mismatch(session).field == "pages"
    report, cancel = session.client.asked[-2:]
    assert report.path == f"/v1/transactions/{TRANSACTION}/mismatch"
    assert unb64(report.body["statement"]) == session.answer.signed_statement()
    assert report.body["field"] == "pages"
    assert cancel.path == f"/v1/transactions/{TRANSACTION}/cancel"
    assert cancel.body == {"cause": "mismatch"}


def test_a_document_sealed_for_another_session_is_cancelled_without_a_statement(session: Session):
    stranger = Answer()
    session.client.answers["document"] = seal(stranger.plaintext(), stranger.keys.encryption_key, TRANSACTION)
    assert mismatch(session).field == "sealed"
    assert session.client.steps[-2:] == ["document", "cancel"]


def test_a_mismatch_stands_though_the_centre_cannot_be_told(session: Session):
    session.answer.statement["document_id"] = "9" * 32
    session.client.answers.update(mismatch=HubUnreachable("refused"), cancel=HubTimeout())
    assert mismatch(session).field == "document_id"


def test_another_card_than_the_one_read_is_a_mismatch(session: Session):
    def other_card(body: Any) -> Any:
        return {**session.card(body), "card_fingerprint": "0" * 64}

    session.client.answers["card"] = other_card
    with pytest.raises(BindingMismatch, match="card_fingerprint"):
        asyncio.run(session.until_the_offers())
    assert session.client.steps[-1] == "cancel"


@pytest.mark.parametrize("late", ["order", "document"])
@pytest.mark.parametrize("fault", [HubTimeout(), HubUnreachable("closed"), HubGarbled("http")])
def test_after_a_fault_no_late_answer_can_be_opened(session: Session, late: str, fault: Exception):
    good = session.client.answers[late]

    async def scenario() -> None:
        await session.until_the_offers()
        session.client.answers[late] = fault
        with pytest.raises(type(fault)):
            await session.exchange.order(CHOICE)
        session.client.answers[late] = good
        with pytest.raises(SessionOver):
            await session.exchange.order(CHOICE)
        assert await session.exchange.cancel("hub")

    asyncio.run(scenario())


def test_a_refused_order_leaves_room_for_another_choice(session: Session):
    async def scenario() -> None:
        await session.until_the_offers()
        good = session.client.answers["order"]
        session.client.answers["order"] = HubRefused(403, "refused", "glyph_missing")
        with pytest.raises(HubRefused):
            await session.exchange.order(CHOICE)
        session.client.answers["order"] = good
        assert (await session.exchange.order(CHOICE)).document_id == DOCUMENT

    asyncio.run(scenario())


@pytest.mark.parametrize(
    "fault", [HubTimeout(), HubUnreachable("closed"), HubGarbled("http"), HubRefused(409, "wrong-state")]
)
def test_cancelling_never_raises_for_the_hubs_trouble(session: Session, fault: Exception):
    async def scenario() -> None:
        assert await session.exchange.cancel("person"), "nothing was open"
        assert session.client.asked == []
        session.client.answers["cancel"] = fault
        other = session.exchange
        await other.open(KOGA)
        assert not await other.cancel("person")

    asyncio.run(scenario())


def test_the_whole_of_issuing_has_one_deadline(session: Session):
    def slow(_: Any) -> Any:
        time.sleep(0.2)
        return {"document_id": DOCUMENT, "sheets": 3, "fee_yen": 500, "version": 3}

    async def scenario() -> None:
        await session.until_the_offers()
        session.client.answers["order"] = slow
        await session.exchange.order(CHOICE)

    asyncio.run(scenario())
    assert session.client.asked[-2].deadline_s == 30
    assert session.client.asked[-1].deadline_s <= 29.8


@pytest.mark.parametrize(
    ("step", "given"),
    [
        ("keys", b"garbage"),
        ("keys", Answer().key_list()),  # another root's
        ("transactions", {}),
        ("transactions", {"transaction_id": "../../etc", "centre_nonce": b64(bytes(32))}),
        ("transactions", {"transaction_id": TRANSACTION, "centre_nonce": b64(bytes(31))}),
        ("transactions", {"transaction_id": TRANSACTION, "centre_nonce": b64(bytes(32))[:-1] + "B"}),
        ("transactions", b"not JSON"),
        ("card", {"card_fingerprint": "0" * 64, "offers": "all"}),
        ("card", {"card_fingerprint": "0" * 64, "offers": [{**OFFERS[0], "fee_yen": -250}]}),
        ("card", {"card_fingerprint": "0" * 64, "offers": [{**OFFERS[0], "copies_max": 11}]}),
        ("card", {"card_fingerprint": "0" * 64, "offers": OFFERS * 7}),
        ("card", {"card_fingerprint": "0" * 64, "offers": [{**OFFERS[0], "type": "gossip"}]}),
        ("card", {"card_fingerprint": "0" * 64, "offers": [{**OFFERS[0], "scopes": []}]}),
        ("card", {"card_fingerprint": "0" * 64, "offers": [{**OFFERS[0], "reason": "rain"}]}),
        ("card", {"card_fingerprint": "0" * 64, "offers": [{**OFFERS[0], "hours": None}]}),
    ],
    ids=itertools.count(),  # not made of the values: keys differ between workers
)
def test_an_answer_of_another_form_is_garbled(session: Session, step: str, given: Any):
    session.client.answers[step] = given
    with pytest.raises(HubGarbled):
        asyncio.run(session.until_the_offers())
