"""The line to the hub: carries bytes, breaks, goes mute, or leads to somebody who answers nonsense."""

from __future__ import annotations

import asyncio
import datetime as dt
import ssl
from contextlib import asynccontextmanager

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

from sim_hw.hub_line import HubLine, Line


@pytest.fixture(scope="module")
def identity(tmp_path_factory):
    """A certificate and key of "the hub", in files."""
    folder = tmp_path_factory.mktemp("hub-pki")
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "localhost")])
    now = dt.datetime.now(dt.UTC)
    certificate = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(1)
        .not_valid_before(now - dt.timedelta(hours=1))
        .not_valid_after(now + dt.timedelta(hours=1))
        .add_extension(x509.SubjectAlternativeName([x509.DNSName("localhost")]), critical=False)
        .sign(key, hashes.SHA256())
    )
    (folder / "hub.pem").write_bytes(certificate.public_bytes(serialization.Encoding.PEM))
    private = key.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )
    (folder / "hub.key").write_bytes(private)
    return folder / "hub.pem", folder / "hub.key"


async def _echo(reader, writer):
    while data := await reader.read(1000):
        writer.write(data)
    writer.close()


@asynccontextmanager
async def _line(identity):
    far = await asyncio.start_server(_echo, "127.0.0.1", 0)
    line = HubLine(far.sockets[0].getsockname()[1], *identity)
    await line.start()
    try:
        yield line
    finally:
        await line.close()
        far.close()
        await far.wait_closed()


async def _ended(reader) -> bool:
    try:
        return await asyncio.wait_for(reader.read(1), 2) == b""
    except ConnectionResetError:
        return True


async def _say(line, text=b"hello"):
    reader, writer = await asyncio.open_connection("127.0.0.1", line.port)
    try:
        writer.write(text)
        return await asyncio.wait_for(reader.read(100), 1)
    finally:
        writer.transport.abort()


def test_it_carries_bytes_both_ways(identity):
    async def scenario():
        async with _line(identity) as line:
            assert await _say(line) == b"hello"

    asyncio.run(scenario())


def test_down_breaks_what_is_open_refuses_what_is_new_and_heals_at_the_same_port(identity):
    async def scenario():
        async with _line(identity) as line:
            port = line.port
            reader, writer = await asyncio.open_connection("127.0.0.1", port)
            writer.write(b"x")
            assert await reader.read(1) == b"x"
            await line.become(Line.DOWN)
            assert await _ended(reader)
            writer.close()
            with pytest.raises(ConnectionRefusedError):
                await _say(line)
            await line.become(Line.UP)
            assert line.port == port
            assert await _say(line) == b"hello"

    asyncio.run(scenario())


def test_slow_accepts_and_keeps_silent_even_on_what_is_open(identity):
    async def scenario():
        async with _line(identity) as line:
            reader, writer = await asyncio.open_connection("127.0.0.1", line.port)
            writer.write(b"x")
            assert await reader.read(1) == b"x"
            await line.become(Line.SLOW)
            writer.write(b"y")
            with pytest.raises(TimeoutError):
                await asyncio.wait_for(reader.read(1), 0.3)
            writer.transport.abort()
            with pytest.raises(TimeoutError):
                await _say(line)

    asyncio.run(scenario())


def test_garbled_answers_come_under_the_hubs_own_certificate(identity):
    async def scenario():
        trust = ssl.create_default_context(cafile=identity[0])
        async with _line(identity) as line:
            await line.become(Line.GARBLE)
            reader, writer = await asyncio.open_connection(
                "127.0.0.1", line.port, ssl=trust, server_hostname="localhost"
            )
            for _ in range(2):
                writer.write(b"POST /v1/transactions HTTP/1.1\r\nContent-Length: 2\r\n\r\n{}")
                head = await asyncio.wait_for(reader.readuntil(b"\r\n\r\n"), 2)
                assert head.startswith(b"HTTP/1.1 200 OK")
                body = await reader.readexactly(int(head.lower().split(b"content-length:")[1].split()[0]))
                with pytest.raises(UnicodeDecodeError):
                    body.decode()
            writer.transport.abort()

    asyncio.run(scenario())
