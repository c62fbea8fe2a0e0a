"""Kiosk and hub with a bad line between them: every call ends in time, and what was told is there once and in order."""

from __future__ import annotations

import asyncio
import contextlib
import itertools
import random
from pathlib import Path
from urllib.parse import urlsplit

import pytest
from real_hub import Hub

from firmware.app.hub_client import HubClient, HubError
from firmware.app.kiosk import audit_export
from firmware.app.kiosk.audit import AuditLog
from firmware.app.kiosk.audit_export import AuditExport
from firmware.app.kiosk.audit_signature import signer
from firmware.app.kiosk.hub import KioskHub
from tests.faults.bad_line import FATES, BadLine, Fate, bad_line

DEADLINE_S = 1.0
LONGEST_S = DEADLINE_S + 0.7  # on a busy machine
LINES = 24


def client_of(hub: Hub, port: int, kiosk: str = "kiosk-0001") -> HubClient:
    folder = hub.data / "kiosks" / kiosk
    host = urlsplit(hub.url).hostname
    return HubClient(f"https://{host}:{port}", folder / "tls-ca.pem", folder / "kiosk.pem", folder / "kiosk.key")


@pytest.mark.parametrize("kind", FATES)
@pytest.mark.parametrize("after", [0, 700, 2600], ids=["at once", "in the handshake", "in an answer"])
def test_a_call_over_a_bad_line_ends_in_time_and_the_next_one_over_a_good_line_is_answered(
    hub: Hub, kind: str, after: int
) -> None:
    async def go() -> None:
        fates = [Fate(kind, after)]
        directly = hub.client("kiosk")
        open_orders = await KioskHub(directly).open_orders()  # other tests leave some
        directly.close()
        async with bad_line(urlsplit(hub.url).port or 0, lambda: fates.pop() if fates else Fate("none")) as line:
            client = client_of(hub, line.own_port)
            began = asyncio.get_running_loop().time()
            with contextlib.suppress(HubError):
                await KioskHub(client, request_timeout_s=DEADLINE_S).open_orders()
            assert asyncio.get_running_loop().time() - began < LONGEST_S
            assert await KioskHub(client, request_timeout_s=10.0).open_orders() == open_orders
            client.close()

    asyncio.run(go())


def test_what_is_told_over_a_line_that_fails_again_and_again_is_there_once_and_in_order(
    hub: Hub, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(audit_export, "MOST_LINES", 1)
    key = hub.data / "kiosks" / "kiosk-0001" / "kiosk.key"
    log = AuditLog(tmp_path / "audit", "kiosk-0001", signer(key))
    for number in range(LINES):
        log.note("order", state="paid", transaction_id="0" * 32, document_id=f"{number:032x}", fee_yen=250)
    line = asyncio.run(told(hub, log))
    assert set(line.seen) == set(FATES)
    log.close()


async def told(hub: Hub, log: AuditLog) -> BadLine:
    """Tell the log; each connection has the next fate, at a place of its own."""
    chance = random.Random(1)  # noqa: S311 - repeatable
    connections, calls = itertools.count(), itertools.count()

    def fate() -> Fate:
        number = next(connections)
        return Fate(FATES[number % len(FATES)], 0 if number % 4 == 3 else chance.randrange(2000, 5000))

    plain = KioskHub(hub.client("kiosk"))
    before, _ = await plain.audit_standing()
    async with bad_line(urlsplit(hub.url).port or 0, fate) as line:
        client = client_of(hub, line.own_port)
        export = AuditExport(log, KioskHub(client, request_timeout_s=0.5), (HubError,))
        done = False
        while not done:
            try:
                await export._tell()
            except HubError:
                export._place = None
            if next(calls) % 2:  # a connection serves two calls, as if the server had closed it
                client.close()
                client = client_of(hub, line.own_port)
                export._hub = KioskHub(client, request_timeout_s=0.5)
            lines, head = await plain.audit_standing()
            done = head == log._hash.hex()
        assert lines == log._number != before
        client.close()
    plain._client.close()
    return line
