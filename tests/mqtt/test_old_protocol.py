"""A broker that knows MQTT 3.1.1 alone: asked with 5, it refuses, and the kiosk goes on with 3.1.1."""

import asyncio
import ssl

import pytest
from mosquitto_publisher import publish
from mosquitto_subscriber import Subscriber, becomes_true

from firmware.devices import BrokerConnected, Heard
from firmware.drivers import mqtt
from sim_hw.free_port import free_port

pytestmark = pytest.mark.anyio
REFUSAL = bytes.fromhex("20 02 00 01")  # MQTT 3.1.1, 3.2.2.3: unacceptable protocol version
LEVEL_AT = 8  # fixed header 2 (a short CONNECT), name 2 + 4


@pytest.fixture
async def old_broker(tmp_path, authority):
    """Give the port of a TLS door that refuses MQTT 5 and passes 3.1.1 on to a mosquitto, and the levels asked for."""
    inner = free_port()
    folder = tmp_path / "old"
    folder.mkdir()
    settings = f"listener {inner} 127.0.0.1\nallow_anonymous true\nuser root\n"
    (folder / "mosquitto.conf").write_text(settings, encoding="utf-8")
    process = await asyncio.create_subprocess_exec(
        "/usr/sbin/mosquitto", "-c", str(folder / "mosquitto.conf"), stderr=asyncio.subprocess.DEVNULL
    )
    levels, talks = [], set()

    async def pass_on(reader, writer):
        try:
            while data := await reader.read(65536):
                writer.write(data)
                await writer.drain()
        except (ConnectionError, ssl.SSLError):
            pass  # one side has gone: the other is closed
        finally:
            writer.close()

    async def door(reader, writer):
        talks.add(asyncio.current_task())
        first = await reader.read(4096)
        levels.append(first[LEVEL_AT])
        if first[LEVEL_AT] == 5:
            writer.write(REFUSAL)
            await writer.drain()
            writer.close()
            return
        inside = await asyncio.open_connection("127.0.0.1", inner)
        inside[1].write(first)
        await asyncio.gather(pass_on(reader, inside[1]), pass_on(inside[0], writer))

    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(*authority.issue("broker"))
    server = await asyncio.start_server(door, "127.0.0.1", 0, ssl=context)
    yield server.sockets[0].getsockname()[1], levels, inner
    server.close()
    for talk in talks:
        talk.cancel()
    await asyncio.gather(*talks, return_exceptions=True)
    process.terminate()
    await process.wait()


async def test_a_broker_that_refuses_version_5_is_asked_with_3_1_1(old_broker, make_kiosk, monkeypatch):
    monkeypatch.setattr(mqtt, "RECONNECT_S", (0.05, 0.1))
    port, levels, inner = old_broker
    kiosk, done = make_kiosk(port, host="localhost"), []
    kiosk.broker.publish_state("state", '{"state":"in_service"}')
    kiosk.broker.publish_event("event/order", "{}", done.append)
    kiosk.start()
    await becomes_true(lambda: BrokerConnected() in kiosk.events)
    assert levels == [5, 4]
    await becomes_true(lambda: done == [True])
    heard = await asyncio.create_subprocess_exec(
        "mosquitto_sub", "-h", "127.0.0.1", "-p", str(inner), "-V", "311", "-t", "kiosk/v1/#", "-C", "2", "-F", "%t %p",
        stdout=asyncio.subprocess.PIPE,
    )  # fmt: skip
    said, _ = await heard.communicate()
    branch = "kiosk/v1/kiosk-0001/"
    assert set(said.decode().splitlines()) == {branch + "avail online", branch + 'state {"state":"in_service"}'}


async def test_version_5_is_not_left_when_it_is_demanded(old_broker, make_kiosk, monkeypatch):
    monkeypatch.setattr(mqtt, "RECONNECT_S", (0.05, 0.1))
    port, levels, _ = old_broker
    kiosk = make_kiosk(port, host="localhost", protocol="5")
    kiosk.start()
    await becomes_true(lambda: len(levels) >= 3)
    assert set(levels) == {5}
    assert BrokerConnected() not in kiosk.events


async def test_the_whole_contract_holds_in_3_1_1_at_the_deployed_broker(mosquitto, monitor, make_kiosk, authority):
    kiosk, heard, done = make_kiosk(mosquitto.port, protocol="3.1.1"), [], []
    kiosk.broker.listen(heard.append)
    kiosk.broker.publish_state("state", "here")
    kiosk.broker.publish_event("event/order", "once", done.append)
    kiosk.start()
    branch = "kiosk/v1/kiosk-0001/"
    await monitor.until((branch + "avail", "online"), (branch + "state", "here"), (branch + "event/order", "once"))
    await publish(mosquitto, authority, "operator", branch + "cmd/restart", "signed")
    await becomes_true(lambda: heard)
    assert heard == [Heard("restart", b"signed", retained=False, correlation=b"")]
    kiosk.broker.publish_result("restart", "answer", b"ignored here")
    await monitor.until((branch + "result/restart", "answer"))
    kiosk.broker._drop()
    await monitor.until((branch + "avail", "offline"))
    async with Subscriber(mosquitto.port, authority.ca, *authority.issue("monitor")) as late:
        await late.until((branch + "state", "here"))
        await late.until((branch + "avail", "offline"))
        assert (True, branch + "avail", "offline") in late.seen
