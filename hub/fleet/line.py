"""The connection to the broker: MQTT 5 over TLS 1.3 with the certificate of one of the hub's roles.

Not responsible for what is said on it. Topics: `docs/reference/mqtt.md`.
"""

import asyncio
import json
import ssl
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
    """Where the broker is, and as whom: `role` is the name of the certificate in `pki`."""

    host: str
    port: int
    pki: Path
    role: str

    def client(self, *, lasting_s: int = 0) -> aiomqtt.Client:
        """Return a client to enter; with `lasting_s` what comes while it is away waits so long at the broker."""
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
        context.minimum_version = ssl.TLSVersion.TLSv1_3
        context.load_verify_locations(self.pki / "tls-ca.pem")
        context.load_cert_chain(self.pki / f"{self.role}.pem", self.pki / f"{self.role}.key")
        properties: Any = Properties(_CONNECT)
        if lasting_s:
            properties.SessionExpiryInterval = lasting_s
        return aiomqtt.Client(
            self.host,
            self.port,
            identifier=self.role,
            protocol=aiomqtt.ProtocolVersion.V5,
            tls_context=context,
            timeout=CONNECT_S,
            clean_start=cast("Any", not lasting_s),
            properties=properties,
        )


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
    properties = _sending(order.nonce, order.kiosk_id, order.name, expires_s)
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
