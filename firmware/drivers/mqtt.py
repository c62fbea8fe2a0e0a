"""MQTT 5 for telemetry: the newest payload of each topic at the broker, and events. The only file that imports paho.

paho runs on asyncio's selector by its external-loop callbacks and a slow timer (`DEVICES`, "MQTT"). Connecting blocks,
so it runs in a thread; every attempt has a client of its own, so that nothing stale is ever sent again. Not responsible
for what is published. Topics: `docs/reference/mqtt.md`.
"""

from __future__ import annotations

import asyncio
import logging
import random
import re
import socket
import ssl
from collections import deque
from typing import TYPE_CHECKING, Any

from paho.mqtt.client import MQTT_ERR_SUCCESS, Client, MQTTv5
from paho.mqtt.enums import CallbackAPIVersion

from firmware.devices import BrokerConnected, BrokerLost
from firmware.drivers.mqtt_tls import HandshakeContext, connect_in_thread

if TYPE_CHECKING:
    from firmware import config
    from firmware.devices import Emit

CONNECT_TIMEOUT_S = 5.0
CONNACK_TIMEOUT_S = 10.0
MISC_S = 15.0
RECONNECT_S = (1.0, 5.0)
GOODBYE_S = 1.0
WAITING_EVENTS = 100
_REFUSED = 0x80
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
        self._tls = HandshakeContext.load(settings)
        self._loop = asyncio.get_running_loop()
        self._emit: Emit | None = None
        self._client: Client | None = None
        self._up = False
        self._closed = False
        self._told: str | None = None
        self._failures = 0
        self._cause = "unknown"
        self._timer: asyncio.TimerHandle | None = None
        self._newest: dict[str, str] = {}
        self._dirty: dict[str, None] = {}
        self._on_the_way: dict[int, str] = {}
        self._events: deque[tuple[str, str]] = deque(maxlen=WAITING_EVENTS)
        self._events_on_the_way: dict[int, tuple[str, str]] = {}
        self._all_acknowledged = asyncio.Event()

    # ------------------------------------------------------------ for the kiosk

    def start(self, emit: Emit) -> None:
        """Begin to connect."""
        self._emit = emit
        self._connect()

    def publish_state(self, name: str, payload: str) -> None:
        """Publish `kiosk/v1/<id>/<name>`, retained; an empty payload clears it. Only the newest is kept."""
        self._newest[name] = payload
        self._dirty[name] = None
        self._flush()

    def publish_event(self, name: str, payload: str) -> None:
        """Publish `kiosk/v1/<id>/<name>`, not retained, at least once; the newest wait while the broker is away."""
        self._events.append((name, payload))
        self._flush()

    async def close(self) -> None:
        """Say `offline` and disconnect; waits no longer than a second for the broker."""
        self._closed = True
        self._stop_timer()
        self._tls.abort()
        client = self._client
        if client is not None and self._up:
            self._all_acknowledged.clear()
            self._send(client, "avail", "offline")
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
        client = Client(CallbackAPIVersion.VERSION2, client_id=self._kiosk_id, protocol=MQTTv5)
        client.tls_set_context(self._tls)
        client.connect_timeout = CONNECT_TIMEOUT_S
        client.will_set(self._prefix + "avail", "offline", qos=1, retain=True)
        settings = self._settings
        connect_in_thread(
            lambda: client.connect(settings.host, settings.port, settings.keepalive_s),
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
            self._cause = _word(error)
            self._retry()
            return
        self._client = client
        client.on_connect = self._on_connect
        client.on_disconnect = self._on_disconnect
        client.on_publish = self._on_publish
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
        """End this connection, if it is still the present one, and try again."""
        if client is self._client and not self._closed:
            self._drop()
            self._retry()

    def _drop(self) -> None:
        """Let go of the client; its socket closes without a goodbye."""
        client, self._client = self._client, None
        self._up = False
        self._on_the_way.clear()
        self._events = deque((*self._events_on_the_way.values(), *self._events), maxlen=WAITING_EVENTS)
        self._events_on_the_way.clear()
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
        self._timer = self._loop.call_later(MISC_S, self._misc)
        if self._client is not None:
            self._client.loop_misc()

    def _stop_timer(self) -> None:
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None

    # ------------------------------------------------------------ the session

    def _on_connect(self, client: Client, _data: object, _flags: object, reason: Any, _properties: object) -> None:
        if reason.is_failure:
            self._cause = _word(reason)
            return  # paho reports the end of the connection next
        self._up = True
        self._failures = 0
        self._stop_timer()
        self._timer = self._loop.call_later(MISC_S, self._misc)
        self._send(client, "avail", "online")
        self._dirty = dict.fromkeys(self._newest)
        self._tell(None)
        self._flush()

    def _on_disconnect(self, client: Client, _data: object, _flags: object, reason: Any, _properties: object) -> None:
        if client is not self._client:
            return
        if self._up or self._cause == "unknown":
            self._cause = _word(reason)
        # Not at once: paho is in the middle of its own work with this client.
        self._loop.call_soon(self._lost, client)

    def _on_publish(self, client: Client, _data: object, mid: int, reason: Any, _properties: object) -> None:
        if client is not self._client:
            return
        event, _ = self._events_on_the_way.pop(mid, ("", ""))
        name = self._on_the_way.pop(mid, event)
        # Below 0x80 is success; 0x10, no matching subscriber, is the usual one for a retained state.
        if reason.value >= _REFUSED:
            _log.error("mqtt: the broker refused %s%s: %s; look at its ACL", self._prefix, name, reason)
        if self._newest.get(name) == "" and name not in self._dirty:
            del self._newest[name]  # cleared at the broker, too: forget it
        if not self._on_the_way:
            self._all_acknowledged.set()
        self._flush()

    def _flush(self) -> None:
        """Send what is new, except names of which one is on the way: the newest of those goes after it."""
        client = self._client
        if client is None or not self._up or self._closed:
            return
        busy = set(self._on_the_way.values())
        for name in [name for name in self._dirty if name not in busy]:
            del self._dirty[name]
            self._send(client, name, self._newest[name])
        while self._events:
            name, payload = self._events.popleft()
            info = client.publish(self._prefix + name, payload, qos=1)
            self._events_on_the_way[info.mid] = (name, payload)

    def _send(self, client: Client, name: str, payload: str) -> None:
        info = client.publish(self._prefix + name, payload, qos=1, retain=True)
        self._on_the_way[info.mid] = name

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


def _word(reason: object) -> str:
    """Return the library's or the system's name of a reason as one word."""
    match reason:
        case ssl.SSLCertVerificationError():
            return "certificate_verify_failed"
        case ssl.SSLError() if reason.reason:
            return reason.reason.lower()
        case TimeoutError():
            return "timed_out"
        case socket.gaierror():
            return "name_not_found"
        case Exception():
            name = type(reason).__name__.removesuffix("Error")
            return re.sub(r"(?<=[a-z])(?=[A-Z])", "_", name).lower()
        case _:
            return str(reason).lower().replace(" ", "_")
