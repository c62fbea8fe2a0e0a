"""End to end with the real hub as a subprocess: a card's key, the clerk's exchange, the kiosk's order states."""

from __future__ import annotations

import asyncio
import time

import pytest
from real_hub import KOGA, OPERATOR, Hub, as_clerk, as_kiosk, issued

from firmware.app.availability import ask_availability
from firmware.app.clerk.binding import Document
from firmware.app.clerk.claims import BindingMismatch
from firmware.app.clerk.exchange import Exchange
from firmware.app.clerk.order import Choice
from firmware.app.clerk.session_keys import SessionKeys
from firmware.app.hub_client import HubClient, HubRefused
from firmware.app.kiosk.hub import KioskHub, Stale, VoidReason
from firmware.app.kiosk.vocabulary import OrderState

pytestmark = pytest.mark.xdist_group("binding hub")

ALL_OF_HER_HOUSEHOLD = Choice("resident_record", "household", ("relationship", "domicile"), 2)


@pytest.mark.parametrize("head_dots", [576, 832, 1728])
def test_a_resident_record_is_issued_and_every_byte_of_it_checked(hub: Hub, head_dots: int):
    async def scenario(_: HubClient, exchange: Exchange) -> Document:
        return await issued(exchange, hub.card("hanako"), ALL_OF_HER_HOUSEHOLD)

    document = as_clerk(hub, scenario, head_dots)
    assert (document.fee_yen, document.copies, document.head_dots) == (500, 2, head_dots)
    black = sum(byte.bit_count() for byte in document.pages[0].bits)
    assert 0.005 < black / (document.pages[0].width_dots * document.pages[0].height_rows) < 0.5
    assert document.length_mm > 100


def test_the_kiosk_leads_the_order_from_held_to_taken(hub: Hub):
    async def issue(_: HubClient, exchange: Exchange) -> Document:
        return await issued(exchange, hub.card("taro"), Choice("resident_record", "self", (), 1))

    document = as_clerk(hub, issue)

    async def lead(client: HubClient, kiosk: KioskHub) -> None:
        available = await ask_availability(client, OPERATOR, 10)
        [koga] = [each for each in available.municipalities if each.code == KOGA]
        assert (koga.status, koga.name.ja) == ("open", "福岡県古賀市")
        assert document.document_id in {order.document_id for order in await kiosk.open_orders()}
        version = 1
        for state in (OrderState.PAID, OrderState.PRINTING, OrderState.PRINTED, OrderState.TAKEN):
            true_state, version = await kiosk.put_state(document.document_id, state, version)
            assert true_state is state
        with pytest.raises(Stale) as caught:
            await kiosk.put_state(document.document_id, OrderState.PAID, 1)
        assert (caught.value.state, caught.value.version) == (OrderState.TAKEN, version)
        assert document.document_id not in {order.document_id for order in await kiosk.open_orders()}

    as_kiosk(hub, lead)


def test_a_document_left_behind_is_voided_once(hub: Hub):
    async def issue(_: HubClient, exchange: Exchange) -> Document:
        return await issued(exchange, hub.card("taro"), Choice("resident_record", "self", (), 1))

    document = as_clerk(hub, issue)

    async def void(_: HubClient, kiosk: KioskHub) -> None:
        first = await kiosk.void(document.document_id, VoidReason.LEFT_BEHIND)
        assert first[0] is OrderState.VOIDED
        assert await kiosk.void(document.document_id, VoidReason.LEFT_BEHIND) == first

    as_kiosk(hub, void)


@pytest.mark.parametrize(
    ("citizen", "code", "refusal"),
    [
        ("revoked", "card-revoked", None),
        ("expired", "card-expired", None),
        ("moved_out", "refused", "moved_out"),
        ("support_measure", "refused", "other"),
    ],
)
def test_a_card_or_person_that_may_not_is_refused_with_its_code(hub: Hub, citizen: str, code: str, refusal: str | None):
    async def scenario(_: HubClient, exchange: Exchange) -> None:
        with pytest.raises(HubRefused) as caught:
            await issued(exchange, hub.card(citizen), Choice("resident_record", "self", (), 1))
        assert (caught.value.code, caught.value.refusal) == (code, refusal)
        await exchange.cancel("card")

    as_clerk(hub, scenario)


def test_a_signature_by_another_card_is_refused(hub: Hub):
    async def scenario(_: HubClient, exchange: Exchange) -> None:
        await exchange.open(KOGA)
        signature = hub.card("taro").sign(exchange.message_for_card())
        with pytest.raises(HubRefused, match="bad-signature"):
            await exchange.present_card(hub.card("hanako").certificate, signature)
        assert await exchange.cancel("card")
        with pytest.raises(HubRefused, match=r"wrong-state|expired-transaction"):
            await exchange.present_card(hub.card("taro").certificate, signature)

    as_clerk(hub, scenario)


def test_the_kiosks_certificate_cannot_issue_nor_the_clerks_lead_orders(hub: Hub):
    async def as_the_kiosk(client: HubClient, _: KioskHub) -> None:
        with pytest.raises(HubRefused, match="wrong-role"):
            await hub.exchange(client).open(KOGA)

    async def as_the_clerk(client: HubClient, _: Exchange) -> None:
        with pytest.raises(HubRefused, match="wrong-role"):
            await KioskHub(client).open_orders()

    as_kiosk(hub, as_the_kiosk)
    as_clerk(hub, as_the_clerk)


def test_an_answer_does_not_open_with_another_sessions_key(hub: Hub):
    async def scenario(_: HubClient, exchange: Exchange) -> None:
        await exchange.open(KOGA)
        card = hub.card("hanako")
        await exchange.present_card(card.certificate, card.sign(exchange.message_for_card()))
        own, other = exchange._keys._private, SessionKeys()._private
        assert own is not None
        assert other is not None
        exchange._keys._private = (own[0], other[1])  # signs as itself, cannot open
        with pytest.raises(BindingMismatch, match="sealed"):
            await exchange.order(ALL_OF_HER_HOUSEHOLD)

    as_clerk(hub, scenario)


def test_a_mismatch_that_the_centre_cannot_confirm_stops_this_kiosk(hub: Hub):
    """Another kiosk than that of the other tests, which shall go on."""

    async def scenario(client: HubClient, _: Exchange) -> None:
        exchange = hub.exchange(client, kiosk="kiosk-0002")
        await exchange.open(KOGA)
        card = hub.card("hanako")
        await exchange.present_card(card.certificate, card.sign(exchange.message_for_card()))
        exchange._fingerprint = bytes(32)  # a clerk that believes it read another card
        with pytest.raises(BindingMismatch, match="card_fingerprint"):
            await exchange.order(ALL_OF_HER_HOUSEHOLD)
        with pytest.raises(HubRefused, match="kiosk-stopped"):
            await hub.exchange(client, kiosk="kiosk-0002").open(KOGA)

    as_clerk(hub, scenario, kiosk="kiosk-0002")


def test_a_handshake_with_the_hub_takes_a_few_milliseconds(hub: Hub):
    async def handshake_ms() -> float:
        client = hub.client("clerk")
        began = time.perf_counter()
        await client.warm()
        took = (time.perf_counter() - began) * 1000
        client.close()
        return took

    took_ms = sorted(asyncio.run(handshake_ms()) for _ in range(7))
    assert took_ms[3] < 500, took_ms
