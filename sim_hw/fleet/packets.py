"""The few MQTT packets that a simulated kiosk needs, as bytes and back. Pure.

Written from the standard (OASIS MQTT 5.0; chapter numbers beside the packets), independent of the firmware's library.
`old` is MQTT 3.1.1, which has no properties.
"""

from __future__ import annotations

import struct
from dataclasses import dataclass

PINGREQ = b"\xc0\x00"
DISCONNECT = b"\xe0\x00"
CONNACK, PUBLISH, PUBACK, SUBACK, PINGRESP = 2, 3, 4, 9, 13
RESPONSE_TOPIC, CORRELATION_DATA = 0x08, 0x09  # 2.2.2.2
_FIXED = {0x01: 1, 0x02: 4, 0x23: 2}
_MORE, _LOW = 0x80, 0x7F


@dataclass(frozen=True, slots=True)
class Packet:
    """One packet: its type, the flags of the fixed header, and the rest."""

    type: int
    flags: int
    body: bytes


def connect(client_id: str, keepalive_s: int, will_topic: str, will: bytes, *, old: bool = False) -> bytes:
    """3.1: clean start, a retained will with QoS 1."""
    flags = 0x02 | 0x04 | (1 << 3) | 0x20
    head = _text("MQTT") + bytes((4 if old else 5, flags)) + struct.pack("!H", keepalive_s) + _none(old=old)
    will_of = _text(will_topic) + struct.pack("!H", len(will)) + will
    return _packet(0x10, head + _text(client_id) + _none(old=old) + will_of)


def publish(
    topic: str, payload: bytes, number: int, *, retain: bool, properties: bytes = b"", old: bool = False
) -> bytes:
    """3.3: with QoS 1, or with QoS 0 when `number` is 0."""
    first = 0x30 | (0x02 if number else 0) | int(retain)
    identifier = struct.pack("!H", number) if number else b""
    more = b"" if old else _length(len(properties)) + properties
    return _packet(first, _text(topic) + identifier + more + payload)


def puback(number: int) -> bytes:
    """3.4."""
    return _packet(0x40, struct.pack("!H", number))


def subscribe(topic: str, number: int, *, old: bool = False) -> bytes:
    """3.8: with QoS 1."""
    return _packet(0x82, struct.pack("!H", number) + _none(old=old) + _text(topic) + b"\x01")


def correlation(data: bytes) -> bytes:
    """Return the property that echoes a request's correlation data; nothing for none."""
    return bytes((CORRELATION_DATA,)) + struct.pack("!H", len(data)) + data if data else b""


def taken(buffer: bytearray) -> Packet | None:
    """Cut the first whole packet off the buffer; None when it is not all there."""
    size, shift, at = 0, 0, 1
    while True:
        if at >= len(buffer):
            return None
        size |= (buffer[at] & _LOW) << shift
        shift, at = shift + 7, at + 1
        if not buffer[at - 1] & _MORE:
            break
    if len(buffer) < at + size:
        return None
    packet = Packet(buffer[0] >> 4, buffer[0] & 0x0F, bytes(buffer[at : at + size]))
    del buffer[: at + size]
    return packet


def published(packet: Packet, *, old: bool = False) -> tuple[str, int, bytes, bytes]:
    """Return topic, number, correlation data and payload of a PUBLISH."""
    body = packet.body
    size = struct.unpack_from("!H", body)[0]
    topic, at, number = body[2 : 2 + size].decode(), 2 + size, 0
    if packet.flags & 0x06:
        number, at = struct.unpack_from("!H", body, at)[0], at + 2
    if old:
        return topic, number, b"", body[at:]
    length, at = body[at], at + 1  # properties of a command are short
    return topic, number, _correlation_of(body[at : at + length]), body[at + length :]


def _correlation_of(properties: bytes) -> bytes:
    at = 0
    while at < len(properties):
        kind, at = properties[at], at + 1
        if kind in _FIXED:
            at += _FIXED[kind]
            continue
        size = struct.unpack_from("!H", properties, at)[0]
        if kind == CORRELATION_DATA:
            return properties[at + 2 : at + 2 + size]
        at += 2 + size
    return b""


def _none(*, old: bool) -> bytes:
    """Return an empty list of properties."""
    return b"" if old else b"\x00"


def _packet(first: int, body: bytes) -> bytes:
    return bytes((first,)) + _length(len(body)) + body


def _length(size: int) -> bytes:
    out = bytearray()
    while True:
        size, digit = divmod(size, 128)
        out.append(digit | (_MORE if size else 0))
        if not size:
            return bytes(out)


def _text(text: str) -> bytes:
    raw = text.encode()
    return struct.pack("!H", len(raw)) + raw
