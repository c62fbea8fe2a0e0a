"""Every way in which a connection to the broker fails: and for how long each holds up the kiosk's loop."""

import asyncio
import contextlib
import socket
import ssl
import time
from pathlib import Path
from unittest.mock import patch

from firmware import config
from firmware.drivers.mqtt import CONNACK_TIMEOUT_S, CONNECT_TIMEOUT_S, Broker
from tests.mqtt.heartbeat import Heartbeat
from tests.mqtt.mqtt_pki import Authority

RESOLVER_S = 3.0
SETTLE_S = 0.2


async def gaps(authority: Authority, mosquitto, folder: Path) -> dict[str, float]:
    """Milliseconds of the longest gap for each failure."""
    strange = Authority(folder / "strange", "Another CA")
    own = dict(zip(("certificate", "key"), authority.issue("kiosk-0001"), strict=True), ca=authority.ca)
    others = dict(zip(("certificate", "key"), strange.issue("kiosk-0001"), strict=True), ca=authority.ca)
    server = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    server.load_cert_chain(*authority.issue("broker"))
    found = {}
    async with contextlib.AsyncExitStack() as stack:
        mute = await _serve(stack, _be_mute)
        mute_after_tls = await _serve(stack, _be_mute, server)
        hangs_up = await _serve(stack, _hang_up)
        strange_words = await _serve(stack, _answer_http, server)
        places = {
            "connection refused": (("localhost", 9, own), 1.0),
            "SYN not answered": (("127.0.0.1", _full(stack), own), CONNECT_TIMEOUT_S + 1),
            "mute before TLS": (("localhost", mute, own), CONNECT_TIMEOUT_S + 1),
            "mute after TLS": (("localhost", mute_after_tls, own), CONNACK_TIMEOUT_S + 1),
            "hangs up": (("localhost", hangs_up, own), 1.0),
            "no MQTT": (("localhost", strange_words, own), 1.0),
            "broker of another authority": (("localhost", mosquitto.port, {**own, "ca": strange.ca}), 1.0),
            "kiosk of another authority": (("localhost", mosquitto.port, others), 1.0),
            "name unknown": (("broker.invalid", 8883, own), 1.0),
        }
        for name, (place, last_s) in places.items():
            found[name] = await _gap(*place, last_s)
        with patch.object(socket, "getaddrinfo", _mute_resolver):
            found["mute resolver"] = await _gap("broker.example", 8883, own, RESOLVER_S + 0.5)
    return found


async def _gap(host: str, port: int, files: dict, last_s: float) -> float:
    broker = Broker(config.Mqtt(host=host, port=port, **files), "kiosk-0001")
    await asyncio.sleep(SETTLE_S)
    heartbeat = Heartbeat()
    broker.start(lambda _event: None)
    try:
        await asyncio.sleep(last_s)
        await broker.close()
        await asyncio.sleep(SETTLE_S)
    finally:
        heartbeat.stop()
    return 1000 * max(heartbeat.worst_s, 0.0)


async def _serve(stack, talk, context: ssl.SSLContext | None = None) -> int:
    async def until_gone(reader, writer):
        with contextlib.suppress(ConnectionError, ssl.SSLError):
            await talk(reader, writer)
        writer.close()

    server = await asyncio.start_server(until_gone, "localhost", 0, ssl=context, family=socket.AF_INET)
    stack.callback(server.close)
    return server.sockets[0].getsockname()[1]


async def _be_mute(reader, _writer):
    while await reader.read(1024):
        pass


async def _hang_up(reader, _writer):
    await reader.read(10)


async def _answer_http(reader, writer):
    await reader.read(10)
    writer.write(b"HTTP/1.1 400 Bad Request\r\n\r\n")
    await _be_mute(reader, writer)


def _full(stack) -> int:
    """A port whose queue is full: the system answers no further SYN."""
    listening = stack.enter_context(socket.socket())
    listening.bind(("127.0.0.1", 0))
    listening.listen(0)
    for _ in range(3):
        waiting = stack.enter_context(socket.socket())
        waiting.setblocking(False)
        waiting.connect_ex(listening.getsockname())
    return listening.getsockname()[1]


def _mute_resolver(*_asked, **_more):
    """Wait as the C library does for a name server that is away: in a system call, the interpreter let go of."""
    time.sleep(RESOLVER_S)
    raise socket.gaierror(socket.EAI_AGAIN, "Temporary failure in name resolution")
