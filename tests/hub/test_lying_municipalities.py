"""A municipality that answers for the wrong person, with broken or missing pages, late, twice or with nonsense.

Nothing of it reaches anybody: each has its own code and field, is counted, is logged without personal data.
"""

import asyncio
from dataclasses import replace

import httpx
import pytest
from hub_bench import SETTINGS, code_of, hub_bench
from starlette.responses import Response

from hub.municipality.app import IssuingServer

pytestmark = pytest.mark.anyio


def wrong_person(koga):
    koga.change = lambda record: record.update(card_fingerprint=bytes(32))


def another_transaction(koga):
    koga.change = lambda record: record.update(transaction_id="0" * 32)


def another_kiosk(koga):
    koga.change = lambda record: record.update(kiosk_id="kiosk-0002")


def another_town(koga):
    koga.change = lambda record: record.update(municipality="999016")


def missing_page(koga):
    koga.change_answer = lambda answer: replace(answer, pages=answer.pages[:1])


def swapped_pages(koga):
    koga.change_answer = lambda answer: replace(answer, pages=answer.pages[::-1])


def broken_page(koga):
    koga.change_answer = lambda answer: replace(answer, pages=[answer.pages[0], answer.pages[1][:-1] + b"\0"])


def short_page(koga):
    koga.change_answer = lambda answer: replace(answer, pages=[answer.pages[0], answer.pages[1][:-1]])


def another_key(koga):
    koga.change_answer = lambda answer: replace(
        answer, statement=answer.statement[:-1] + bytes([answer.statement[-1] ^ 1])
    )


def expired(koga):
    koga.change = lambda record: record.update(issued_at=record["issued_at"] - 900, expires_at=record["issued_at"] - 1)


def other_document(koga):
    koga.change_answer = lambda answer: replace(answer, document_id="0" * 32)


LIES = {
    wrong_person: "card_fingerprint",
    another_transaction: "transaction_id",
    another_kiosk: "kiosk_id",
    another_town: "municipality",
    missing_page: "pages",
    swapped_pages: "pages",
    broken_page: "pages",
    short_page: "pages",
    another_key: "signature",
    expired: "expires_at",
    other_document: "document_id",
}


async def order(bench) -> tuple[httpx.Response, str]:
    person = await bench.checked()
    return await bench.clerk.post(f"{person.path}/order", person.order()), person.opened["transaction_id"]


def nothing_is_left(bench, transaction_id: str) -> None:
    centre = bench.hub.centre
    assert centre.transactions.find(transaction_id, "kiosk-0001").state == "cancelled"
    assert centre.sessions.document_ids() == []
    assert transaction_id not in centre.sessions.card_ids()


@pytest.mark.parametrize("lie", LIES, ids=lambda it: it.__name__)
async def test_a_lie_is_named_counted_and_stops_the_type(bench, lie, caplog):
    caplog.set_level("INFO", logger="hub")
    lie(bench.municipality)
    answer, transaction_id = await order(bench)
    assert code_of(answer) == (409, "binding-mismatch")
    assert answer.json()["field"] == LIES[lie]
    nothing_is_left(bench, transaction_id)
    assert bench.hub.centre.refused_answers.counts() == {("402231", "binding-mismatch", LIES[lie]): 1}
    assert (await bench.kiosk.get("/v1/orders?open=false")).json() == {"orders": []}
    told = [record.ids for record in caplog.records if record.msg == "answer_refused"]
    assert told == [
        {
            "transaction_id": transaction_id,
            "municipality": "402231",
            "code": "binding-mismatch",
            "field": LIES[lie],
        }
    ]
    again, _ = await order(bench)
    assert code_of(again) == (409, "type-stopped")


async def test_a_document_that_comes_twice_is_refused_the_second_time(bench):
    def same_number(record):
        record["document_id"] = "d" * 32

    bench.municipality.change = same_number
    (first, _), (second, transaction_id) = await order(bench), await order(bench)
    assert first.status_code == 200
    assert code_of(second) == (409, "binding-mismatch")
    assert bench.hub.centre.transactions.find(transaction_id, "kiosk-0001").state == "cancelled"
    assert len((await bench.kiosk.get("/v1/orders?open=false")).json()["orders"]) == 1


async def test_a_late_answer_is_counted_and_reaches_nobody(data):
    async with hub_bench(data, replace(SETTINGS, municipality_timeout_s=0.2)) as bench:
        bench.municipality.let_go = asyncio.Event()
        answer, transaction_id = await order(bench)
        assert code_of(answer) == (504, "municipality-timeout")
        nothing_is_left(bench, transaction_id)
        assert bench.hub.centre.refused_answers.counts() == {("402231", "municipality-timeout", None): 1}


@pytest.mark.parametrize("body", [b"", b"\xff\xff", b"\xa0", b"\x9b" + b"\xff" * 8], ids=["none", "end", "map", "huge"])
async def test_nonsense_is_counted_and_reaches_nobody(bench, monkeypatch, body):
    async def nonsense(_self, _request, work) -> Response:
        work.close()
        return Response(body, media_type="application/cbor")

    monkeypatch.setattr(IssuingServer, "_answered", nonsense)
    answer, transaction_id = await order(bench)
    assert code_of(answer) == (503, "municipality-down")
    nothing_is_left(bench, transaction_id)
    assert bench.hub.centre.refused_answers.counts() == {("402231", "municipality-down", None): 1}
