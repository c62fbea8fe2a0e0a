"""Events at a real mosquitto: each one arrives, none is retained, and they wait while there is no connection."""

import asyncio

import pytest
from mosquitto_subscriber import Subscriber, becomes_true

from firmware.devices import BrokerConnected

pytestmark = pytest.mark.anyio
TOPIC = "kiosk/v1/kiosk-0001/event/evidence"


@pytest.fixture
async def listening(mosquitto, monitor, make_kiosk):
    """Give the monitor once it hears: another kiosk's birth has come. Nothing that is not retained is missed then."""
    other = make_kiosk(mosquitto.port, "kiosk-0002")
    other.start()
    await monitor.until(("kiosk/v1/kiosk-0002/avail", "online"))
    return monitor


async def test_each_event_arrives_in_order_and_none_is_retained(mosquitto, listening, make_kiosk, authority):
    kiosk = make_kiosk(mosquitto.port)
    kiosk.broker.publish_event("event/evidence", "before")
    kiosk.start()
    await kiosk.told(BrokerConnected())
    for number in range(20):
        kiosk.broker.publish_event("event/evidence", str(number))
    await listening.until((TOPIC, "before"), *((TOPIC, str(number)) for number in range(20)))
    assert len([1 for _, topic, _ in listening.seen if topic == TOPIC]) == 21
    kiosk.broker.publish_state("state", "here")
    await listening.until(("kiosk/v1/kiosk-0001/state", "here"))
    async with Subscriber(mosquitto.port, authority.ca, *authority.issue("monitor")) as late:
        await late.until(("kiosk/v1/kiosk-0001/state", "here"))
        assert TOPIC not in [topic for _, topic, _ in late.seen]


async def test_the_sender_learns_that_somebody_has_it(mosquitto, listening, make_kiosk):
    kiosk, told = make_kiosk(mosquitto.port), []
    kiosk.broker.publish_event("event/evidence", "heard", told.append)
    kiosk.start()
    await becomes_true(lambda: told)
    assert told == [True]


async def test_the_sender_learns_that_nobody_listens(mosquitto, make_kiosk):
    kiosk, told = make_kiosk(mosquitto.port), []
    kiosk.broker.publish_event("event/evidence", "unheard", told.append)
    kiosk.start()
    await becomes_true(lambda: told)
    assert told == [False]


async def test_an_event_that_was_not_acknowledged_is_sent_again(mosquitto, listening, make_kiosk):
    kiosk = make_kiosk(mosquitto.port)
    kiosk.start()
    await kiosk.told(BrokerConnected())
    client = kiosk.broker._client
    asyncio.get_running_loop().remove_reader(client.socket())  # the broker's acknowledgement is not read any more
    kiosk.broker.publish_event("event/evidence", "once more")
    await listening.until((TOPIC, "once more"))
    kiosk.broker._lost(client)
    await listening.until((TOPIC, "once more"), (TOPIC, "once more"))
