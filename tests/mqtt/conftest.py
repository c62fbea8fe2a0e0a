"""Fixtures of the MQTT tests: certificates, a real mosquitto from the deployed configuration, a foreign subscriber."""

import asyncio

import pytest
from heartbeat import Heartbeat
from mosquitto_subscriber import Subscriber
from mqtt_pki import Authority

from firmware import config
from firmware.drivers.mqtt import Broker
from sim_hw.broker import SimBroker


@pytest.fixture
def anyio_backend() -> str:
    return "asyncio"


@pytest.fixture
def authority(tmp_path):
    return Authority(tmp_path / "pki")


@pytest.fixture
async def make_mosquitto(tmp_path, authority):
    """Start brokers that are gone after the test."""
    made = []

    async def make(name: str, port: int = 0) -> SimBroker:
        made.append(SimBroker(tmp_path / name, authority.ca, *authority.issue("broker"), port=port))
        await made[-1].start()
        return made[-1]

    yield make
    for broker in made:
        await broker.kill()


@pytest.fixture
async def mosquitto(make_mosquitto):
    return await make_mosquitto("mosquitto")


@pytest.fixture
async def monitor(mosquitto, authority):
    async with Subscriber(mosquitto.port, authority.ca, *authority.issue("monitor")) as subscriber:
        yield subscriber


class Kiosk:
    """The driver with the events that it told."""

    def __init__(self, settings: config.Mqtt, name: str) -> None:
        self.broker = Broker(settings, name)
        self.events = []
        self._more = asyncio.Event()

    def _take(self, event) -> None:
        self.events.append(event)
        self._more.set()

    def start(self) -> None:
        self.broker.start(self._take)

    async def told(self, *expected, limit_s: float = 12.0) -> None:
        """Wait until exactly these events were told."""
        async with asyncio.timeout(limit_s):
            while len(self.events) < len(expected):
                self._more.clear()
                await self._more.wait()
        assert self.events == list(expected)

    async def told_count(self, count: int, limit_s: float = 12.0) -> list:
        async with asyncio.timeout(limit_s):
            while len(self.events) < count:
                self._more.clear()
                await self._more.wait()
        return self.events


@pytest.fixture
async def make_kiosk(authority):
    """Make kiosks that are closed after the test."""
    made = []

    def make(port: int, name: str = "kiosk-0001", host: str = "localhost", **settings) -> Kiosk:
        certificate, key = authority.issue(name)
        files = {"ca": authority.ca, "certificate": certificate, "key": key} | settings
        made.append(Kiosk(config.Mqtt(host=host, port=port, **files), name))
        return made[-1]

    yield make
    for kiosk in made:
        await kiosk.broker.close()


@pytest.fixture
async def heartbeat():
    heartbeat = Heartbeat()
    yield heartbeat
    heartbeat.stop()
