"""Orders that are not carried out, and municipalities that refuse, fail, lie or are slow."""

import asyncio
from dataclasses import replace

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from hub_bench import DROPPED, SETTINGS, code_of, hub_bench

pytestmark = pytest.mark.anyio


async def ordered(bench, person, *, signer=None, **changes) -> tuple[int, str]:
    return code_of(await bench.clerk.post(f"{person.path}/order", person.order(signer, **changes)))


def state_of(bench, person) -> str:
    return bench.hub.centre.transactions.find(person.opened["transaction_id"], "kiosk-0001").state


@pytest.mark.parametrize(
    ("changes", "expected"),
    [
        ({"transaction_id": "0" * 32}, (409, "binding-mismatch")),
        ({"municipality": "999999"}, (409, "binding-mismatch")),
        ({"head_dots": 832}, (409, "binding-mismatch")),
        ({"clerk_nonce": bytes(32)}, (409, "binding-mismatch")),
        ({"type": "seal_registration"}, (409, "closed")),
        ({"scope": "village"}, (422, "bad-request")),
        ({"items": ["my_number"]}, (422, "bad-request")),
        ({"items": ["relationship", "domicile"]}, (422, "bad-request")),
        ({"items": ["domicile", "domicile"]}, (422, "bad-request")),
        ({"items": [1]}, (422, "bad-request")),
        ({"copies": 0, "fee_yen": 0}, (422, "bad-request")),
        ({"copies": 11, "fee_yen": 2750}, (422, "bad-request")),
        ({"copies": True}, (422, "bad-request")),
        ({"fee_yen": 499}, (422, "bad-request")),
        ({"v": 1}, (422, "bad-request")),
        ({"v": True}, (422, "bad-request")),
        ({"scope": DROPPED}, (422, "bad-request")),
        ({"persons": DROPPED}, (422, "bad-request")),
        ({"persons": ["0" * 32]}, (422, "bad-request")),  # with the scope household
        ({"scope": "members"}, (422, "bad-request")),  # nobody
        ({"scope": "members", "persons": ["f" * 32, "0" * 32]}, (422, "bad-request")),  # not sorted
        ({"scope": "members", "persons": ["somebody"]}, (422, "bad-request")),
        ({"fiscal_year": 2026}, (422, "bad-request")),
        ({"type": "income_tax", "fee_yen": 600}, (422, "bad-request")),  # no year
        ({"type": "income_tax", "fee_yen": 600, "fiscal_year": 2024}, (422, "bad-request")),
        ({"surplus": 1}, (422, "bad-request")),
    ],
)
async def test_an_order_that_does_not_fit_is_not_passed_on(bench, changes, expected):
    person = await bench.checked()
    assert await ordered(bench, person, **changes) == expected
    assert bench.municipality.requests == []
    assert state_of(bench, person) == "card_checked"


async def test_an_order_signed_by_another_key(bench):
    person = await bench.checked()
    assert await ordered(bench, person, signer=Ed25519PrivateKey.generate()) == (403, "bad-signature")


async def test_an_order_before_the_card(bench):
    person = await bench.person()
    assert await ordered(bench, person) == (409, "wrong-state")


async def test_a_second_order(bench):
    person, _ = await bench.ordered()
    assert await ordered(bench, person) == (409, "wrong-state")


@pytest.mark.parametrize(
    ("refusal", "expected", "told"),
    [
        ("not_resident", (403, "not-resident"), None),
        ("moved_out", (403, "refused"), "moved_out"),
        ("moved_in_today", (403, "refused"), "moved_in_today"),
        ("glyph_missing", (403, "refused"), "glyph_missing"),
        ("under_age", (403, "refused"), "under_age"),
        ("tax_not_filed", (403, "refused"), "tax_not_filed"),
        ("registration_pending", (403, "refused"), "registration_pending"),
        ("support_measure", (403, "refused"), "other"),
        ("anything_else", (403, "refused"), "other"),
        ("closed", (409, "closed"), None),
        ("busy", (503, "busy"), None),
    ],
)
async def test_a_refusal_leaves_room_for_another_choice(bench, refusal, expected, told):
    person = await bench.checked()
    bench.municipality.refusal = refusal
    answer = await bench.clerk.post(f"{person.path}/order", person.order())
    assert code_of(answer) == expected
    assert answer.json().get("refusal") == told
    bench.municipality.refusal = None
    other = person.order(type="income_tax", fee_yen=600, fiscal_year=2026)
    assert (await bench.clerk.post(f"{person.path}/order", other)).status_code == 200


async def test_a_support_measure_is_told_in_the_same_words_as_any_other_refusal(bench):
    person = await bench.checked()
    texts = []
    for refusal in ("support_measure", "other"):
        bench.municipality.refusal = refusal
        texts.append((await bench.clerk.post(f"{person.path}/order", person.order())).json())
    assert texts[0] == texts[1]


@pytest.mark.parametrize(
    ("refusal", "expected"),
    [
        ("bad_signature", (403, "bad-signature")),
        ("binding_mismatch", (409, "binding-mismatch")),
        ("municipality_down", (503, "municipality-down")),
    ],
)
async def test_a_municipality_that_does_not_trust_the_chain_ends_the_transaction(bench, refusal, expected):
    person = await bench.checked()
    bench.municipality.refusal = refusal
    assert await ordered(bench, person) == expected
    assert state_of(bench, person) == "cancelled"


async def test_a_municipality_that_fails_ends_the_transaction_and_tells_no_details(bench):
    person = await bench.checked()
    bench.municipality.failure = RuntimeError("Yamada Hanako")
    answer = await bench.clerk.post(f"{person.path}/order", person.order())
    assert code_of(answer) == (503, "municipality-down")
    assert "Yamada" not in answer.text
    assert state_of(bench, person) == "cancelled"


async def test_after_a_timeout_everything_is_cancelled_and_the_late_answer_is_discarded(data):
    async with hub_bench(data, replace(SETTINGS, municipality_timeout_s=0.2)) as bench:
        bench.municipality.let_go = asyncio.Event()
        bench.municipality.stubborn = True  # goes on after it was cancelled, like a server elsewhere
        person = await bench.checked()
        assert await ordered(bench, person) == (504, "municipality-timeout")
        assert state_of(bench, person) == "cancelled"
        bench.municipality.let_go.set()
        async with asyncio.timeout(5):
            await bench.municipality.answered.wait()
        await asyncio.sleep(0)
        assert code_of(await bench.clerk.get(f"{person.path}/document")) == (409, "wrong-state")
        assert bench.hub.centre.sessions.document_ids() == []
        assert bench.hub.centre.sessions.card_ids() == []
        assert (await bench.kiosk.get("/v1/orders?open=false")).json() == {"orders": []}


async def test_a_late_answer_never_reaches_the_next_person(data):
    async with hub_bench(data, replace(SETTINGS, municipality_timeout_s=0.2)) as bench:
        bench.municipality.let_go = asyncio.Event()
        bench.municipality.stubborn = True
        first = await bench.checked()
        assert await ordered(bench, first) == (504, "municipality-timeout")
        second = await bench.checked()
        bench.municipality.let_go.set()
        answer = await bench.clerk.post(f"{second.path}/order", second.order())
        assert answer.status_code == 200
        held = bench.hub.centre.orders.of_transaction(second.opened["transaction_id"])
        assert held.document_id == answer.json()["document_id"]
        assert bench.hub.centre.sessions.document_ids() == [second.opened["transaction_id"]]


async def test_an_answer_that_comes_after_a_cancel_is_discarded(bench):
    bench.municipality.let_go = asyncio.Event()
    person = await bench.checked()
    ordering = asyncio.create_task(bench.clerk.post(f"{person.path}/order", person.order()))
    await bench.municipality.asked.wait()
    assert (await bench.clerk.post(f"{person.path}/cancel", {"cause": "person"})).json()["state"] == "cancelled"
    bench.municipality.let_go.set()
    assert code_of(await ordering) == (409, "wrong-state")
    assert bench.hub.centre.sessions.document_ids() == []
    assert bench.hub.centre.orders.counts().requested == 0


def tampered(field, value):
    def change(record):
        record[field] = value

    return change


@pytest.mark.parametrize(
    ("name", "change"),
    [
        ("transaction_id", tampered("transaction_id", "0" * 32)),
        ("card_fingerprint", tampered("card_fingerprint", bytes(32))),
        ("session_key_hash", tampered("session_key_hash", bytes(32))),
        ("centre_nonce", tampered("centre_nonce", bytes(32))),
        ("clerk_nonce", tampered("clerk_nonce", bytes(32))),
        ("kiosk_id", tampered("kiosk_id", "kiosk-0002")),
        ("type", tampered("type", "income_tax")),
        ("copies", tampered("copies", 1)),
        ("fee_yen", tampered("fee_yen", 500.0)),
        ("items", tampered("items", [])),
        ("expires_at", tampered("expires_at", 1)),
        ("issued_at", tampered("issued_at", 1 << 40)),
        ("document_id", tampered("document_id", "not an id")),
        ("pages", tampered("pages", [])),
        ("pages", lambda record: record["pages"].reverse()),
        ("pages", lambda record: record["pages"].pop()),
        ("pages", lambda record: record["pages"][1].update(sha256=bytes(32))),
        ("pages", lambda record: record["pages"][0].update(width_dots=832)),
        ("fields", tampered("surplus", 1)),
        ("persons", tampered("persons", ["0" * 32])),
        ("fiscal_year", tampered("fiscal_year", 2026)),
        ("v", tampered("v", 1)),
        ("code_area", tampered("code_area", None)),
        ("code_area", lambda record: record["code_area"].update(left_dots=576)),
        ("code_area", lambda record: record["code_area"].update(side_dots=240)),
        ("scope", lambda record: record.pop("scope")),
    ],
)
async def test_a_statement_that_differs_in_one_field_stops_the_type(bench, name, change):
    person = await bench.checked()
    bench.municipality.change = change
    answer = await bench.clerk.post(f"{person.path}/order", person.order())
    assert code_of(answer) == (409, "binding-mismatch")
    assert f"`{name}`" in answer.json()["detail"]
    assert state_of(bench, person) == "cancelled"
    assert bench.hub.centre.stops.active("type", "402231/resident_record")


async def test_a_page_of_somebody_else_is_noticed(bench):
    person = await bench.checked()
    bench.municipality.change_answer = lambda answer: replace(answer, pages=[answer.pages[0], bytes(72 * 200)])
    assert await ordered(bench, person) == (409, "binding-mismatch")


async def test_a_statement_signed_by_a_key_that_is_not_on_the_list(bench):
    person = await bench.checked()
    bench.municipality.key = Ed25519PrivateKey.generate()
    assert await ordered(bench, person) == (409, "binding-mismatch")


async def test_a_document_id_cannot_be_used_twice(bench):
    _, document_id = await bench.ordered()
    person = await bench.checked()
    bench.municipality.change = tampered("document_id", document_id)
    assert await ordered(bench, person) == (409, "binding-mismatch")


async def test_a_stopped_type_is_not_offered_and_not_ordered_until_it_is_lifted(bench):
    before = await bench.checked()
    bench.hub.centre.stops.stop_type("402231", "resident_record", "test")
    assert await ordered(bench, before) == (409, "type-stopped")
    person = await bench.person()
    offers = (await bench.clerk.post(f"{person.path}/card", person.proof())).json()["offers"]
    assert [(line["type"], line["reason"]) for line in offers] == [("resident_record", "stopped"), ("income_tax", None)]
    told = (await bench.kiosk.get("/v1/availability?operator=seven_eleven")).json()["municipalities"][0]["types"]
    assert [line["available"] for line in told] == [False, True]
    assert bench.hub.centre.stops.lift("402231/resident_record", "looked into it", "Ito") == 1
    assert (await bench.clerk.post(f"{before.path}/order", before.order())).status_code == 200


async def test_closed_between_card_and_order(bench):
    person = await bench.checked()
    bench.municipality.status = "closed"
    assert await ordered(bench, person) == (409, "closed")
