"""Bad requests of every kind: each is answered with a problem document, none with 500 and none with a stack trace."""

import asyncio
import secrets

import pytest
from hub_bench import OPEN, client_tls, code_of
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from starlette.responses import Response

from hub.centre.towns import Towns
from hub.web.limits import Limits

PATHS = [
    "/v1/transactions",
    f"/v1/transactions/{'0' * 32}/card",
    f"/v1/transactions/{'0' * 32}/order",
    f"/v1/transactions/{'0' * 32}/cancel",
    f"/v1/transactions/{'0' * 32}/mismatch",
]


async def raw_post(bench, path, body) -> object:
    headers = {"Idempotency-Key": secrets.token_hex(16), "Content-Type": "application/json"}
    return await bench.clerk.http.post(path, content=body, headers=headers)


@pytest.mark.anyio
@pytest.mark.parametrize("body", [b"", b"{", b"\xff\xfe", b"[1]", b"null", b"[" * 3000, b"{}", b'{"a":1e999}', b"NaN"])
async def test_garbage_is_a_bad_request(bench, body):
    for path in PATHS:
        assert code_of(await raw_post(bench, path, body)) == (422, "bad-request")


@pytest.mark.anyio
async def test_any_garbage_is_a_problem_and_never_an_error_of_the_centre(bench):
    """A short run of random bodies on one connection; JSON of any shape and bytes of any kind."""
    json_like = st.recursive(
        st.none() | st.booleans() | st.integers() | st.text(max_size=20),
        lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=12), inner, max_size=3),
        max_leaves=6,
    )
    bodies: list[tuple[str, object]] = []

    @settings(max_examples=60, deadline=None, suppress_health_check=list(HealthCheck), database=None)
    @given(st.sampled_from(PATHS), st.binary(max_size=80) | json_like)
    def collect(path, body):
        bodies.append((path, body))

    collect()
    for path, body in bodies:
        answer = await (raw_post(bench, path, body) if isinstance(body, bytes) else bench.clerk.post(path, body))
        assert code_of(answer) == (422, "bad-request"), (path, body)


@pytest.mark.anyio
async def test_a_corrupted_request_is_never_an_error_of_the_centre(bench):
    """Every field of a good card request, cut, doubled, emptied or with one changed character."""
    person = await bench.person()
    proof = person.proof()
    texts = {name: value for name, value in proof.items() if isinstance(value, str)}
    for name, value in texts.items():
        middle = len(value) // 2
        other = "A" if value[middle] != "A" else "B"
        for bad in (value[:middle], value * 2, "", value[:middle] + other + value[middle + 1 :], value + "=", "é"):
            answer = await bench.clerk.post(f"{person.path}/card", proof | {name: bad})
            assert 400 <= answer.status_code < 500, (name, bad)
            code_of(answer)


@pytest.mark.anyio
async def test_a_body_that_is_too_large(bench):
    assert code_of(await raw_post(bench, PATHS[0], b"x" * ((1 << 20) + 1))) == (413, "too-large")


@pytest.mark.anyio
@pytest.mark.parametrize("path", ["/", "/v2/transactions", "/v1/transactions/xyz/document/more", "/docs", "/%00"])
async def test_an_unknown_path(bench, path):
    assert code_of(await bench.clerk.get(path)) == (404, "not-found")


@pytest.mark.anyio
async def test_another_method(bench):
    assert code_of(await bench.clerk.http.delete("/v1/health")) == (405, "method-not-allowed")


@pytest.mark.anyio
async def test_bad_ids_and_parameters(bench):
    assert code_of(await bench.clerk.get("/v1/transactions/XYZ/document")) == (422, "bad-request")
    assert code_of(await bench.kiosk.get("/v1/availability")) == (422, "bad-request")
    assert code_of(await bench.kiosk.get("/v1/availability?operator=%E3%81%82")) == (422, "bad-request")
    assert code_of(await bench.kiosk.get("/v1/orders?open=maybe")) == (422, "bad-request")
    change = {"state": "sold", "version": 1}
    assert code_of(await bench.kiosk.put(f"/v1/orders/{'0' * 32}/state", change)) == (422, "bad-request")


@pytest.mark.anyio
async def test_a_post_without_a_proper_idempotency_key(bench):
    assert code_of(await bench.clerk.http.post("/v1/transactions", json=OPEN)) == (422, "bad-request")
    assert code_of(await bench.clerk.post("/v1/transactions", OPEN, "UPPER")) == (422, "bad-request")


@pytest.mark.anyio
async def test_a_problem_never_repeats_what_was_sent(bench):
    answer = await bench.clerk.post("/v1/transactions", OPEN | {"operator": "山田花子"})
    assert code_of(answer) == (422, "bad-request")
    assert "山田" not in answer.text


@pytest.mark.anyio
async def test_bytes_that_are_no_http(bench):
    tls = client_tls(bench.data / "kiosks" / "kiosk-0001", "clerk")
    port = int(bench.hub.url.rsplit(":", 1)[1])
    reader, writer = await asyncio.open_connection("127.0.0.1", port, ssl=tls, server_hostname="localhost")
    writer.write(b"\x00\x01\x02 nonsense\r\n\r\n")
    answer = await reader.read()
    writer.close()
    await writer.wait_closed()
    assert answer.startswith(b"HTTP/1.1 400 ")
    assert b"application/problem+json" in answer


@pytest.mark.anyio
async def test_an_error_of_the_program_is_told_without_details(bench, monkeypatch, caplog):
    def broken(*_: object) -> None:
        raise RuntimeError("Yamada Hanako")

    monkeypatch.setattr(Towns, "everywhere", broken)
    answer = await bench.kiosk.get("/v1/availability?operator=seven_eleven")
    assert code_of(answer) == (500, "internal")
    assert "Yamada" not in answer.text
    fault = next(record for record in caplog.records if record.msg == "request_failed")
    assert fault.ids["error"] == "RuntimeError"
    assert "Yamada" not in str(fault.ids)


@pytest.mark.anyio
async def test_a_body_that_trickles_is_given_up():
    async def never() -> None:
        await asyncio.Event().wait()

    sent = []

    async def send(message) -> None:
        sent.append(message)

    limits = Limits(Response("not reached"), body_time_s=0.05)
    await limits({"type": "http", "method": "POST"}, never, send)
    assert sent[0]["status"] == 408
    assert b"request-timeout" in sent[1]["body"]
