"""The inquiry site's line to the centre: its role, its answer, and the count of checks."""

import secrets

import httpx
import pytest
from hub_bench import client_tls, code_of

from hub.centre.checks import DocumentCheck
from hub.inquiry.centre_line import CentreDown, CentreLine, site_tls
from hub.signed_code.verdict import centre_keys

pytestmark = pytest.mark.anyio


@pytest.fixture
async def line(bench):
    line = CentreLine(bench.hub.url, site_tls(bench.data / "pki"), centre_keys(bench.data / "pki"))
    yield line
    await line.close()


async def test_the_site_learns_where_a_document_stands_and_every_check_counts(bench, line):
    _, document_id = await bench.ordered()
    standing = await line.check(document_id)
    assert (standing.document_id, standing.type, standing.state) == (document_id, "resident_record", "document_held")
    assert (standing.municipality, standing.sheets, standing.checks) == ("402231", 2, 1)
    assert standing.municipality_name == {"ja": "見本市", "en": "Sample City"}
    assert standing.layers["document_id"] == document_id
    await bench.kiosk.post(f"/v1/documents/{document_id}/void", {"reason": "left_behind"})
    standing = await line.check(document_id)
    assert (standing.state, standing.checks) == ("voided", 2)


async def test_a_document_that_was_never_issued_is_not_known(line):
    assert await line.check("f" * 32) is None


async def test_a_check_that_is_told_again_counts_once(bench):
    _, document_id = await bench.ordered()
    _, other_id = await bench.ordered()
    tls = site_tls(bench.data / "pki")
    async with httpx.AsyncClient(base_url=bench.hub.url, verify=tls, trust_env=False) as http:
        path = f"/v1/checks/{secrets.token_hex(16)}"
        for _ in range(2):
            answer = await http.put(path, json={"document_id": document_id})
            assert (answer.status_code, answer.json()["checks"]) == (200, 1)
        assert code_of(await http.put(path, json={"document_id": other_id})) == (409, "wrong-state")
        assert code_of(await http.get("/v1/availability?operator=seven_eleven")) == (403, "wrong-role")


async def test_an_entry_says_nothing_of_who_asked(bench, line):
    _, document_id = await bench.ordered()
    await line.check(document_id)
    assert set(DocumentCheck.__table__.columns.keys()) == {"id", "document_id", "at_s"}


async def test_kiosk_and_clerk_may_not_ask(bench):
    for client in (bench.kiosk, bench.clerk):
        answer = await client.put(f"/v1/checks/{'a' * 32}", {"document_id": "b" * 32})
        assert code_of(answer) == (403, "wrong-role")


async def test_a_centre_that_is_gone_or_another_is_not_believed(bench):
    _, document_id = await bench.ordered()
    tls = client_tls(bench.data / "kiosks" / "kiosk-0001", "clerk")
    clerk = CentreLine(bench.hub.url, tls, centre_keys(bench.data / "pki"))
    stranger = CentreLine(bench.hub.url, site_tls(bench.data / "pki"), {})
    nobody = CentreLine("https://127.0.0.1:9", site_tls(bench.data / "pki"), {})
    for line in (clerk, stranger, nobody):
        with pytest.raises(CentreDown):
            await line.check(document_id)
        await line.close()
