"""The hub's client against a server that does everything wrong: always the right error, always within the deadline."""

from __future__ import annotations

import asyncio
import json
import socket
import time
from contextlib import suppress
from typing import Any

import pytest
from hub_pki import Pki
from hub_play import DEADLINE_S, MARGIN_S, OK, error_of, once, play, well
from tls_centre import Behaviour, Centre, Connection, answer

from firmware.app.hub_client import HubClient, HubGarbled, HubRefused, HubTimeout, HubUnreachable


def then_mute(data: bytes) -> Behaviour:
    async def behaviour(connection: Connection) -> None:
        await connection.request()
        await connection.send(data)
        await asyncio.Event().wait()

    return behaviour


def dripping(data: bytes, every_s: float = 0.05) -> Behaviour:
    """Send a byte now and then, so that no single socket operation ever takes long."""

    async def behaviour(connection: Connection) -> None:
        await connection.request()
        for byte in data:
            await connection.send(bytes([byte]))
            await asyncio.sleep(every_s)

    return behaviour


def test_requests_share_one_connection_of_tls_1_3_with_the_clients_certificate(pki: Pki):
    async def scenario(client: HubClient, centre: Centre) -> None:
        await client.warm()
        for _ in range(3):
            response = await client.request("GET", "/v1/health", deadline_s=5)
            assert (response.status, response.content_type, response.body) == (
                200,
                "application/json",
                b'{"status":"ok"}',
            )
        assert len(centre.connections) == 1
        tls_object = centre.connections[0].writer.get_extra_info("ssl_object")
        assert tls_object.version() == "TLSv1.3"
        assert (("commonName", "kiosk-0001"),) in tls_object.getpeercert()["subject"]

    play(pki, well, scenario)


def test_a_body_is_sent_as_json_with_its_idempotency_key(pki: Pki):
    async def scenario(client: HubClient, centre: Centre) -> None:
        body = {"municipality": "402231", "copies": 2}
        await client.request("POST", "/v1/transactions", body, deadline_s=5, idempotency_key="a" * 32)
        [request] = centre.requests
        assert request.line == "POST /v1/transactions HTTP/1.1"
        assert json.loads(request.body) == body
        assert request.headers["content-type"] == "application/json"
        assert request.headers["idempotency-key"] == "a" * 32

    play(pki, well, scenario)


def test_questions_asked_at_once_are_answered_each_with_its_own(pki: Pki):
    async def echo(connection: Connection) -> None:
        while True:
            path = (await connection.request()).line.split()[1]
            await connection.send(answer(json.dumps({"path": path}).encode()))

    async def scenario(client: HubClient, _: Centre) -> None:
        paths = [f"/v1/{number}" for number in range(20)]
        answers = await asyncio.gather(*(client.request("GET", path, deadline_s=10) for path in paths))
        assert [json.loads(each.body)["path"] for each in answers] == paths

    play(pki, echo, scenario)


def test_a_kept_connection_that_the_server_closed_meanwhile_is_replaced_unnoticed(pki: Pki):
    async def scenario(client: HubClient, centre: Centre) -> None:
        for expected in (1, 2, 3):
            await client.request("POST", "/v1/x", {}, deadline_s=5)
            await centre.connections[-1].closed.wait()
            assert len(centre.connections) == len(centre.requests) == expected

    play(pki, once(OK), scenario)


async def closes_on_the_second_request(connection: Connection) -> None:
    await connection.request()
    await connection.send(OK)
    await connection.request()


@pytest.mark.parametrize(
    ("method", "key", "times_sent"), [("GET", None, 3), ("PUT", None, 3), ("POST", "b" * 32, 3), ("POST", None, 2)]
)
def test_only_a_request_that_can_do_no_harm_is_repeated(pki: Pki, method: str, key: str | None, times_sent: int):
    async def scenario(client: HubClient, centre: Centre) -> None:
        await client.request("GET", "/v1/health", deadline_s=5)
        second = client.request(method, "/v1/x", {}, deadline_s=5, idempotency_key=key)
        if times_sent == 2:
            with pytest.raises(HubUnreachable, match="closed"):
                await second
        else:
            assert (await second).body == b'{"status":"ok"}'
        assert len(centre.requests) == times_sent
        assert {request.headers.get("idempotency-key") for request in centre.requests[1:]} == {key}

    play(pki, closes_on_the_second_request, scenario)


def test_a_new_connection_that_closes_without_an_answer_is_not_tried_again(pki: Pki):
    async def closes(connection: Connection) -> None:
        await connection.request()

    async def scenario(client: HubClient, centre: Centre) -> None:
        with pytest.raises(HubUnreachable, match="closed"):
            await client.request("GET", "/v1/health", deadline_s=5)
        assert len(centre.requests) == 1

    play(pki, closes, scenario)


async def mute(_: Connection) -> None:
    await asyncio.Event().wait()


@pytest.mark.parametrize(
    "behaviour",
    [
        mute,
        then_mute(b"HTTP/1.1 200 OK\r\nContent-Type: app"),
        then_mute(OK[:-1]),
        dripping(b"HTTP/1.1 200 OK\r\n" + b"X: y\r\n" * 1000),
        dripping(answer(b" " * 1000)),
        dripping(b"HTTP/1.1 100 Continue\r\n\r\n" * 1000, 0.01),
    ],
    ids=["mute", "half a header", "all but a byte", "dripping headers", "dripping body", "endless continue"],
)
def test_a_slow_answer_times_out_as_a_whole(pki: Pki, behaviour: Behaviour):
    assert isinstance(error_of(pki, behaviour), HubTimeout)


def test_a_handshake_that_never_comes_times_out(pki: Pki):
    async def scenario() -> None:
        with socket.create_server(("127.0.0.1", 0)) as listening:
            url = f"https://127.0.0.1:{listening.getsockname()[1]}"
            client = HubClient(url, pki.ours.pem, pki.kiosk.certificate, pki.kiosk.key)
            began = time.monotonic()
            with pytest.raises(HubTimeout):
                await client.request("GET", "/v1/health", deadline_s=DEADLINE_S)
            with pytest.raises(HubTimeout):
                await client.warm(deadline_s=DEADLINE_S)
            assert time.monotonic() - began < 2 * DEADLINE_S + MARGIN_S
            client.close()

    asyncio.run(scenario())


def test_a_late_answer_is_never_taken_for_the_next_one(pki: Pki):
    asked = asyncio.Event()

    async def first_late(connection: Connection) -> None:
        while True:
            if (await connection.request()).line.split()[1] == "/v1/late":
                asked.set()
                with suppress(OSError):
                    await asyncio.sleep(DEADLINE_S + 0.2)
                    await connection.send(answer(b'"late"'))
            else:
                await connection.send(answer(b'"prompt"'))

    async def scenario(client: HubClient, _: Centre) -> None:
        with pytest.raises(HubTimeout):
            await client.request("GET", "/v1/late", deadline_s=DEADLINE_S)
        assert asked.is_set()
        for _ in range(3):
            assert (await client.request("GET", "/v1/prompt", deadline_s=5)).body == b'"prompt"'
            await asyncio.sleep(0.2)

    play(pki, first_late, scenario)


def test_a_cancelled_request_frees_the_line_at_once(pki: Pki):
    asked = asyncio.Event()

    async def mute_but_for_cancel(connection: Connection) -> None:
        asked.set()
        while "cancel" not in (await connection.request()).line:
            pass
        await connection.send(OK)

    async def scenario(client: HubClient, centre: Centre) -> None:
        stuck = asyncio.create_task(client.request("GET", "/v1/stuck", deadline_s=60))
        await asked.wait()
        began = time.monotonic()
        stuck.cancel()
        response = await client.request("POST", "/v1/cancel", {}, deadline_s=10)
        assert response.status == 200
        assert time.monotonic() - began < MARGIN_S
        with pytest.raises(asyncio.CancelledError):
            await stuck

    play(pki, mute_but_for_cancel, scenario)


def test_waiting_in_line_counts_towards_the_deadline(pki: Pki):
    async def scenario(client: HubClient, centre: Centre) -> None:
        began = time.monotonic()
        first = asyncio.create_task(client.request("GET", "/v1/first", deadline_s=60))
        with pytest.raises(HubTimeout):
            await client.request("GET", "/v1/second", deadline_s=DEADLINE_S)
        assert time.monotonic() - began < DEADLINE_S + MARGIN_S
        first.cancel()
        with pytest.raises(asyncio.CancelledError):
            await first
        assert not any("second" in request.line for request in centre.requests)

    play(pki, mute, scenario)


HUGE = 8 * 1024 * 1024 + 1
HEAD = "HTTP/1.1 200 OK\r\nContent-Type: application/json\r\n"


@pytest.mark.parametrize(
    ("data", "what"),
    [
        (b"SSH-2.0-OpenSSH_9.2\r\n\r\n", "http"),
        (b"\x00\xff" * 200 + b"\r\n\r\n", "http"),
        (b"HTTP/1.1 200 OK\r\n" + b"X: y\r\n" * 200 + b"\r\n", "http"),
        (answer(b"{}")[:-1], "truncated"),
        (f"{HEAD}Content-Length: 5000\r\n\r\n{{}}".encode(), "truncated"),
        (f"{HEAD}Transfer-Encoding: chunked\r\n\r\n2\r\n{{}}\r\n".encode(), "truncated"),
        (f"{HEAD}Transfer-Encoding: chunked\r\n\r\nzz\r\n{{}}\r\n".encode(), "truncated"),
        (f"{HEAD}Content-Length: {HUGE}\r\n\r\n".encode(), "too large"),
        (f"{HEAD}Transfer-Encoding: chunked\r\n\r\n{HUGE:x}\r\n".encode() + bytes(HUGE), "too large"),
        (f"{HEAD}\r\n{{}}".encode(), "no length"),
        (f"{HEAD}Content-Length: -1\r\n\r\n{{}}".encode(), "no length"),
        (answer(b"{}", "text/html"), "status or content type"),
        (answer(b"{}", ""), "status or content type"),
        (answer(b"{}", "application/json; charset=shift_jis"), "content type"),
        (answer(b"{}", more="Content-Encoding: gzip\r\n"), "content type"),
        (answer(b"{}", status="302 Found", more="Location: https://127.0.0.1/\r\n"), "status or content type"),
        (answer(b"{}", status="204 No Content"), "status or content type"),
        (answer(b"<html>Bad gateway", "text/html", "502 Bad Gateway"), "error without problem details"),
        (answer(b"not JSON", "application/problem+json", "500 Oops"), "_Problem"),
        (answer(b"[" * 100_000, "application/problem+json", "500 Oops"), "_Problem"),
    ],
)
def test_an_answer_that_breaks_the_protocol_is_garbled(pki: Pki, data: bytes, what: str):
    error = error_of(pki, once(data))
    assert isinstance(error, HubGarbled)
    assert error.what == what


def problem(**fields: Any) -> bytes:
    return answer(json.dumps(fields).encode(), "application/problem+json", "403 Forbidden")


def test_a_refusal_carries_known_words_only(pki: Pki):
    detail = "the person 山田花子 of Koga"
    error = error_of(pki, once(problem(code="refused", refusal="moved_out", detail=detail, title=detail)))
    assert isinstance(error, HubRefused)
    assert (error.status, error.code, error.refusal, error.current) == (403, "refused", "moved_out", None)
    assert detail not in str(error)
    assert detail not in repr(error)


def test_unknown_words_in_a_refusal_are_not_passed_on(pki: Pki):
    error = error_of(pki, once(problem(code="山田花子", refusal="山田花子")))
    assert isinstance(error, HubRefused)
    assert (error.code, error.refusal) == ("internal", None)
    error = error_of(pki, once(problem(code="refused", refusal="山田花子")))
    assert isinstance(error, HubRefused)
    assert (error.code, error.refusal) == ("refused", "other")
    error = error_of(pki, once(problem(code="busy", refusal="under_age")))
    assert isinstance(error, HubRefused)
    assert (error.code, error.refusal) == ("busy", None)


def test_after_a_fault_the_client_works_again_as_soon_as_the_server_does(pki: Pki):
    turns = iter([mute, once(b"garbage\r\n\r\n"), once(OK[:-1])])

    async def recovering(connection: Connection) -> None:
        await next(turns, well)(connection)

    async def scenario(client: HubClient, _: Centre) -> None:
        for kind in (HubTimeout, HubGarbled, HubGarbled):
            with pytest.raises(kind):
                await client.request("GET", "/v1/health", deadline_s=DEADLINE_S)
        assert (await client.request("GET", "/v1/health", deadline_s=5)).status == 200

    play(pki, recovering, scenario)
