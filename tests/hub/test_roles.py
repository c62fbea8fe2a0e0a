"""Who may do what: certificates, roles, and other kiosks' things."""

import ssl

import httpx
import pytest
from hub_bench import OPEN, client_tls, code_of

pytestmark = pytest.mark.anyio
ID = "0" * 32


@pytest.mark.parametrize(
    ("method", "path", "body"),
    [
        ("GET", "/v1/orders?open=true", None),
        ("PUT", f"/v1/orders/{ID}/state", {"state": "paid", "version": 1}),
        ("POST", f"/v1/documents/{ID}/void", {"reason": "unknown"}),
    ],
)
async def test_a_clerk_cannot_use_a_kiosks_resource(bench, method, path, body):
    answer = await bench.clerk.http.request(method, path, json=body, headers={"Idempotency-Key": ID})
    assert code_of(answer) == (403, "wrong-role")


@pytest.mark.parametrize(
    ("method", "path", "body"),
    [
        ("POST", "/v1/transactions", OPEN),
        ("POST", f"/v1/transactions/{ID}/card", {}),
        ("POST", f"/v1/transactions/{ID}/order", {}),
        ("GET", f"/v1/transactions/{ID}/document", None),
        ("POST", f"/v1/transactions/{ID}/cancel", {"cause": "person"}),
        ("POST", f"/v1/transactions/{ID}/mismatch", {}),
    ],
)
async def test_a_kiosk_cannot_use_a_clerks_resource(bench, method, path, body):
    answer = await bench.kiosk.http.request(method, path, json=body, headers={"Idempotency-Key": ID})
    assert code_of(answer) == (403, "wrong-role")


async def test_both_may_read_availability_and_the_key_list(bench):
    for client in (bench.kiosk, bench.clerk):
        assert (await client.get("/v1/availability?operator=seven_eleven")).status_code == 200
    assert (await bench.kiosk.get("/v1/keys")).content == (await bench.clerk.get("/v1/keys")).content


async def test_another_kiosks_transaction_is_unknown(bench):
    person = await bench.person()
    body = person.proof()
    for answer in (
        await bench.other_clerk.post(f"{person.path}/card", body),
        await bench.other_clerk.post(f"{person.path}/cancel", {"cause": "person"}),
        await bench.other_clerk.get(f"{person.path}/document"),
    ):
        assert code_of(answer) == (404, "unknown-transaction")
    assert (await bench.clerk.post(f"{person.path}/card", body)).status_code == 200


async def test_another_kiosks_document_cannot_be_fetched_changed_or_voided(bench):
    person, document_id = await bench.ordered()
    assert code_of(await bench.other_clerk.get(f"{person.path}/document")) == (404, "unknown-transaction")
    change = {"state": "paid", "version": 1}
    assert code_of(await bench.other_kiosk.put(f"/v1/orders/{document_id}/state", change)) == (404, "unknown-order")
    void = await bench.other_kiosk.post(f"/v1/documents/{document_id}/void", {"reason": "unknown"})
    assert code_of(void) == (404, "unknown-order")
    assert (await bench.other_kiosk.get("/v1/orders?open=true")).json() == {"orders": []}
    assert (await bench.clerk.get(f"{person.path}/document")).status_code == 200


async def test_another_client_of_the_network_has_no_role(bench):
    tls = ssl.create_default_context(cafile=str(bench.data / "pki" / "tls-ca.pem"))
    tls.load_cert_chain(bench.data / "pki" / "monitor.pem", bench.data / "pki" / "monitor.key")
    async with httpx.AsyncClient(base_url=bench.hub.url, verify=tls, trust_env=False) as http:
        assert code_of(await http.get("/v1/health")) == (403, "wrong-role")
        assert (
            code_of(await http.post("/v1/transactions", json=OPEN, headers={"Idempotency-Key": ID}))[1] == "wrong-role"
        )


async def test_nobody_gets_in_without_a_certificate(bench):
    tls = ssl.create_default_context(cafile=str(bench.data / "pki" / "tls-ca.pem"))
    async with httpx.AsyncClient(base_url=bench.hub.url, verify=tls, trust_env=False) as http:
        with pytest.raises(httpx.TransportError):
            await http.get("/v1/health")


async def test_nobody_gets_in_with_a_servers_certificate_or_with_older_tls(bench):
    server = ssl.create_default_context(cafile=str(bench.data / "pki" / "tls-ca.pem"))
    server.load_cert_chain(bench.data / "pki" / "server.pem", bench.data / "pki" / "server.key")
    older = client_tls(bench.data / "kiosks" / "kiosk-0001", "kiosk")
    older.maximum_version = ssl.TLSVersion.TLSv1_2
    for tls in (server, older):
        async with httpx.AsyncClient(base_url=bench.hub.url, verify=tls, trust_env=False) as http:
            with pytest.raises(httpx.TransportError):
                await http.get("/v1/health")
