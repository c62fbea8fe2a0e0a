"""The fleet's page at a real mosquitto with the hub's certificates, real Chromium, and kiosks by `mosquitto_pub`."""

import asyncio
import base64
import json
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat
from playwright.async_api import async_playwright

from hub.centre.records import open_records
from hub.desk.people import add_person
from hub.fleet.line import Broker
from hub.fleet.serving import fleet_running
from hub.setup.tls import TlsAuthority
from sim_hw.broker import SimBroker

FLAGS = ["--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-component-update"]
HEAD = {"boot_id": "0" * 16, "sequence": 1, "time": "2026-11-24T03:00:00Z"}
STATE = {"state": "in_service", "reasons": [], "alarms": [], "operator_switch": "run", "door": "unknown"} | HEAD


@pytest.fixture(scope="session")
def anyio_backend() -> str:
    return "asyncio"


@pytest.fixture(scope="session")
async def browser(anyio_backend):
    async with async_playwright() as playwright:
        running = await playwright.chromium.launch(executable_path="/usr/bin/chromium", args=FLAGS)
        yield running
        await running.close()


@dataclass
class Fleet:
    """A served fleet: page, what it watches, its data, the broker, an operator's key."""

    url: str
    watching: object
    data: Path
    broker: SimBroker
    key: Ed25519PrivateKey
    token: str

    async def say(self, kiosk_id: str, name: str, payload, *, retained: bool = True) -> None:
        """Publish as a kiosk does, by `mosquitto_pub` with its certificate."""
        text = payload if isinstance(payload, str) else json.dumps(payload)
        folder = self.data / "kiosks" / kiosk_id
        command = ["mosquitto_pub", "-h", "localhost", "-p", str(self.broker.port), "-V", "5", "-q", "1"]
        command += ["--cafile", str(self.data / "pki" / "tls-ca.pem"), "--cert", str(folder / "kiosk.pem")]
        command += ["--key", str(folder / "kiosk.key"), "-t", f"kiosk/v1/{kiosk_id}/{name}"]
        command += [*(["-r"] if retained else []), *(["-m", text] if text else ["-n"])]
        process = await asyncio.create_subprocess_exec(*command)
        assert await process.wait() == 0

    @property
    def public(self) -> str:
        return base64.urlsafe_b64encode(self.key.public_key().public_bytes_raw()).rstrip(b"=").decode()

    async def page(self, browser, **context):
        """Open the page as a person with a token."""
        page = await (await browser.new_context(**context)).new_page()
        await page.goto(self.url)
        await page.get_by_label("合言葉").fill(self.token)
        await page.get_by_role("button", name="着席する").click()
        await page.get_by_role("heading", name="キオスク端末の一覧").wait_for()
        return page


@pytest.fixture
async def fleet(tmp_path, anyio_backend):
    data = tmp_path / "hub"
    pki = data / "pki"
    tls = TlsAuthority(pki, datetime.now(UTC), lambda _line: None)
    tls.server(pki / "broker")
    for role in ("fleet", "operator", "monitor", "exporter", "home-assistant", "buttons"):
        tls.client(pki / role, role)
    (pki / "root.pub.pem").write_text("not needed here", encoding="utf-8")
    for kiosk_id in ("kiosk-0001", "kiosk-0002"):
        tls.kiosk(data / "kiosks" / kiosk_id, kiosk_id, pki / "root.pub.pem")
    open_records(data / "centre.sqlite").dispose()
    key = Ed25519PrivateKey.generate()
    pem = key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
    (data / "operator.pem").write_bytes(pem)
    token = add_person(data, "centre", "見本 太郎")
    broker = SimBroker(tmp_path / "broker", pki / "tls-ca.pem", pki / "broker.pem", pki / "broker.key")
    await broker.start()
    try:
        line = Broker("localhost", broker.port, pki, "fleet")
        async with fleet_running(data, [line], 0) as (url, watching):
            yield Fleet(url, watching, data, broker, key, token)
    finally:
        await broker.kill()
