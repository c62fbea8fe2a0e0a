"""Brokers that are away, mute, strange or of another authority: told in one word, and the loop never waits."""

import asyncio
import contextlib
import socket
import ssl
import threading

import pytest
from mosquitto_subscriber import becomes_true
from mqtt_pki import Authority

from firmware import config
from firmware.devices import BrokerConnected, BrokerLost, DeviceUnavailable
from firmware.drivers import mqtt
from firmware.drivers.mqtt import Broker

pytestmark = pytest.mark.anyio
LONGEST_GAP_S = 0.050


@pytest.fixture
async def serve():
    """Serve connections on a free port with a function of our own."""
    async with contextlib.AsyncExitStack() as stack:

        async def serve(talk, context: ssl.SSLContext | None = None) -> int:
            async def until_gone(reader, writer):
                try:
                    await talk(reader, writer)
                except (ConnectionError, ssl.SSLError):
                    pass  # the kiosk hung up
                finally:
                    writer.close()

            server = await asyncio.start_server(until_gone, "127.0.0.1", 0, ssl=context)
            stack.callback(server.close)
            return server.sockets[0].getsockname()[1]

        yield serve


async def be_mute(reader, _writer):
    while await reader.read(1024):
        pass


def server_context(authority) -> ssl.SSLContext:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(*authority.issue("broker"))
    return context


async def test_a_mute_server_neither_holds_up_the_loop_nor_the_close(serve, make_kiosk, heartbeat):
    kiosk = make_kiosk(await serve(be_mute), host="127.0.0.1")
    kiosk.start()
    await asyncio.sleep(1.0)
    started = asyncio.get_running_loop().time()
    await kiosk.broker.close()
    assert asyncio.get_running_loop().time() - started < 0.5
    assert heartbeat.worst_s < LONGEST_GAP_S


async def test_a_mute_server_is_given_up_and_tried_again(serve, make_kiosk, heartbeat, monkeypatch):
    monkeypatch.setattr(mqtt, "CONNECT_TIMEOUT_S", 0.4)
    monkeypatch.setattr(mqtt, "RECONNECT_S", (0.05, 0.1))
    attempts = []

    async def count(reader, writer):
        attempts.append(writer)
        await be_mute(reader, writer)

    kiosk = make_kiosk(await serve(count), host="127.0.0.1")
    kiosk.start()
    await kiosk.told(BrokerLost("timed_out"))
    await becomes_true(lambda: len(attempts) >= 3)
    assert kiosk.events == [BrokerLost("timed_out")]  # told once, not at each attempt
    assert heartbeat.worst_s < LONGEST_GAP_S


async def test_a_server_that_shakes_hands_and_then_says_nothing(serve, make_kiosk, authority, heartbeat, monkeypatch):
    monkeypatch.setattr(mqtt, "CONNACK_TIMEOUT_S", 0.5)
    kiosk = make_kiosk(await serve(be_mute, server_context(authority)), host="127.0.0.1")
    kiosk.start()
    await kiosk.told(BrokerLost("no_answer"))
    assert heartbeat.worst_s < LONGEST_GAP_S


async def test_a_server_that_speaks_no_mqtt(serve, make_kiosk, authority, monkeypatch):
    monkeypatch.setattr(mqtt, "CONNACK_TIMEOUT_S", 1.0)

    async def answer(reader, writer):
        await reader.read(10)
        writer.write(b"HTTP/1.1 400 Bad Request\r\n\r\n")
        await writer.drain()
        await be_mute(reader, writer)

    kiosk = make_kiosk(await serve(answer, server_context(authority)), host="127.0.0.1")
    kiosk.start()
    events = await kiosk.told_count(1)
    assert isinstance(events[0], BrokerLost)


async def test_nobody_at_the_port_is_told_once(make_kiosk, heartbeat):
    server = await asyncio.start_server(be_mute, "localhost", 0)
    port = server.sockets[0].getsockname()[1]
    server.close()
    await server.wait_closed()
    kiosk = make_kiosk(port)
    kiosk.start()
    await kiosk.told(BrokerLost("connection_refused"))
    assert heartbeat.worst_s < LONGEST_GAP_S


async def test_a_broker_of_another_authority_is_refused(mosquitto, make_kiosk, tmp_path, heartbeat):
    stranger = Authority(tmp_path / "strange", "Another CA")
    kiosk = make_kiosk(mosquitto.port, ca=stranger.ca)
    kiosk.start()
    await kiosk.told(BrokerLost("certificate_verify_failed"))
    assert heartbeat.worst_s < LONGEST_GAP_S


async def test_a_kiosk_of_another_authority_is_refused(mosquitto, make_kiosk, tmp_path):
    certificate, key = Authority(tmp_path / "strange", "Another CA").issue("kiosk-0001")
    kiosk = make_kiosk(mosquitto.port, certificate=certificate, key=key)
    kiosk.start()
    events = await kiosk.told_count(1)
    assert isinstance(events[0], BrokerLost)


async def test_a_broker_that_comes_later_is_found(mosquitto, make_kiosk):
    await mosquitto.kill()
    kiosk = make_kiosk(mosquitto.port)
    kiosk.start()
    await kiosk.told_count(1)
    await mosquitto.start()
    assert (await kiosk.told_count(2))[1] == BrokerConnected()


async def test_the_loop_is_free_while_a_real_broker_comes_and_goes(mosquitto, make_kiosk, heartbeat):
    kiosk = make_kiosk(mosquitto.port)
    for number in range(20):
        kiosk.broker.publish_state(f"state/device_{number}", "x" * 500)
    kiosk.start()
    await kiosk.told(BrokerConnected())
    await mosquitto.kill()
    await kiosk.told_count(2)
    await mosquitto.start()
    await kiosk.told_count(3)
    assert heartbeat.worst_s < LONGEST_GAP_S


@pytest.mark.parametrize("name", ["ca", "certificate", "key"])
async def test_a_file_that_cannot_be_used_is_named(authority, tmp_path, name):
    certificate, key = authority.issue("kiosk-0001")
    files = {"ca": authority.ca, "certificate": certificate, "key": key} | {name: tmp_path / "absent.pem"}
    with pytest.raises(DeviceUnavailable, match=rf"mqtt\.{name} = .*absent\.pem"):
        Broker(config.Mqtt(host="localhost", **files), "kiosk-0001")


async def test_a_resolver_that_does_not_answer_holds_up_neither_the_loop_nor_the_close(
    make_kiosk, heartbeat, monkeypatch
):
    asked, answer = threading.Event(), threading.Event()

    def resolve(*_args, **_kwargs):
        asked.set()
        answer.wait(10)  # as the C library does: the interpreter is let go of meanwhile
        raise socket.gaierror(socket.EAI_AGAIN, "Temporary failure in name resolution")

    monkeypatch.setattr(socket, "getaddrinfo", resolve)
    kiosk = make_kiosk(8883, host="broker.example")
    kiosk.start()
    await becomes_true(asked.is_set)
    await asyncio.sleep(0.3)
    assert heartbeat.worst_s < LONGEST_GAP_S
    started = asyncio.get_running_loop().time()
    await kiosk.broker.close()
    assert asyncio.get_running_loop().time() - started < 0.5
    answer.set()


async def test_a_name_that_cannot_be_resolved_is_told_in_one_word(make_kiosk):
    kiosk = make_kiosk(8883, host="broker.invalid")
    kiosk.start()
    await kiosk.told(BrokerLost("name_not_found"))


async def test_a_kiosk_that_froze_is_offline_within_one_and_a_half_keepalives(mosquitto, make_kiosk, monitor):
    kiosk = make_kiosk(mosquitto.port, keepalive_s=10)
    kiosk.start()
    await kiosk.told(BrokerConnected())
    await monitor.until(("kiosk/v1/kiosk-0001/avail", "online"))
    client = kiosk.broker._client
    asyncio.get_running_loop().remove_reader(client.socket())
    kiosk.broker._stop_timer()  # nothing is said from here on
    await monitor.until(("kiosk/v1/kiosk-0001/avail", "offline"), limit_s=15)
