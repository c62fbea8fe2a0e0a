"""`python -m hub home-assistant`: signs what is pressed in a Home Assistant, with a key of its own, and sends it.

A kiosk takes signed commands only, and a button there sends a fixed text: this stands between, on the machine of the
Home Assistant. Whoever may press there may command; so its key is one of its own, named in the kiosks' operators.keys,
and every command is told with that key. Never alarms: clearing one asks for a reason. Topics: `docs/reference/mqtt.md`.
"""

import argparse
import asyncio
import re
import time
from collections import deque
from collections.abc import Callable, Mapping
from types import MappingProxyType

import aiomqtt
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from hub import log
from hub.fleet.command import brokers_of
from hub.fleet.line import Broker, Order, send
from hub.fleet.signing import VALID_S, operator_key, signed

BUTTONS = frozenset({"out_of_service", "in_service", "restart", "send_diagnostics", "test_print"})
PRESSES = "homeassistant/button/+/+/press"
ROLE = "buttons"
RETRY_S = 2.0
BURST, BURST_S = 20, 60.0
_TOPIC = re.compile(r"homeassistant/button/(kiosk-[0-9]{4,6})/([a-z_]{1,40})/press")


class Buttons:
    """Listens until cancelled; `told` is what a press became: `(kiosk id, button, what)`."""

    def __init__(self, broker: Broker, key: Ed25519PrivateKey, told: Callable[[str, str, str], None]) -> None:
        self._broker = broker
        self._key = key
        self._told = told
        self._presses: deque[float] = deque(maxlen=BURST)

    async def run(self) -> None:
        """Listen for ever."""
        while True:
            try:
                async with self._broker.client() as client:
                    await client.subscribe(PRESSES, qos=1)
                    self._told("", "", "connected")
                    async for message in client.messages:
                        await self._pressed(client, message)
            except aiomqtt.MqttError as error:
                self._told("", "", f"not connected: {str(error)[:200]}")
            await asyncio.sleep(RETRY_S)

    async def _pressed(self, client: aiomqtt.Client, message: aiomqtt.Message) -> None:
        found = _TOPIC.fullmatch(str(message.topic))
        if found is None or found[2] not in BUTTONS:
            return self._told("", "", "not a button")
        kiosk_id, name = found[1], found[2]
        if message.retain:  # it would be pressed again at each start
            return self._told(kiosk_id, name, "retained")
        now = time.monotonic()
        if len(self._presses) == BURST and now - self._presses[0] < BURST_S:
            return self._told(kiosk_id, name, "too many")
        self._presses.append(now)
        payload, nonce = signed(self._key, kiosk_id, name)
        await send(client, Order(kiosk_id, name, payload, nonce), VALID_S)
        return self._told(kiosk_id, name, "sent")


def _log(kiosk_id: str, name: str, what: str) -> None:
    log.event("button", kiosk=kiosk_id, command=name, what=what)


def _run(options: argparse.Namespace) -> int:
    log.configure()
    asyncio.run(_listen([Buttons(each, operator_key(options.key), _log) for each in brokers_of(options, ROLE)]))
    return 0


async def _listen(all_of_them: list[Buttons]) -> None:
    await asyncio.gather(*(each.run() for each in all_of_them))


COMMANDS: Mapping[str, Callable[[argparse.Namespace], int]] = MappingProxyType({"home-assistant": _run})
