"""The real hub as a subprocess, with its cards' keys, and scenarios as clerk or kiosk against it. Not a test."""

from __future__ import annotations

import asyncio
import json
import os
import subprocess
import sys
import time
from collections.abc import Awaitable, Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import padding, rsa
from cryptography.hazmat.primitives.serialization import load_pem_private_key

from firmware.app.clerk.binding import Document
from firmware.app.clerk.exchange import Exchange
from firmware.app.clerk.order import Choice
from firmware.app.hub_client import HubClient
from firmware.app.kiosk.hub import KioskHub

ROOT = Path(__file__).parents[2]
KOGA = "402231"
OPERATOR = "seven_eleven"
START_S = 60


@dataclass(frozen=True)
class Hub:
    """A hub that serves; everything below is read from its data directory."""

    url: str
    data: Path

    def client(self, role: str, kiosk: str = "kiosk-0001") -> HubClient:
        folder = self.data / "kiosks" / kiosk
        return HubClient(self.url, folder / "tls-ca.pem", folder / f"{role}.pem", folder / f"{role}.key")

    def exchange(self, client: HubClient, head_dots: int = 576, kiosk: str = "kiosk-0001") -> Exchange:
        return Exchange(
            client,
            kiosk_id=kiosk,
            operator=OPERATOR,
            head_dots=head_dots,
            root_key=self.data / "kiosks" / kiosk / "root.pub.pem",
            issue_timeout_s=60.0,
            request_timeout_s=20.0,
        )

    def card(self, citizen: str) -> Card:
        folder = self.data / "citizens" / citizen
        key = load_pem_private_key((folder / "auth_key.pem").read_bytes(), None)
        assert isinstance(key, rsa.RSAPrivateKey)
        return Card((folder / "auth_cert.der").read_bytes(), key)


@dataclass(frozen=True)
class Card:
    certificate: bytes
    key: rsa.RSAPrivateKey

    def sign(self, message: bytes) -> bytes:
        return self.key.sign(message, padding.PKCS1v15(), hashes.SHA256())


@contextmanager
def serving_hub(data: Path) -> Iterator[Hub]:
    """Make a hub's data in the folder and serve it as a subprocess."""
    command = [sys.executable, "-m", "hub"]
    where = ["--data", str(data)]
    kiosks = ["--always-open", "--kiosk", "kiosk-0001", "kiosk-0002", "kiosk-0003"]
    subprocess.run([*command, "init", *where, *kiosks], cwd=ROOT, check=True)
    log = data / "serve.log"
    with log.open("wb") as out:
        serve = [*command, "serve", *where, "--port", "0", "--ocsp-port", "0"]
        with subprocess.Popen(
            serve, cwd=ROOT, stdout=out, stderr=out, env=os.environ | {"PYTHONUNBUFFERED": "1"}
        ) as process:
            try:
                yield Hub(_url(process, data / "run" / "hub.json", log), data)
            finally:
                process.terminate()


def _url(process: subprocess.Popen[bytes], place: Path, log: Path) -> str:
    """Wait until the hub has written where it serves."""
    until = time.monotonic() + START_S
    while not place.exists():
        assert process.poll() is None, log.read_text()
        assert time.monotonic() < until, log.read_text()
        time.sleep(0.05)
    return json.loads(place.read_text())["url"]


def as_clerk(
    hub: Hub, scenario: Callable[[HubClient, Exchange], Awaitable[Any]], head_dots: int = 576, kiosk: str = "kiosk-0001"
) -> Any:
    async def whole() -> Any:
        client = hub.client("clerk", kiosk)
        try:
            return await scenario(client, hub.exchange(client, head_dots))
        finally:
            client.close()

    return asyncio.run(whole())


def as_kiosk(hub: Hub, scenario: Callable[[HubClient, KioskHub], Awaitable[Any]]) -> Any:
    async def whole() -> Any:
        client = hub.client("kiosk")
        try:
            return await scenario(client, KioskHub(client))
        finally:
            client.close()

    return asyncio.run(whole())


async def presented(exchange: Exchange, card: Card, municipality: str = KOGA) -> None:
    await exchange.open(municipality)
    await exchange.present_card(card.certificate, card.sign(exchange.message_for_card()))


async def issued(exchange: Exchange, card: Card, choice: Choice) -> Document:
    await presented(exchange, card)
    return await exchange.order(choice)
