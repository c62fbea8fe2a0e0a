"""The connection to the broker: MQTT 5, or 3.1.1, over TLS 1.3 with the certificate of one of the hub's roles.

Not responsible for what is said on it. Topics: `docs/reference/mqtt.md`.
"""

import asyncio
import hashlib
import json
import ssl
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, cast

import aiomqtt
from aiomqtt.client import Properties  # pyright: ignore[reportPrivateImportUsage]

BRANCH = "kiosk/v1"
CONNECT_S = 10.0
_CONNECT, _PUBLISH = 1, 3  # packet types of MQTT
_WAIT_FOR_SUBSCRIPTION_S = 5.0


@dataclass(frozen=True, slots=True)
class Broker:
    """Where the broker is, and as whom: `role` is the name of the certificate in `pki`; `old`: it knows 3.1.1 alone."""

    host: str
    port: int
    pki: Path
    role: str
    old: bool = False

    def client(self, *, lasting_s: int = 0) -> aiomqtt.Client:
        """Return a client to enter; with `lasting_s` what comes while it is away waits so long at the broker."""
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
        context.minimum_version = ssl.TLSVersion.TLSv1_3
        context.load_verify_locations(self.pki / "tls-ca.pem")
        context.load_cert_chain(self.pki / f"{self.role}.pem", self.pki / f"{self.role}.key")
        place = {"identifier": self.role, "tls_context": context, "timeout": CONNECT_S}
        if self.old:  # a session lasts as long as the broker keeps it
            old = aiomqtt.ProtocolVersion.V311
            return aiomqtt.Client(self.host, self.port, protocol=old, clean_session=not lasting_s, **cast("Any", place))
        properties: Any = Properties(_CONNECT)
        if lasting_s:
            properties.SessionExpiryInterval = lasting_s
        return aiomqtt.Client(
            self.host,
            self.port,
            protocol=aiomqtt.ProtocolVersion.V5,
            clean_start=cast("Any", not lasting_s),
            properties=properties,
            **cast("Any", place),
        )


def shard_of(kiosk_id: str, brokers: Sequence[Broker]) -> Broker:
    """Return the broker at which this kiosk is: its own shard of several (decision 0038)."""
    return brokers[int.from_bytes(hashlib.sha256(kiosk_id.encode()).digest(), "big") % len(brokers)]


def _sending(nonce: str, kiosk_id: str, name: str, expires_s: int) -> Properties:
    properties: Any = Properties(_PUBLISH)
    properties.MessageExpiryInterval = expires_s
    properties.ResponseTopic = f"{BRANCH}/{kiosk_id}/result/{name}"
    properties.CorrelationData = nonce.encode()  # text: mosquitto_sub writes it into its JSON as it is
    return properties


@dataclass(frozen=True, slots=True)
class Order:
    """A signed command: to whom, which, as it travels, and its nonce."""

    kiosk_id: str
    name: str
    payload: bytes
    nonce: str


async def send(client: aiomqtt.Client, order: Order, expires_s: int) -> None:
    """Send a signed command; raises `aiomqtt.MqttError`."""
    old = client._client.protocol == aiomqtt.ProtocolVersion.V311  # noqa: SLF001 # pyright: ignore[reportPrivateUsage]
    properties = None if old else _sending(order.nonce, order.kiosk_id, order.name, expires_s)
    await client.publish(f"{BRANCH}/{order.kiosk_id}/cmd/{order.name}", order.payload, qos=1, properties=properties)


async def ask(broker: Broker, order: Order, wait_s: float) -> dict[str, Any] | None:
    """Send a signed command and return the kiosk's answer to it; None when none comes. Raises `aiomqtt.MqttError`."""
    async with broker.client() as client:
        topic = f"{BRANCH}/{order.kiosk_id}/result/{order.name}"
        await client.subscribe(topic, qos=1, timeout=_WAIT_FOR_SUBSCRIPTION_S)
        await send(client, order, int(wait_s))
        try:
            async with asyncio.timeout(wait_s):
                async for message in client.messages:
                    if (answer := _answer(message.payload)) and answer.get("nonce") == order.nonce:
                        return answer
        except TimeoutError:
            return None
    return None


def _answer(payload: object) -> dict[str, Any]:
    """Return what a result says; nothing for what is none."""
    try:
        value: Any = json.loads(payload) if isinstance(payload, bytes | str) else None
    except ValueError:
        return {}
    return cast("dict[str, Any]", value) if isinstance(value, dict) else {}
