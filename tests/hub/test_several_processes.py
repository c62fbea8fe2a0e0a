"""Several centre processes on one PostgreSQL database: any serves any step, and none trusts a dead one's work."""

import asyncio
import secrets
from contextlib import AsyncExitStack
from dataclasses import replace

import httpx
import pytest
from fake_municipality import FakeMunicipality
from hub_bench import OPEN, SETTINGS, Client, Person, client_tls, code_of
from sqlalchemy.orm import Session

from hub.centre.held import ALIVE_S, HeldAnswer, HeldCard
from hub.centre.idempotency import sha256
from hub.centre.role import centre_role
from hub.clock import utc_now
from hub.jpki.role import jpki_role
from hub.municipality.role import issuing_role
from hub.neighbours import Neighbours
from hub.seal import unseal

pytestmark = [pytest.mark.anyio, pytest.mark.xdist_group("postgresql")]
KEY = "5f3f1a0e8c6d4b21a7e99c0d1b2a3c4d"


class Cluster:
    """Some centre processes' worth of roles, each with its own client of the same clerk."""

    def __init__(self, data, koga, centres, clerks):
        self.data, self.koga, self.centres, self.clerks = data, koga, centres, clerks

    async def step(self, number: int, path: str, body: object, key: str | None = None) -> httpx.Response:
        return await self.clerks[number].post(path, body, key)

    async def checked(self) -> Person:
        person = Person(self.data / "citizens" / "hanako")
        person.opened = (await self.step(0, "/v1/transactions", OPEN)).json()
        answer = await self.step(1, f"{person.path}/card", person.proof())
        assert answer.status_code == 200, answer.text
        return person

    def state(self, person: Person) -> str:
        return self.centres[0].transactions.find(person.opened["transaction_id"], "kiosk-0001").state

    def dies(self, person: Person, body: bytes, *, in_state: str | None) -> None:
        """Leave things as a process does that was killed while it worked on this person's order."""
        transaction_id = person.opened["transaction_id"]
        digest = sha256(f"{person.path}/order".encode() + b"\0" + body).digest()
        with Session(self.centres[0].held) as session, session.begin():
            row = HeldAnswer(who="kiosk-0001.clerk", key=KEY, digest=digest, process="dead", began_at_s=0)
            session.merge(row)
            session.get_one(HeldCard, transaction_id).worked_on_by = "dead"
        if in_state is not None:
            self.centres[0].transactions.move(transaction_id, {"card_checked"}, in_state)


@pytest.fixture
async def cluster(made_data, postgresql_server):
    settings = replace(SETTINGS, database=postgresql_server.database())
    koga = FakeMunicipality(made_data)
    koga.clock = utc_now
    async with AsyncExitStack() as stack:
        ocsp_url = await stack.enter_async_context(jpki_role(made_data, settings, utc_now))
        issuing = await stack.enter_async_context(issuing_role(made_data, settings, [koga], utc_now))
        near = Neighbours(f"{ocsp_url}/", [issuing])
        centres, clerks = [], []
        for _ in range(2):
            served = await stack.enter_async_context(centre_role(made_data, settings, near, utc_now, shared=True))
            tls = client_tls(made_data / "kiosks" / "kiosk-0001", "clerk")
            http = httpx.AsyncClient(base_url=served.url, verify=tls, trust_env=False, timeout=20)
            clerks.append(Client(await stack.enter_async_context(http)))
            centres.append(served.centre)
        yield Cluster(made_data, koga, centres, clerks)


async def test_every_step_of_a_person_may_reach_another_process(cluster):
    person = await cluster.checked()
    assert (await cluster.step(0, f"{person.path}/query", person.query())).status_code == 200
    ordered = await cluster.step(1, f"{person.path}/order", person.order())
    assert ordered.status_code == 200, ordered.text
    sealed = (await cluster.clerks[0].get(f"{person.path}/document")).content
    assert unseal(sealed, person.encryption, person.opened["transaction_id"])
    assert code_of(await cluster.clerks[1].get(f"{person.path}/document")) == (410, "document-gone")


async def test_a_retry_that_reaches_another_process_gets_the_same_answer(cluster):
    person = await cluster.checked()
    body = person.order()
    answers = [await cluster.step(each, f"{person.path}/order", body, KEY) for each in (0, 1)]
    assert (answers[0].status_code, answers[0].text) == (200, answers[1].text)
    assert len(cluster.koga.requests) == 1
    other = await cluster.step(1, f"{person.path}/order", person.order(copies=1, fee_yen=250), KEY)
    assert code_of(other) == (409, "idempotency-conflict")


async def test_a_retry_while_another_process_works_waits_for_its_answer(cluster):
    person = await cluster.checked()
    cluster.koga.let_go = asyncio.Event()
    body = person.order()
    first = asyncio.create_task(cluster.step(0, f"{person.path}/order", body, KEY))
    await cluster.koga.asked.wait()
    second = asyncio.create_task(cluster.step(1, f"{person.path}/order", body, KEY))
    await asyncio.sleep(0.2)
    assert not second.done()
    cluster.koga.let_go.set()
    assert (await first).text == (await second).text
    assert len(cluster.koga.requests) == 1


async def test_an_order_that_died_with_its_process_ends_the_transaction(cluster):
    person = await cluster.checked()
    request = cluster.clerks[1].http.build_request("POST", f"{person.path}/order", json=person.order())
    cluster.dies(person, request.content, in_state="ordering")
    assert code_of(await cluster.step(1, f"{person.path}/order", person.order(), KEY)) == (409, "wrong-state")
    assert cluster.state(person) == "cancelled"
    assert cluster.koga.requests == []


async def test_a_document_held_before_its_process_died_is_told_to_the_retry_and_can_be_fetched(cluster):
    person = await cluster.checked()
    body = person.order()
    made = await cluster.step(0, f"{person.path}/order", body, secrets.token_hex(16))
    request = cluster.clerks[1].http.build_request("POST", f"{person.path}/order", json=body)
    cluster.dies(person, request.content, in_state=None)
    again = await cluster.step(1, f"{person.path}/order", body, KEY)
    assert again.json() == made.json()
    cluster.centres[1].sweep()  # finds the dead process, and leaves the document where it is
    assert (await cluster.clerks[1].get(f"{person.path}/document")).status_code == 200
    assert len(cluster.koga.requests) == 1


async def test_what_a_dead_process_worked_on_is_ended_by_the_others(cluster):
    person = await cluster.checked()
    cluster.dies(person, b"", in_state="ordering")
    cluster.centres[1].sweep()
    assert cluster.state(person) == "cancelled"


async def test_a_process_that_starts_leaves_the_others_people_alone(cluster):
    person = await cluster.checked()
    cluster.centres[1].recover()
    assert cluster.state(person) == "card_checked"
    cluster.centres[0].sessions.forget(person.opened["transaction_id"])  # as after a crash of the database
    cluster.centres[1].recover()
    assert cluster.state(person) == "cancelled"


async def test_a_process_is_known_while_it_lives(cluster):
    assert ALIVE_S > 1
    first, second = (each.processes for each in cluster.centres)
    assert {first.own, second.own} <= first.alive()
    second.leave()
    assert second.own not in first.alive()
