"""MQTT for telemetry and commands: retained states, events, and what operators send. The only file that imports paho.

paho runs on asyncio's selector by its external-loop callbacks and a slow timer (`DEVICES`, "MQTT"). Connecting blocks,
so it runs in a thread; every attempt has a client of its own, so that nothing stale is ever sent again. MQTT 5; a
broker that does not know it is asked again with 3.1.1. Not responsible for what is published (`app/kiosk/telemetry.py`)
nor for what a command may do. Topics: `docs/reference/mqtt.md`.
"""

from __future__ import annotations

import asyncio
import logging
import random
from typing import TYPE_CHECKING, Any

from paho.mqtt.client import MQTT_ERR_SUCCESS, Client, MQTTMessage, MQTTv5, MQTTv311
from paho.mqtt.enums import CallbackAPIVersion
from paho.mqtt.packettypes import PacketTypes
from paho.mqtt.properties import Properties
from paho.mqtt.subscribeoptions import SubscribeOptions

from firmware.devices import BrokerConnected, BrokerLost, Heard
from firmware.drivers.mqtt_outgoing import Event, Outgoing
from firmware.drivers.mqtt_tls import HandshakeContext, connect_in_thread
from firmware.drivers.mqtt_words import word_of

if TYPE_CHECKING:
    from collections.abc import Callable

    from firmware import config
    from firmware.devices import Emit

CONNECT_TIMEOUT_S = 5.0
CONNACK_TIMEOUT_S = 10.0
MISC_S = 15.0
LOOK_S = (
    5  # how often mosquitto looks who is silent: taken off, so that a frozen kiosk is offline within 1.5 keepalives
)
RECONNECT_S = (1.0, 5.0)
GOODBYE_S = 1.0
LARGEST_PACKET = 16_384  # of what is taken; the broker's own limit for what is sent is the same
RESULT_EXPIRES_S = 60
_REFUSED = 0x80
_NOBODY_LISTENS = 0x10
_WRONG_VERSION = "unsupported_protocol_version"
_log = logging.getLogger("kiosk.mqtt")


class Broker:
    """One session after another with the broker, from `start` to `close`, on a running loop.

    Raises `DeviceUnavailable` when a certificate file cannot be used. Events: `BrokerConnected`, and `BrokerLost` when
    the session ends or, once, when the first attempt fails.
    """

    def __init__(self, settings: config.Mqtt, kiosk_id: str) -> None:
        self._settings = settings
        self._kiosk_id = kiosk_id
        self._prefix = f"kiosk/v1/{kiosk_id}/"
        self._keepalive_s = max(settings.keepalive_s - LOOK_S, LOOK_S)
        self._misc_s = min(MISC_S, self._keepalive_s / 2)
        self._tls = HandshakeContext.load(settings)
        self._loop = asyncio.get_running_loop()
        self._emit: Emit | None = None
        self._take: Callable[[Heard], None] | None = None
        self._client: Client | None = None
        self._up = False
        self._closed = False
        self._old_protocol = settings.protocol == "3.1.1"
        self._told: str | None = None
        self._failures = 0
        self._cause = "unknown"
        self._timer: asyncio.TimerHandle | None = None
        self._outgoing = Outgoing()
        self._all_acknowledged = asyncio.Event()

    # ------------------------------------------------------------ for the kiosk

    def listen(self, take: Callable[[Heard], None]) -> None:
        """Have commands handed to `take`, on the loop; before `start`."""
        self._take = take

    def start(self, emit: Emit) -> None:
        """Begin to connect."""
        self._emit = emit
        self._connect()

    def publish_state(self, name: str, payload: str, *, repeated: bool = False) -> None:
        """Publish `kiosk/v1/<id>/<name>`, retained; an empty payload clears it. Only the newest is kept.

        `repeated`: nothing in it is new, so that it need not be acknowledged.
        """
        topic = self._prefix + name
        if not repeated:
            self.announce(topic, payload)
        elif self._outgoing.put_repeated(topic, payload) and self._client is not None and self._up:
            self._client.publish(topic, payload, qos=0, retain=True)

    def announce(self, topic: str, payload: str) -> None:
        """Publish on a topic outside the kiosk's own branch, retained, as `publish_state` does."""
        self._outgoing.put_state(topic, payload)
        self._flush()

    def publish_event(self, name: str, payload: str, done: Callable[[bool], None] | None = None) -> None:
        """Publish `kiosk/v1/<id>/<name>`, not retained, at least once; it waits in memory while the broker is away.

        `done` is called on the loop, once: with True when a subscriber has it or will have it, with False when nobody
        listens or the broker refused it.
        """
        self._outgoing.put_event(Event(self._prefix + name, payload, done))
        self._flush()

    def publish_result(self, name: str, payload: str, correlation: bytes) -> None:
        """Answer a command at `kiosk/v1/<id>/result/<name>`; lost when there is no session."""
        if self._client is None or not self._up:
            return
        properties = None
        if not self._old_protocol:
            properties = Properties(PacketTypes.PUBLISH)
            properties.MessageExpiryInterval = RESULT_EXPIRES_S
            if correlation:
                properties.CorrelationData = correlation
        self._client.publish(f"{self._prefix}result/{name}", payload, qos=1, properties=properties)

    async def close(self) -> None:
        """Say `offline` and disconnect; waits no longer than a second for the broker."""
        self._closed = True
        self._stop_timer()
        self._tls.abort()
        client = self._client
        if client is not None and self._up:
            self._all_acknowledged.clear()
            self._send(client, self._prefix + "avail", "offline")
            try:
                async with asyncio.timeout(GOODBYE_S):
                    await self._all_acknowledged.wait()
            except TimeoutError:
                _log.warning("mqtt: the broker did not acknowledge the goodbye")
            client.disconnect()
            client.loop_write()
        self._drop()

    # ------------------------------------------------------------ connecting

    def _connect(self) -> None:
        self._timer = None
        # paho's own way to connect again would block the loop.
        client = Client(
            CallbackAPIVersion.VERSION2,
            client_id=self._kiosk_id,
            protocol=MQTTv311 if self._old_protocol else MQTTv5,
            reconnect_on_failure=False,
        )
        client.tls_set_context(self._tls)
        client.connect_timeout = CONNECT_TIMEOUT_S
        client.will_set(self._prefix + "avail", "offline", qos=1, retain=True)
        settings, properties = self._settings, None
        if not self._old_protocol:
            properties = Properties(PacketTypes.CONNECT)
            properties.MaximumPacketSize = LARGEST_PACKET
        connect_in_thread(
            lambda: client.connect(settings.host, settings.port, self._keepalive_s, properties=properties),
            self._loop,
            lambda error: self._adopt(client, error),
        )

    def _adopt(self, client: Client, error: Exception | None) -> None:
        """Take over a client whose connection is open, on the loop; or try again later."""
        sock = client.socket()
        if self._closed:
            if sock is not None:
                sock.close()
            return
        if error is not None or sock is None:
            self._cause = word_of(error)
            self._retry()
            return
        self._client = client
        client.on_connect = self._on_connect
        client.on_disconnect = self._on_disconnect
        client.on_publish = self._on_publish
        client.on_message = self._on_message
        client.on_socket_close = self._on_socket_close
        client.on_socket_register_write = self._on_register_write
        client.on_socket_unregister_write = self._on_unregister_write
        self._loop.add_reader(sock, self._readable, client)
        if client.want_write():
            self._loop.add_writer(sock, client.loop_write)
        self._timer = self._loop.call_later(CONNACK_TIMEOUT_S, self._give_up, client)

    def _give_up(self, client: Client) -> None:
        self._cause = "no_answer"
        self._lost(client)

    def _retry(self) -> None:
        self._tell_lost()
        first_s, last_s = RECONNECT_S
        self._failures += 1
        delay_s = random.uniform(first_s, min(last_s, first_s * 2**self._failures))  # noqa: S311 - jitter, no secret
        self._stop_timer()
        self._timer = self._loop.call_later(delay_s, self._connect)

    def _lost(self, client: Client) -> None:
        """End this connection, if it is still the present one, and try again; first with MQTT 5, unless it refused."""
        if client is self._client and not self._closed:
            self._drop()
            refused = self._cause == _WRONG_VERSION
            self._old_protocol = self._settings.protocol == "3.1.1" or (self._settings.protocol == "auto" and refused)
            self._retry()

    def _drop(self) -> None:
        """Let go of the client; its socket closes without a goodbye."""
        client, self._client = self._client, None
        self._up = False
        self._outgoing.lost()
        self._stop_timer()
        if client is not None and (sock := client.socket()) is not None:
            client.on_socket_close = client.on_socket_unregister_write = None
            self._loop.remove_reader(sock)
            self._loop.remove_writer(sock)
            sock.close()

    # ------------------------------------------------------------ paho on the loop

    def _readable(self, client: Client) -> None:
        # TLS may hold more than one packet that the selector does not see.
        while client.loop_read() == MQTT_ERR_SUCCESS:
            sock: Any = client.socket()
            if sock is None or not sock.pending():
                return

    def _on_register_write(self, client: Client, _data: object, sock: Any) -> None:
        self._loop.add_writer(sock, client.loop_write)

    def _on_unregister_write(self, _client: Client, _data: object, sock: Any) -> None:
        self._loop.remove_writer(sock)

    def _on_socket_close(self, _client: Client, _data: object, sock: Any) -> None:
        self._loop.remove_reader(sock)
        self._loop.remove_writer(sock)

    def _misc(self) -> None:
        self._timer = self._loop.call_later(self._misc_s, self._misc)
        if self._client is not None:
            self._client.loop_misc()

    def _stop_timer(self) -> None:
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None

    # ------------------------------------------------------------ the session

    def _on_connect(self, client: Client, _data: object, _flags: object, reason: Any, _properties: object) -> None:
        if reason.is_failure:
            self._cause = word_of(reason)
            # paho reports the end of the connection next, except when an old broker leaves it open
            self._loop.call_soon(self._lost, client)
            return
        self._up = True
        self._failures = 0
        self._stop_timer()
        self._timer = self._loop.call_later(self._misc_s, self._misc)
        self._send(client, self._prefix + "avail", "online")
        if self._take is not None:
            commands = self._prefix + "cmd/+"
            if self._old_protocol:
                client.subscribe(commands, qos=1)
            else:  # a command that was retained is refused: it must be told apart
                client.subscribe(commands, options=SubscribeOptions(qos=1, retainAsPublished=True))
        self._outgoing.begin()
        self._tell(None)
        self._flush()

    def _on_disconnect(self, client: Client, _data: object, _flags: object, reason: Any, _properties: object) -> None:
        if client is not self._client:
            return
        if self._up or self._cause == "unknown":
            self._cause = word_of(reason)
        # Not at once: paho is in the middle of its own work with this client.
        self._loop.call_soon(self._lost, client)

    def _on_publish(self, client: Client, _data: object, mid: int, reason: Any, _properties: object) -> None:
        if client is not self._client:
            return
        taken = reason.value < _REFUSED
        topic = self._outgoing.answered(mid, taken=taken, heard=reason.value != _NOBODY_LISTENS)
        if not taken:
            _log.error("mqtt: the broker refused %s: %s; look at its ACL", topic, reason)
        if self._outgoing.settled:
            self._all_acknowledged.set()
        self._flush()

    def _on_message(self, client: Client, _data: object, message: MQTTMessage) -> None:
        if client is not self._client or self._take is None or self._closed:
            return
        name = message.topic.removeprefix(self._prefix + "cmd/")
        correlation = getattr(message.properties, "CorrelationData", b"") if message.properties else b""
        self._take(Heard(name, bytes(message.payload), retained=message.retain, correlation=correlation))

    def _flush(self) -> None:
        """Send what is new."""
        client = self._client
        if client is None or not self._up or self._closed:
            return
        for topic, payload in self._outgoing.due_states():
            self._send(client, topic, payload)
        for event in self._outgoing.due_events():
            self._outgoing.event_sent(client.publish(event.topic, event.payload, qos=1).mid, event)

    def _send(self, client: Client, topic: str, payload: str) -> None:
        self._outgoing.state_sent(client.publish(topic, payload, qos=1, retain=True).mid, topic)

    def _tell_lost(self) -> None:
        self._tell(self._cause)
        self._cause = "unknown"

    def _tell(self, lost_cause: str | None) -> None:
        """Emit what changed: connected, or lost with a cause."""
        told = "connected" if lost_cause is None else "lost"
        if told == self._told or self._emit is None:
            return
        self._told = told
        self._emit(BrokerConnected() if lost_cause is None else BrokerLost(lost_cause))
