"""Whom the hub's client speaks to, with which files, and how long the handshake takes."""

from __future__ import annotations

import asyncio
import socket
import ssl
import time
from pathlib import Path

import pytest
from hub_pki import Pki
from hub_play import error_of, play, well
from tls_centre import Centre, Connection, tls

from firmware.app.hub_client import HubClient, HubIdentityUnusable, HubUnreachable


def test_a_server_of_another_authority_is_not_spoken_to(pki: Pki):
    stranger = pki.others.identity("localhost", address="127.0.0.1")
    error = error_of(pki, well, context=tls(stranger, pki.ours.pem))
    assert isinstance(error, HubUnreachable)
    assert error.cause == "certificate"


def test_our_own_kiosks_certificate_does_not_make_a_server(pki: Pki):
    error = error_of(pki, well, context=tls(pki.kiosk, pki.ours.pem))
    assert isinstance(error, HubUnreachable)
    assert error.cause == "certificate"


def test_a_server_that_does_not_know_our_authority_is_unreachable(pki: Pki):
    error = error_of(pki, well, identity=pki.others.identity("kiosk-9999"))
    assert isinstance(error, HubUnreachable)
    assert error.cause in {"tls", "closed"}


def test_older_tls_is_refused(pki: Pki):
    context = tls(pki.server, pki.ours.pem)
    context.maximum_version = ssl.TLSVersion.TLSv1_2
    error = error_of(pki, well, context=context)
    assert isinstance(error, HubUnreachable)
    assert error.cause in {"tls", "closed"}


def test_nobody_there_and_no_such_name(pki: Pki):
    with socket.create_server(("127.0.0.1", 0)) as once_listening:
        port = once_listening.getsockname()[1]

    async def scenario(url: str) -> str:
        client = HubClient(url, pki.ours.pem, pki.kiosk.certificate, pki.kiosk.key)
        with pytest.raises(HubUnreachable) as caught:
            await client.warm(deadline_s=5)
        client.close()
        return caught.value.cause

    assert asyncio.run(scenario(f"https://127.0.0.1:{port}")) == "refused"
    assert asyncio.run(scenario("https://no..name:8443")) == "name"


def test_files_that_cannot_be_used_are_named(pki: Pki, tmp_path: Path):
    missing, text = tmp_path / "missing.pem", tmp_path / "text.pem"
    text.write_text("not a certificate")
    good = (pki.ours.pem, pki.kiosk.certificate, pki.kiosk.key)
    for files, named in [
        ((missing, *good[1:]), r"missing\.pem: cannot be read: No such file"),
        ((text, *good[1:]), r"text\.pem: is not a PEM certificate"),
        ((*good[:2], text), r"text\.pem: do not make a pair"),
        ((*good[:2], pki.server.key), r"kiosk-0001\.pem and .*localhost\.key: do not make a pair"),
    ]:
        with pytest.raises(HubIdentityUnusable, match=named):
            HubClient("https://127.0.0.1:1", *files)


def test_a_handshake_takes_a_few_milliseconds(pki: Pki):
    async def scenario(client: HubClient, centre: Centre) -> list[float]:
        took_ms = []
        for _ in range(5):
            began = time.perf_counter()
            await client.warm()
            took_ms.append((time.perf_counter() - began) * 1000)
            taken = await arrived.get()
            taken.set()
            await centre.connections[-1].closed.wait()
        assert len(centre.connections) == 5
        return took_ms

    arrived: asyncio.Queue[asyncio.Event] = asyncio.Queue()

    async def closes_when_told(_: Connection) -> None:
        arrived.put_nowait(told := asyncio.Event())
        await told.wait()

    took_ms = play(pki, closes_when_told, scenario)
    assert sorted(took_ms)[2] < 500, took_ms
