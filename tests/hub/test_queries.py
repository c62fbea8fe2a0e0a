"""Queries at the centre: passed on, checked, sealed for one session; nothing kept, nothing believed."""

import asyncio
from dataclasses import replace

import cbor2
import pytest
from cryptography.exceptions import InvalidTag
from hub_bench import SETTINGS, code_of, hub_bench
from sqlalchemy.orm import Session

from hub.base64url import to_base64url
from hub.centre.checks import DocumentCheck
from hub.centre.query_step import QUERIES_MAX
from hub.centre.records import Order
from hub.cose import verify1
from hub.seal import ANSWER, unseal

pytestmark = pytest.mark.anyio


async def asked(bench, person, *query, **changes):
    return await bench.clerk.post(f"{person.path}/query", person.query(*query, **changes))


def opened(person, answer):
    return cbor2.loads(unseal(answer.content, person.encryption, person.opened["transaction_id"], ANSWER))


def preview(**changes):
    order = {"type": "resident_record", "scope": "self", "persons": [], "items": [], "fiscal_year": None}
    return {"order": order | {"copies": 1, "fee_yen": 250, "head_dots": 576} | changes}


async def test_an_answer_opens_for_the_session_alone_and_is_the_municipalitys(bench):
    person = await bench.checked()
    answer = await asked(bench, person, "household", {"type": "resident_record"})
    assert answer.status_code == 200, answer.text
    assert answer.headers["content-type"] == "application/octet-stream"
    whole = opened(person, answer)
    statement = verify1(whole["statement"], bench.municipality.key.public_key())
    assert (statement["kind"], whole["pages"]) == ("household", [])
    with pytest.raises(InvalidTag):
        unseal(answer.content, person.encryption, person.opened["transaction_id"])  # the document's label
    other = await bench.checked()
    with pytest.raises(InvalidTag):
        unseal(answer.content, other.encryption, person.opened["transaction_id"], ANSWER)


async def test_queries_leave_the_transaction_as_it_is(bench):
    person = await bench.checked()
    for kind, of in (("registration", {}), ("history", {}), ("preview", preview())):
        assert (await asked(bench, person, kind, of)).status_code == 200
    assert len(opened(person, await asked(bench, person, "preview", preview()))["pages"]) == 1
    assert (await bench.clerk.post(f"{person.path}/order", person.order())).status_code == 200
    assert code_of(await asked(bench, person)) == (409, "wrong-state")


async def test_a_history_is_signed_with_the_checks_that_the_centre_has_counted(bench):
    (_, checked), (_, unchecked), (_, foreign) = [await bench.ordered() for _ in range(3)]
    with Session(bench.hub.centre.engine) as session, session.begin():
        session.get_one(Order, foreign).municipality = "999016"
        session.add_all(DocumentCheck(id=f"{it}", document_id=checked, at_s=1) for it in range(2))
        session.add(DocumentCheck(id="of another town", document_id=foreign, at_s=1))
    bench.municipality.issued = [checked, unchecked, foreign, "0" * 32]
    person = await bench.checked()
    whole = opened(person, await asked(bench, person, "history", {}))
    issues = verify1(whole["statement"], bench.municipality.key.public_key())["answer"]["issues"]
    assert [it["checks"] for it in issues] == [2, 0, None, None]
    assert [dict(it.checks) for it in bench.municipality.queries] == [{}, {checked: 2, unchecked: 0}]


async def test_a_retry_is_answered_alike_and_asks_once(bench):
    person = await bench.checked()
    body = person.query("history")
    first, second = [await bench.clerk.post(f"{person.path}/query", body, "a" * 32) for _ in range(2)]
    assert first.content == second.content
    assert len(bench.municipality.queries) == 1


@pytest.mark.parametrize(
    ("query", "changes", "expected"),
    [
        (("gossip",), {}, (422, "bad-request")),
        (("household",), {}, (422, "bad-request")),
        (("household", {"type": 1}), {}, (422, "bad-request")),
        (("history", {"type": "x"}), {}, (422, "bad-request")),
        (("preview", {"order": 1}), {}, (422, "bad-request")),
        (("preview", preview(head_dots=832)), {}, (409, "binding-mismatch")),
        ((), {"v": 1}, (422, "bad-request")),
        ((), {"surplus": 1}, (422, "bad-request")),
        ((), {"of": [1]}, (422, "bad-request")),
        ((), {"query_nonce": b"short"}, (422, "bad-request")),
        ((), {"transaction_id": "0" * 32}, (409, "binding-mismatch")),
        ((), {"municipality": "999999"}, (409, "binding-mismatch")),
        ((), {"clerk_nonce": bytes(32)}, (409, "binding-mismatch")),
    ],
)
async def test_a_query_that_does_not_fit_is_not_passed_on(bench, query, changes, expected):
    person = await bench.checked()
    assert code_of(await asked(bench, person, *query, **changes)) == expected
    assert bench.municipality.queries == []
    assert (await asked(bench, person)).status_code == 200, "and the transaction goes on"


async def test_a_query_without_a_card_is_refused(bench):
    person = await bench.person()
    assert code_of(await asked(bench, person)) == (409, "wrong-state")


async def test_a_query_signed_by_another_session_is_refused(bench):
    person, other = await bench.checked(), await bench.checked()
    person.signing = other.signing
    assert code_of(await asked(bench, person)) == (403, "bad-signature")


async def test_there_is_an_end_to_asking(bench):
    person = await bench.checked()
    session = bench.hub.centre.sessions.card(person.opened["transaction_id"])
    session.queries = QUERIES_MAX - 1
    bench.hub.centre.sessions.keep_card(person.opened["transaction_id"], session)
    assert (await asked(bench, person)).status_code == 200
    assert code_of(await asked(bench, person)) == (409, "wrong-state")


@pytest.mark.parametrize(
    ("refusal", "expected", "told"),
    [
        ("not_registered", (403, "refused"), "not_registered"),
        ("seal_not_registered", (403, "refused"), "seal_not_registered"),
        ("support_measure", (403, "refused"), "other"),
        ("not_resident", (403, "not-resident"), None),
        ("closed", (409, "closed"), None),
    ],
)
async def test_a_refusal_leaves_room_for_another_question(bench, refusal, expected, told):
    person = await bench.checked()
    bench.municipality.refusal = refusal
    answer = await asked(bench, person, "household", {"type": "resident_record"})
    assert code_of(answer) == expected
    assert answer.json().get("refusal") == told
    bench.municipality.refusal = None
    assert (await asked(bench, person)).status_code == 200


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("card_fingerprint", bytes(32)),
        ("query_sha256", bytes(32)),
        ("kind", "household"),
        ("kiosk_id", "kiosk-0002"),
        ("pages", [{}]),
        ("answer", "somebody"),
        ("answer", {"issues": [{"type": "resident_record"}]}),
        ("expires_at", 1),
    ],
)
async def test_an_answer_that_is_not_this_sessions_stops_it(bench, name, value):
    person = await bench.checked()
    bench.municipality.change = lambda record: record.update({name: value})
    answer = await asked(bench, person)
    assert code_of(answer) == (409, "binding-mismatch")
    assert f"`{name}`" in answer.json()["detail"]
    assert bench.hub.centre.stops.active("type", "402231/history")
    assert bench.hub.centre.sessions.card_ids() == []


async def test_a_preview_has_as_many_pages_as_it_says(bench):
    person = await bench.checked()
    bench.municipality.change = lambda record: record.update(answer={"sheets": 2})
    assert code_of(await asked(bench, person, "preview", preview())) == (409, "binding-mismatch")
    assert bench.hub.centre.stops.active("type", "402231/resident_record")


async def test_an_answer_can_be_complained_about(bench):
    person = await bench.checked()
    whole = opened(person, await asked(bench, person))
    body = {"statement": to_base64url(whole["statement"]), "field": "answer"}
    answer = await bench.clerk.post(f"{person.path}/mismatch", body)
    assert answer.json() == {"confirmed": False, "stopped": "kiosk"}


async def test_a_late_answer_is_dropped_with_the_whole_transaction(data):
    async with hub_bench(data, replace(SETTINGS, municipality_timeout_s=0.2)) as bench:
        bench.municipality.let_go = asyncio.Event()
        person = await bench.checked()
        assert code_of(await asked(bench, person)) == (504, "municipality-timeout")
        assert code_of(await asked(bench, person)) == (409, "wrong-state")
        assert bench.hub.centre.sessions.card_ids() == []


async def test_an_answer_after_a_cancel_is_dropped(bench):
    bench.municipality.let_go = asyncio.Event()
    person = await bench.checked()
    asking = asyncio.create_task(asked(bench, person))
    await bench.municipality.asked.wait()
    await bench.clerk.post(f"{person.path}/cancel", {"cause": "person"})
    bench.municipality.let_go.set()
    assert code_of(await asking) == (409, "wrong-state")


async def test_nothing_of_an_answer_is_kept(data):
    async with hub_bench(data) as bench:
        person = await bench.checked()
        await asked(bench, person, "household", {"type": "resident_record"})
    for path in data.glob("centre.sqlite*"):
        assert "花子".encode() not in path.read_bytes()
