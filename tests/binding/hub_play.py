"""Play a scenario with the hub's client against a server that behaves as told. Not a test."""

from __future__ import annotations

import asyncio
import ssl
import time
from collections.abc import Awaitable, Callable
from typing import Any

import pytest
from hub_pki import Identity, Pki
from tls_centre import Behaviour, Centre, Connection, answer, serving, tls

from firmware.app.hub_client import HubClient
from firmware.app.hub_errors import HubError

DEADLINE_S = 0.6
MARGIN_S = 1.5  # for a busy machine; the servers below would keep a client for minutes
OK = answer(b'{"status":"ok"}')


def play(
    pki: Pki,
    behaviour: Behaviour,
    scenario: Callable[[HubClient, Centre], Awaitable[Any]],
    *,
    identity: Identity | None = None,
    context: ssl.SSLContext | None = None,
) -> Any:
    """Run a scenario with a client against a server that behaves so."""

    async def whole() -> Any:
        async with serving(behaviour, context or tls(pki.server, pki.ours.pem)) as centre:
            who = identity or pki.kiosk
            client = HubClient(centre.url, pki.ours.pem, who.certificate, who.key)
            try:
                return await scenario(client, centre)
            finally:
                client.close()

    return asyncio.run(whole())


def error_of(pki: Pki, behaviour: Behaviour, **options: Any) -> HubError:
    """Return the error of one GET, which must come within the deadline."""

    async def scenario(client: HubClient, _: Centre) -> HubError:
        began = time.monotonic()
        with pytest.raises(HubError) as caught:
            await client.request("GET", "/v1/health", deadline_s=DEADLINE_S)
        assert time.monotonic() - began < DEADLINE_S + MARGIN_S
        return caught.value

    return play(pki, behaviour, scenario, **options)


async def well(connection: Connection) -> None:
    while True:
        await connection.request()
        await connection.send(OK)


def once(data: bytes) -> Behaviour:
    """Answer one request with these bytes, then close."""

    async def behaviour(connection: Connection) -> None:
        await connection.request()
        await connection.send(data)

    return behaviour
