"""Simulated kiosks at a real mosquitto: each speaks the contract, comes back after an outage, and answers a command."""

import asyncio

import pytest

from hub.fleet.line import Broker, Order, ask
from hub.fleet.signing import signed
from sim_hw.fleet import crowd as crowds
from sim_hw.fleet import packets
from sim_hw.fleet.crowd import Crowd, Plan
from tests.mqtt.contract import faults

pytestmark = pytest.mark.anyio
KIOSKS = 12


async def until(condition, limit_s=20.0):
    async with asyncio.timeout(limit_s):
        while not condition():  # noqa: ASYNC110 - a broker and other processes cause it
            await asyncio.sleep(0.02)


@pytest.fixture
async def crowd(fleet):
    crowd = Crowd("localhost", fleet.broker.port, fleet.data / "pki", Plan(KIOSKS, busy_s=0.5, skew_s=3600))
    running = asyncio.create_task(crowd.run())
    yield crowd
    running.cancel()
    await asyncio.gather(running, return_exceptions=True)


@pytest.fixture
async def said(fleet):
    """All that `mosquitto_sub` sees."""
    pki, seen = fleet.data / "pki", []
    command = ["mosquitto_sub", "-h", "localhost", "-p", str(fleet.broker.port), "-V", "5", "-q", "1", "-i", "monitor"]
    command += ["--cafile", str(pki / "tls-ca.pem"), "--cert", str(pki / "monitor.pem")]
    command += ["--key", str(pki / "monitor.key"), "-F", "%t %p", "-t", "kiosk/v1/#"]
    process = await asyncio.create_subprocess_exec(*command, stdout=asyncio.subprocess.PIPE)

    async def read():
        while line := await process.stdout.readline():
            seen.append(line.decode().rstrip("\n").partition(" ")[::2])

    reading = asyncio.create_task(read())
    yield seen
    process.terminate()
    await process.wait()
    await reading


async def test_everything_a_simulated_kiosk_says_is_of_the_contract(crowd, said, fleet):
    await until(lambda: crowd.connected == KIOSKS)
    await until(lambda: sum("/event/state_changed" in topic for topic, _ in said) >= KIOSKS)
    assert [fault for topic, payload in said for fault in faults(topic, payload)] == []
    await until(lambda: sum(bool(it.online) for it in fleet.watching.register.kiosks.values()) == KIOSKS)
    assert fleet.watching.register.rubbish == 0


async def test_they_come_back_after_the_broker_was_killed(crowd, fleet, monkeypatch):
    monkeypatch.setattr(crowds, "RECONNECT_S", (0.1, 0.5))
    await until(lambda: crowd.connected == KIOSKS)
    await fleet.broker.kill()
    await until(lambda: crowd.connected == 0)
    crowd.kiosks[0].happen("started", {"version": "told while the broker was away"})
    await fleet.broker.start()
    await until(lambda: crowd.connected == KIOSKS)
    await until(lambda: not crowd.kiosks[0].unacknowledged)


async def test_one_that_is_cut_off_is_offline_by_its_last_will_and_the_others_stay(crowd, fleet, monkeypatch):
    monkeypatch.setattr(crowds, "RECONNECT_S", (30.0, 40.0))
    await until(lambda: crowd.connected == KIOSKS)
    known = fleet.watching.register.kiosks
    await until(lambda: sum(bool(it.online) for it in known.values()) == KIOSKS)
    crowd.kiosks[3].drop()
    await until(lambda: known[crowd.kiosks[3].id].online is False)
    assert sum(bool(it.online) for it in known.values()) == KIOSKS - 1


async def test_a_command_is_answered(crowd, fleet):
    await until(lambda: crowd.connected == KIOSKS)
    kiosk_id = crowd.kiosks[0].id
    payload, nonce = signed(fleet.key, kiosk_id, "restart")
    line = Broker("localhost", fleet.broker.port, fleet.data / "pki", "operator")
    answer = await ask(line, Order(kiosk_id, "restart", payload, nonce), 5.0)
    assert (answer["result"], answer["code"], answer["nonce"]) == ("refused", "unknown-key", nonce)


def test_packets_are_those_of_the_standard():
    raw = packets.publish("a/b", b"x" * 200, 7, retain=True, properties=packets.correlation(b"id"))
    buffer = bytearray(raw + packets.PINGREQ + raw[:3])
    packet = packets.taken(buffer)
    assert packets.published(packet) == ("a/b", 7, b"id", b"x" * 200)
    assert packets.taken(buffer).type == packets.PINGREQ[0] >> 4
    assert packets.taken(buffer) is None
