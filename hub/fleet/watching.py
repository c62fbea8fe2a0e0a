"""The fleet as one process sees it: listens at each broker, keeps the register, wakes whoever waits for changes.

Also passes on signed commands and waits for the answers. Not responsible for pages (`pages.py`), nor for what stays
(`keeping.py`): the broker hears that an event came once that is on the disk.
"""

import asyncio
import json
import time
from collections.abc import Sequence
from contextlib import AsyncExitStack
from functools import partial
from typing import Any

import aiomqtt

from hub import log
from hub.fleet.history import Told as Happened
from hub.fleet.keeping import Keeping, reasons_of
from hub.fleet.line import BRANCH, Broker, Order, send
from hub.fleet.register import Register, Told

LASTING_S = 86_400
RETRY_S = 2.0
GATHER_S = 0.25
ANSWER_S = 10.0


class Watching:
    """`run` until cancelled; each of `brokers` has kiosks of its own.

    A watcher's set fills with the ids of kiosks that changed since its last look.
    """

    def __init__(self, brokers: Sequence[Broker], keeping: Keeping) -> None:
        self.register = Register()
        self.history = keeping.history
        self._keeping = keeping
        self._reasons: dict[str, tuple[str, ...]] = {}
        self.closing = False
        self._brokers = brokers
        self._clients: dict[Broker, aiomqtt.Client] = {}
        self._heard_at: dict[str, Broker] = {}
        self._watchers: list[tuple[set[str], asyncio.Event]] = []
        self._answers: dict[str, asyncio.Future[dict[str, Any]]] = {}

    @property
    def connected(self) -> bool:
        """Whether every broker is there."""
        return len(self._clients) == len(self._brokers)

    async def run(self) -> None:
        """Listen for ever; while a broker is away its kiosks count as unknown."""
        async with asyncio.TaskGroup() as group:
            for broker in self._brokers:
                group.create_task(self._listen(broker))

    async def _listen(self, broker: Broker) -> None:
        while True:
            line = object()
            try:
                async with AsyncExitStack() as closing:
                    client = broker.client(lasting_s=LASTING_S)
                    client._client.manual_ack_set(True)  # noqa: SLF001 # pyright: ignore[reportPrivateUsage]
                    await closing.enter_async_context(client)
                    await client.subscribe(f"{BRANCH}/#", qos=1)
                    self._clients[broker] = client
                    log.event("fleet_connected", broker=f"{broker.host}:{broker.port}")
                    async for message in client.messages:
                        self._heard(broker, client, message, line)
            except aiomqtt.MqttError as error:
                log.event("fleet_not_connected", broker=f"{broker.host}:{broker.port}", cause=str(error)[:200])
            finally:
                self._clients.pop(broker, None)
                self._keeping.forget(line)
                self._unknown(broker)
            await asyncio.sleep(RETRY_S)

    def watch(self) -> tuple[set[str], asyncio.Event]:
        """Return a set that fills with ids of kiosks that change, all of them at first, and what wakes."""
        watcher = (set(self.register.kiosks), asyncio.Event())
        watcher[1].set()
        self._watchers.append(watcher)
        return watcher

    def close(self) -> None:
        """Wake all who wait, so that they end."""
        self.closing = True
        for _, awake in self._watchers:
            awake.set()

    def forget(self, watcher: tuple[set[str], asyncio.Event]) -> None:
        """Fill the set no more."""
        self._watchers.remove(watcher)

    async def pass_on(self, order: Order) -> dict[str, Any] | None:
        """Send a signed command; returns the kiosk's answer, None when none comes. Raises `aiomqtt.MqttError`."""
        client = self._clients.get(self._heard_at.get(order.kiosk_id, self._brokers[0]))
        if client is None:
            raise aiomqtt.MqttError("the broker is away")
        answer = self._answers[order.nonce] = asyncio.get_running_loop().create_future()
        try:
            await send(client, order, int(ANSWER_S))
            async with asyncio.timeout(ANSWER_S):
                return await answer
        except TimeoutError:
            return None
        finally:
            del self._answers[order.nonce]

    def _heard(self, broker: Broker, client: aiomqtt.Client, message: aiomqtt.Message, line: object) -> None:
        topic, payload = str(message.topic), message.payload
        commanded = topic.startswith(f"{BRANCH}/") and "/cmd/" in topic
        told = None if commanded else self.register.take(topic, payload, time.time())
        kept = partial(client._client.ack, message.mid, message.qos)  # noqa: SLF001 # pyright: ignore[reportPrivateUsage]
        if told:
            self._heard_at[told.kiosk_id] = broker
        match told:
            case Told(kind="event"):
                self._keeping.event(Happened(told.kiosk_id, told.name, told.body), kept, line)
            case Told(kind="alarm"):
                self._keeping.alarm(topic, payload, kept, line)
            case Told(kind="state", name="") if self._reasons_changed(told):
                self._keeping.alarm(topic, payload, kept, line)
            case _:
                kept()
        if told and told.kind == "result":
            self._answered(told)
        if told:
            self._wake(told.kiosk_id)

    def _reasons_changed(self, told: Told) -> bool:
        """Tell whether a state is to be kept: why a kiosk is out of service, at first and whenever it changes."""
        reasons = reasons_of(told.body)
        before, self._reasons[told.kiosk_id] = self._reasons.get(told.kiosk_id), reasons
        return before != reasons

    def _answered(self, told: Told) -> None:
        waiting = self._answers.get(str(told.body.get("nonce", "")))
        if waiting is not None and not waiting.done():
            waiting.set_result(told.body)

    def _unknown(self, broker: Broker) -> None:
        for kiosk in self.register.kiosks.values():
            if self._heard_at.get(kiosk.id) == broker:
                kiosk.online = False
                self._wake(kiosk.id)

    def _wake(self, kiosk_id: str) -> None:
        for changed, awake in self._watchers:
            changed.add(kiosk_id)
            awake.set()


def rows_of(register: Register, ids: set[str]) -> str:
    """Return the rows of these kiosks as JSON."""
    return json.dumps([register.kiosks[each].row() for each in sorted(ids)], ensure_ascii=False)
