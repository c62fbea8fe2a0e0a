"""One simulated kiosk: a connection, states that come and go, events with ids, answers to commands.

It follows the contract (docs/reference/mqtt.md, asyncapi.yaml) and checks no signature: commands are refused as
`unknown-key`, for it knows no operator. Not responsible for when it is cut off (`crowd.py`).
"""

from __future__ import annotations

import asyncio
import json
import random
import re
import secrets
import ssl
import time
from typing import TYPE_CHECKING, Any

from sim_hw.fleet import packets

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

KEEPALIVE_S = 60
INTERVAL_S = 30.0
RECONNECT_S = (1.0, 5.0)
_ORDERS = ("requested", "document_held", "paid", "printing", "printed", "taken", "voided", "refunded", "cancelled")
_NONCE = re.compile(rb'nonce\\?"\s*:\s*\\?"([0-9a-f]{32})')
_NEXT = {"in_service": "serving", "serving": "awaiting_pickup", "awaiting_pickup": "in_service"}


class SimKiosk(asyncio.Protocol):
    """`busy_s`: how often, on average, its state changes. `skew_s`: how wrong its clock is. `old`: speaks 3.1.1."""

    def __init__(self, kiosk_id: str, *, busy_s: float = 60.0, skew_s: float = 0.0, old: bool = False) -> None:
        self.id = kiosk_id
        self.connected = False
        self.gone = asyncio.Event()
        self.unacknowledged: dict[int, str] = {}
        self._branch = f"kiosk/v1/{kiosk_id}/"
        self._busy_s, self._skew_s, self._old = busy_s, skew_s, old
        self._transport: asyncio.Transport | None = None
        self._buffer = bytearray()
        self._boot_id = secrets.token_hex(8)
        self._sequence = self._number = 0
        self._state = "in_service"
        self._taken = 0
        self._events: dict[str, tuple[str, bytes]] = {}
        self._timers: list[asyncio.TimerHandle] = []
        self._dice = random.Random(kiosk_id)  # noqa: S311 - to be repeated

    # ------------------------------------------------------------ asyncio's protocol

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Say who it is."""
        assert isinstance(transport, asyncio.Transport)  # noqa: S101 - a stream
        self._transport = transport
        self._buffer.clear()
        self.gone.clear()
        transport.write(packets.connect(self.id, KEEPALIVE_S, self._branch + "avail", b"offline", old=self._old))

    def data_received(self, data: bytes) -> None:
        """Take packets."""
        self._buffer += data
        while packet := packets.taken(self._buffer):
            match packet.type:
                case packets.CONNACK if packet.body[1] == 0:
                    self._begin()
                case packets.CONNACK:
                    self.drop()
                case packets.PUBACK:
                    event_id = self.unacknowledged.pop(int.from_bytes(packet.body[:2], "big"), "")
                    self._events.pop(event_id, None)
                case packets.PUBLISH:
                    self._heard(packet)
                case _:
                    pass

    def connection_lost(self, exc: Exception | None) -> None:  # noqa: ARG002 - asyncio's signature
        """Note that it is cut off."""
        self.connected, self._transport = False, None
        self.gone.set()
        self.unacknowledged.clear()
        for timer in self._timers:
            timer.cancel()

    # ------------------------------------------------------------ what it says

    def drop(self) -> None:
        """Break the connection without a word, as a power cut does."""
        if self._transport:
            self._transport.abort()

    def leave(self) -> None:
        """Say `offline` and go."""
        if self._transport and self.connected:
            self._say("avail", b"offline")
            self._transport.write(packets.DISCONNECT)
            self._transport.close()

    def happen(self, kind: str, body: Mapping[str, object]) -> None:
        """Tell of an event; it is told again after each connect until the broker has it."""
        event_id = secrets.token_hex(16)
        self._events[event_id] = (kind, self._json({"event_id": event_id, **body}))
        self._tell(event_id)

    def _begin(self) -> None:
        self.connected = True
        self._say("avail", b"online")
        if self._transport:
            self._transport.write(packets.subscribe(self._branch + "cmd/+", self._next_number(), old=self._old))
        info = {"contract": "kiosk/v1", "version": "0.1.0", "operator": "lawson", "build": "0" * 16}
        more = {"configuration": "0" * 16, "certificate_expires": "unknown", "boot_id": self._boot_id}
        self._say("info", json.dumps({**info, **more, "started": self._now()}).encode())
        self._say_all()
        for event_id in tuple(self._events):
            self._tell(event_id)
        loop = asyncio.get_running_loop()
        self._timers = [
            loop.call_later(self._dice.uniform(0, INTERVAL_S), self._repeat),
            loop.call_later(self._dice.expovariate(1 / self._busy_s), self._live),
        ]

    def _repeat(self) -> None:
        self._timers[0] = asyncio.get_running_loop().call_later(INTERVAL_S, self._repeat)
        self._say_all(repeated=True)

    def _live(self) -> None:
        """Go on to the next state, as a person would make it."""
        self._timers[1] = asyncio.get_running_loop().call_later(self._dice.expovariate(1 / self._busy_s), self._live)
        before, self._state = self._state, _NEXT[self._state]
        self._taken += before == "awaiting_pickup"
        self._say("state", self._json(self._kiosk()))
        self.happen("state_changed", {"from": before, "to": self._state, "reasons": []})

    def _say_all(self, *, repeated: bool = False) -> None:
        self._say("state", self._json(self._kiosk()))
        for device, state in self._devices().items():
            self._say(f"state/{device}", self._json(state), repeated=repeated)

    def _kiosk(self) -> dict[str, object]:
        return {"state": self._state, "reasons": [], "alarms": [], "operator_switch": "run", "door": "unknown"}

    def _devices(self) -> dict[str, dict[str, object]]:
        counts = dict.fromkeys(("events_dropped", "commands_done", "commands_refused"), 0)
        return {
            "printer": {"device": "online", "paper": "full", "cover": "closed", "error": "none", "ready": True},
            "card_reader": {"device": "online", "media": "not_present"},
            "tray": {"device": "online", "media": "not_present"},
            "coin_acceptor": {"device": "online", "escrow": "not_present"},
            "camera": {"device": "online", "health": "ok", "cause": "none"},
            "buzzer": {"device": "online", "pattern": "silent"},
            "hub": {"device": "online", "open": True},
            "orders": {**dict.fromkeys(_ORDERS, 0), "taken": self._taken, "unknown": 0},
            "telemetry": {"events_waiting": len(self._events), **counts},
        }

    def _tell(self, event_id: str) -> None:
        if self._transport and self.connected:
            kind, payload = self._events[event_id]
            number = self._next_number()
            self.unacknowledged[number] = event_id
            topic = f"{self._branch}event/{kind}"
            self._transport.write(packets.publish(topic, payload, number, retain=False, old=self._old))

    def _say(self, name: str, payload: bytes, *, repeated: bool = False) -> None:
        if self._transport and self.connected:
            number = 0 if repeated else self._next_number()
            self._transport.write(packets.publish(self._branch + name, payload, number, retain=True, old=self._old))

    def _heard(self, packet: packets.Packet) -> None:
        topic, number, correlation, payload = packets.published(packet, old=self._old)
        nonce = _NONCE.search(payload)
        answer = {"result": "refused", "code": "unknown-key", "nonce": nonce[1].decode() if nonce else ""}
        answer["detail"] = "a simulated kiosk knows no operator"
        if self._transport:
            self._transport.write(packets.puback(number) if number else b"")
            result = f"{self._branch}result/{topic.rpartition('/')[2]}"
            properties = packets.correlation(correlation)
            answered = packets.publish(
                result, self._json(answer), 0, retain=False, properties=properties, old=self._old
            )
            self._transport.write(answered)

    def _json(self, body: Mapping[str, Any]) -> bytes:
        self._sequence += 1
        head = {"boot_id": self._boot_id, "sequence": self._sequence, "time": self._now()}
        return json.dumps({**body, **head}).encode()

    def _next_number(self) -> int:
        self._number = self._number % 65_535 + 1
        return self._number

    def _now(self) -> str:
        return time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime(time.time() + self._skew_s))


def context_of(ca: Path, certificate: Path) -> ssl.SSLContext:
    """Return what a kiosk connects with: TLS 1.3, its own certificate."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    context.minimum_version = ssl.TLSVersion.TLSv1_3
    context.load_verify_locations(ca)
    context.load_cert_chain(certificate)
    return context
