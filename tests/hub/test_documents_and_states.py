"""The document's one fetch, cancelling, order states by version, voiding, mismatches, retries."""

import asyncio
from dataclasses import replace

import cbor2
import pytest
from hub_bench import OPEN, SETTINGS, code_of, hub_bench
from sqlalchemy.orm import Session

from hub.base64url import to_base64url
from hub.centre.orders import NEXT, Counts
from hub.centre.records import KeptAnswer
from hub.seal import unseal

pytestmark = pytest.mark.anyio
KEY = "5f3f1a0e8c6d4b21a7e99c0d1b2a3c4d"


async def put(bench, document_id, state, version):
    return await bench.kiosk.put(f"/v1/orders/{document_id}/state", {"state": state, "version": version})


async def test_a_document_is_fetched_once(bench):
    person, _ = await bench.ordered()
    assert (await bench.clerk.get(f"{person.path}/document")).status_code == 200
    assert code_of(await bench.clerk.get(f"{person.path}/document")) == (410, "document-gone")


async def test_two_fetches_at_once_give_one_document(bench):
    person, _ = await bench.ordered()
    answers = await asyncio.gather(*(bench.clerk.get(f"{person.path}/document") for _ in range(4)))
    assert sorted(answer.status_code for answer in answers) == [200, 410, 410, 410]


async def test_a_document_nobody_fetches_is_dropped_after_120_seconds(bench):
    person, _ = await bench.ordered()
    bench.clock.move(119)
    bench.hub.centre.sweep()
    assert len(bench.hub.centre.sessions.document_ids()) == 1
    bench.clock.move(2)
    bench.hub.centre.sweep()
    assert bench.hub.centre.sessions.document_ids() == []
    assert code_of(await bench.clerk.get(f"{person.path}/document")) == (410, "document-gone")
    assert bench.hub.centre.orders.counts() == Counts(requested=1, issued=0, voided=0, cancelled=1, open=0)


async def test_there_is_no_document_before_the_order(bench):
    person = await bench.checked()
    assert code_of(await bench.clerk.get(f"{person.path}/document")) == (409, "wrong-state")


async def test_a_cancelled_transaction_is_forgotten_and_can_be_cancelled_again(bench):
    person, document_id = await bench.ordered()
    for _ in range(2):
        answer = await bench.clerk.post(f"{person.path}/cancel", {"cause": "person"})
        assert answer.json()["state"] == "cancelled"
    assert bench.hub.centre.sessions.document_ids() == []
    assert bench.hub.centre.sessions.card_ids() == []
    assert code_of(await put(bench, document_id, "paid", 2)) == (409, "wrong-state")
    assert code_of(await bench.clerk.get(f"{person.path}/document")) == (410, "document-gone")


async def test_a_clerk_cannot_cancel_what_is_paid(bench):
    person, document_id = await bench.ordered()
    await put(bench, document_id, "paid", 1)
    assert code_of(await bench.clerk.post(f"{person.path}/cancel", {"cause": "person"})) == (409, "wrong-state")


async def test_after_the_transactions_time_an_unpaid_order_is_cancelled_and_a_paid_one_is_kept(bench):
    _, unpaid = await bench.ordered()
    _, paid = await bench.ordered()
    await put(bench, paid, "paid", 1)
    bench.clock.move(601)
    bench.hub.centre.sweep()
    states = {row.document_id: row.state for row in bench.hub.centre.orders.list(None, open_only=False)}
    assert states == {unpaid: "cancelled", paid: "paid"}
    assert bench.hub.centre.sessions.card_ids() == []


async def test_a_stale_version_is_told_what_is_true(bench):
    _, document_id = await bench.ordered()
    await put(bench, document_id, "paid", 1)
    answer = await put(bench, document_id, "paid", 1)
    assert code_of(answer) == (409, "stale-version")
    assert answer.json()["current"] == {"state": "paid", "version": 2}


async def test_two_kiosk_calls_at_once_cannot_both_win(bench):
    _, document_id = await bench.ordered()
    answers = await asyncio.gather(*(put(bench, document_id, "paid", 1) for _ in range(5)))
    assert sorted(answer.status_code for answer in answers) == [200, 409, 409, 409, 409]


@pytest.mark.parametrize("start", ["document_held", "taken", "cancelled", "voided", "refunded", "unknown"])
async def test_only_the_listed_steps_are_possible(bench, start):
    ways = {
        "document_held": [],
        "taken": ["paid", "printing", "printed", "taken"],
        "cancelled": ["cancelled"],
        "voided": ["voided"],
        "refunded": ["paid", "refunded"],
        "unknown": ["unknown"],
    }
    for target in NEXT:
        _, document_id = await bench.ordered()
        version = 1
        for state in ways[start]:
            version = (await put(bench, document_id, state, version)).json()["version"]
        answer = await put(bench, document_id, target, version)
        if target in NEXT[start]:
            assert answer.json() == {"state": target, "version": version + 1}
        else:
            assert code_of(answer) == (409, "wrong-state")


async def test_a_document_left_behind_is_voided_even_after_it_counted_as_taken(bench):
    _, document_id = await bench.ordered()
    for version, state in enumerate(("paid", "printing", "printed", "taken"), start=1):
        await put(bench, document_id, state, version)
    for _ in range(2):
        answer = await bench.kiosk.post(f"/v1/documents/{document_id}/void", {"reason": "left_behind"})
        assert answer.json() == {"state": "voided", "version": 6}
    assert bench.hub.centre.orders.counts() == Counts(requested=1, issued=0, voided=1, cancelled=0, open=0)


async def test_unknown_orders(bench):
    assert code_of(await put(bench, "0" * 32, "paid", 1)) == (404, "unknown-order")
    void = await bench.kiosk.post(f"/v1/documents/{'0' * 32}/void", {"reason": "unknown"})
    assert code_of(void) == (404, "unknown-order")


async def statement_of(bench, person) -> bytes:
    sealed = (await bench.clerk.get(f"{person.path}/document")).content
    return cbor2.loads(unseal(sealed, person.encryption, person.opened["transaction_id"]))["statement"]


async def test_a_mismatch_the_centre_does_not_see_stops_the_kiosk(bench):
    person, document_id = await bench.ordered()
    body = {"statement": to_base64url(await statement_of(bench, person)), "field": "card_fingerprint"}
    answer = await bench.clerk.post(f"{person.path}/mismatch", body)
    assert answer.json() == {"confirmed": False, "stopped": "kiosk"}
    assert code_of(await bench.clerk.post("/v1/transactions", OPEN)) == (403, "kiosk-stopped")
    assert (await bench.other_clerk.post("/v1/transactions", OPEN)).status_code == 201
    assert bench.hub.centre.orders.find(document_id, "kiosk-0001").state == "voided"


async def test_a_mismatch_the_centre_sees_too_stops_the_type(bench):
    person, document_id = await bench.ordered()
    statement = await statement_of(bench, person)
    session = bench.hub.centre.sessions.card(person.opened["transaction_id"])
    session.card_fingerprint = bytes(32)  # the centre had mixed two people up and now looks again
    bench.hub.centre.sessions.keep_card(person.opened["transaction_id"], session)
    body = {"statement": to_base64url(statement), "field": "card_fingerprint"}
    answer = await bench.clerk.post(f"{person.path}/mismatch", body)
    assert answer.json() == {"confirmed": True, "stopped": "type"}
    assert bench.hub.centre.orders.find(document_id, "kiosk-0001").state == "voided"
    assert (await bench.clerk.post("/v1/transactions", OPEN)).status_code == 201


async def test_a_kiosk_cannot_stop_a_type_with_a_statement_of_an_earlier_person(bench):
    first, _ = await bench.ordered()
    old = await statement_of(bench, first)
    second, _ = await bench.ordered()
    body = {"statement": to_base64url(old), "field": "transaction_id"}
    answer = await bench.clerk.post(f"{second.path}/mismatch", body)
    assert answer.json() == {"confirmed": False, "stopped": "kiosk"}


async def test_a_mismatch_without_a_document(bench):
    person = await bench.checked()
    body = {"statement": to_base64url(bytes(80)), "field": "pages"}
    assert code_of(await bench.clerk.post(f"{person.path}/mismatch", body)) == (409, "wrong-state")


async def test_a_retry_gets_the_same_answer(bench):
    first = await bench.clerk.post("/v1/transactions", OPEN, KEY)
    again = await bench.clerk.post("/v1/transactions", OPEN, KEY)
    assert first.json() == again.json()
    assert again.status_code == 201


async def test_a_retry_of_an_order_does_not_order_twice_even_at_once(bench):
    person = await bench.checked()
    body = person.order()
    answers = await asyncio.gather(*(bench.clerk.post(f"{person.path}/order", body, KEY) for _ in range(3)))
    assert len({answer.text for answer in answers}) == 1
    assert len(bench.municipality.requests) == 1


async def test_a_retry_of_a_card_gets_the_same_answer(bench):
    person = await bench.person()
    body = person.proof()
    first, again = [await bench.clerk.post(f"{person.path}/card", body, KEY) for _ in range(2)]
    assert (first.status_code, first.text) == (200, again.text)


async def test_a_key_used_for_something_else_is_a_conflict(bench):
    await bench.clerk.post("/v1/transactions", OPEN, KEY)
    other = await bench.clerk.post("/v1/transactions", OPEN | {"head_dots": 832}, KEY)
    assert code_of(other) == (409, "idempotency-conflict")
    person = await bench.person()
    elsewhere = await bench.clerk.post(f"{person.path}/cancel", OPEN, KEY)
    assert code_of(elsewhere) == (409, "idempotency-conflict")


async def test_two_kiosks_may_use_the_same_key(bench):
    first = await bench.clerk.post("/v1/transactions", OPEN, KEY)
    second = await bench.other_clerk.post("/v1/transactions", OPEN, KEY)
    assert first.json()["transaction_id"] != second.json()["transaction_id"]


async def test_an_answer_of_the_moment_is_not_kept(bench):
    bench.municipality.status = "down"
    assert code_of(await bench.clerk.post("/v1/transactions", OPEN, KEY)) == (503, "municipality-down")
    bench.municipality.status = "open"
    assert (await bench.clerk.post("/v1/transactions", OPEN, KEY)).status_code == 201


async def test_after_a_restart_a_retry_is_answered_and_unfinished_transactions_are_over(data):
    async with hub_bench(data) as bench:
        opened = await bench.clerk.post("/v1/transactions", OPEN, KEY)
        held, document_id = await bench.ordered()
        fetched, kept = await bench.ordered()
        await bench.clerk.get(f"{fetched.path}/document")
    async with hub_bench(data) as bench:
        again = await bench.clerk.post("/v1/transactions", OPEN, KEY)
        assert again.json() == opened.json()
        conflict = await bench.clerk.post("/v1/transactions", OPEN | {"head_dots": 832}, KEY)
        assert code_of(conflict) == (409, "idempotency-conflict")
        assert code_of(await bench.clerk.get(f"{held.path}/document")) == (410, "document-gone")
        states = {row.document_id: row.state for row in bench.hub.centre.orders.list(None, open_only=False)}
        assert states == {document_id: "cancelled", kept: "document_held"}


async def test_old_answers_are_purged(bench):
    await bench.clerk.post("/v1/transactions", OPEN, KEY)
    bench.clock.move(25 * 3600)
    bench.hub.app.purge()
    with Session(bench.hub.centre.engine) as session:
        assert session.get(KeptAnswer, ("kiosk-0001.clerk", KEY)) is None


async def test_a_full_centre_is_busy(data):
    async with hub_bench(data, replace(SETTINGS, sessions_max=1)) as bench:
        person = await bench.person()
        assert code_of(await bench.clerk.post("/v1/transactions", OPEN)) == (503, "busy")
        await bench.clerk.post(f"{person.path}/cancel", {"cause": "person"})
        assert (await bench.clerk.post("/v1/transactions", OPEN)).status_code == 201
