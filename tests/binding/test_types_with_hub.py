"""Every type and every query end to end with the real hub: chosen by name, previewed, ordered, and checked."""

from __future__ import annotations

import pytest
from real_hub import KOGA, Hub, as_clerk, issued, presented

from firmware.app.clerk import query
from firmware.app.clerk.answers import Household
from firmware.app.clerk.claims import BindingMismatch
from firmware.app.clerk.exchange import Exchange
from firmware.app.clerk.order import Choice
from firmware.app.hub_client import HubClient, HubRefused

pytestmark = pytest.mark.xdist_group("binding hub")


async def _household(exchange: Exchange, kind: str) -> Household:
    return (await exchange.query(query.household(kind))).said


BY_NAME = ("members", "individual")
EVERY_WAY = [
    ("resident_record", "self", ("relationship",)),
    ("resident_record", "household", ("relationship", "domicile")),
    ("resident_record", "members", ("domicile",)),
    ("seal_registration", "self", ()),
    ("income_tax", "self", ()),
    ("family_register", "whole", ()),
    ("family_register", "individual", ()),
    ("family_register_supplement", "whole", ("domicile",)),
    ("family_register_supplement", "individual", ()),
]


@pytest.mark.parametrize(("kind", "scope", "items"), EVERY_WAY)
def test_every_type_and_scope_is_chosen_by_name_previewed_issued_and_checked(
    hub: Hub, kind: str, scope: str, items: tuple[str, ...]
):
    async def scenario(_: HubClient, exchange: Exchange) -> None:
        await presented(exchange, hub.card("hanako"))
        told = await _household(exchange, kind)
        [own] = [person for person in told.persons if person.own]
        assert own.name.replace("　", " ") == "古賀 花子"
        assert scope in told.scopes
        assert set(items) <= set(told.items)
        persons = (own.ref,) if scope in BY_NAME else ()
        year = told.fiscal_years[0] if told.fiscal_years else None
        assert (year is not None) == (kind == "income_tax")
        choice = Choice(kind, scope, items, 1, persons, year)
        masked = await exchange.query(query.preview(exchange.order_of(choice)))
        document = await exchange.order(choice)
        assert 0 <= len(masked.pages) - len(document.pages) <= 1
        assert [page.bits for page in masked.pages] != [page.bits for page in document.pages]
        assert document.front.code is not None
        assert len(document.back_panels) == len(document.pages)

    as_clerk(hub, scenario)


def test_two_members_of_a_household_are_on_one_record(hub: Hub):
    async def scenario(_: HubClient, exchange: Exchange) -> None:
        await presented(exchange, hub.card("large_family"))
        told = await _household(exchange, "resident_record")
        assert len(told.persons) == 9
        chosen = tuple(person.ref for person in told.persons[1:3])
        document = await exchange.order(Choice("resident_record", "members", (), 1, chosen[::-1]))
        assert document.fee_yen > 0

    as_clerk(hub, scenario)


def test_references_of_another_transaction_mean_nothing(hub: Hub):
    async def scenario(client: HubClient, exchange: Exchange) -> None:
        await presented(exchange, hub.card("hanako"))
        before = (await _household(exchange, "resident_record")).persons[0].ref
        await exchange.cancel("person")
        again = hub.exchange(client)
        await presented(again, hub.card("hanako"))
        assert before not in {person.ref for person in (await _household(again, "resident_record")).persons}
        with pytest.raises(HubRefused):
            await again.order(Choice("resident_record", "members", (), 1, (before,)))

    as_clerk(hub, scenario)


def test_what_was_issued_before_is_told_to_its_holder_alone(hub: Hub):
    async def scenario(client: HubClient, exchange: Exchange) -> None:
        document = await issued(exchange, hub.card("taro"), Choice("seal_registration", "self", (), 2))
        again = hub.exchange(client)
        await presented(again, hub.card("taro"))
        newest = (await again.query(query.history())).said.issues[0]
        assert (newest.document_id, newest.type, newest.copies) == (document.document_id, "seal_registration", 2)
        assert (newest.kiosk_id, newest.checks) == ("kiosk-0001", 0)
        other = hub.exchange(client)
        await presented(other, hub.card("foreign"))
        assert document.document_id not in {it.document_id for it in (await other.query(query.history())).said.issues}

    as_clerk(hub, scenario)


def test_one_who_lives_elsewhere_asks_for_registration_once(hub: Hub):
    async def scenario(_: HubClient, exchange: Exchange) -> None:
        await presented(exchange, hub.card("elsewhere"))
        assert (await exchange.query(query.registration())).said.requests == ()
        with pytest.raises(HubRefused) as caught:
            await _household(exchange, "family_register")
        assert caught.value.refusal == "not_registered"
        asked = query.register("ホンセキ　コガ", "1975-08-08", "0929421111")
        [request] = (await exchange.query(asked)).said.requests
        assert (request.state, request.decided_on) == ("requested", None)
        assert (await exchange.query(asked)).said.requests == (request,)
        with pytest.raises(HubRefused) as caught:
            await _household(exchange, "family_register")
        assert caught.value.refusal == "registration_pending"

    as_clerk(hub, scenario)


@pytest.mark.parametrize(
    ("citizen", "kind", "refusal"),
    [
        ("cancelled_seal", "seal_registration", "seal_not_registered"),
        ("cancelled_seal", "family_register", "register_change_pending"),
        ("under_age", "resident_record", "under_age"),
        ("moved_in_today", "resident_record", "moved_in_today"),
    ],
)
def test_a_refusal_comes_before_anything_is_chosen_and_leaves_room_for_another_type(
    hub: Hub, citizen: str, kind: str, refusal: str
):
    async def scenario(_: HubClient, exchange: Exchange) -> None:
        await presented(exchange, hub.card(citizen))
        for _again in range(2):
            with pytest.raises(HubRefused) as caught:
                await _household(exchange, kind)
            assert (caught.value.code, caught.value.refusal) == ("refused", refusal)

    as_clerk(hub, scenario)


def test_an_answer_for_another_card_is_reported_and_the_kiosk_stops_as_the_centre_cannot_confirm_it(hub: Hub):
    async def scenario(client: HubClient, _: Exchange) -> None:
        exchange = hub.exchange(client, kiosk="kiosk-0003")
        await presented(exchange, hub.card("hanako"))
        exchange._fingerprint = bytes(32)  # a clerk that believes it read another card
        with pytest.raises(BindingMismatch, match="card_fingerprint"):
            await exchange.query(query.household("resident_record"))
        with pytest.raises(HubRefused, match="kiosk-stopped"):
            await hub.exchange(client, kiosk="kiosk-0003").open(KOGA)

    as_clerk(hub, scenario, kiosk="kiosk-0003")
