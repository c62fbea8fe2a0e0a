"""The deployed access list, tried by doing what is not allowed, with clients that are not ours."""

import asyncio

import pytest
from mosquitto_publisher import publish
from mosquitto_subscriber import Subscriber, becomes_true

pytestmark = pytest.mark.anyio
FORBIDDEN = (
    ("kiosk-0002", "kiosk/v1/kiosk-0001/avail"),
    ("kiosk-0002", "kiosk/v1/kiosk-0001/state"),
    ("kiosk-0002", "kiosk/v1/kiosk-0001/alarm/left_behind_card"),
    ("kiosk-0002", "kiosk/v1/kiosk-0001/cmd/restart"),
    ("kiosk-0002", "kiosk/v1/kiosk-0002/cmd/restart"),
    ("kiosk-0002", "kiosk/v1/kiosk-0001/result/restart"),
    ("monitor", "kiosk/v1/kiosk-0001/cmd/restart"),
    ("monitor", "kiosk/v1/kiosk-0001/state"),
    ("operator", "kiosk/v1/kiosk-0001/state"),
    ("operator", "kiosk/v1/kiosk-0001/event/order"),
    ("fleet", "kiosk/v1/kiosk-0001/alarm/left_behind_card"),
    ("somebody", "kiosk/v1/kiosk-0001/state"),
    ("home-assistant", "kiosk/v1/kiosk-0001/cmd/restart"),
    ("monitor", "homeassistant/button/kiosk-0001/restart/press"),
    ("kiosk-0002", "homeassistant/button/kiosk-0001/restart/press"),
    ("buttons", "homeassistant/button/kiosk-0001/restart/press"),
    ("kiosk-0002", "elsewhere"),
)


async def test_nobody_writes_where_they_may_not(mosquitto, authority):
    async with Subscriber(mosquitto.port, authority.ca, *authority.issue("exporter")) as watching:
        await becomes_true(lambda: any("exporter" in line and "connected" in line for line in mosquitto.log))
        await _try_all(mosquitto, authority, watching)


async def _try_all(mosquitto, authority, watching):
    await asyncio.gather(*(publish(mosquitto, authority, user, topic, "forged") for user, topic in FORBIDDEN))
    assert await publish(mosquitto, authority, "kiosk-0003", "kiosk/v1/kiosk-0003/state", "own") == 0
    await watching.until(("kiosk/v1/kiosk-0003/state", "own"))
    assert [topic for _, topic, payload in watching.seen if payload == "forged"] == []


@pytest.mark.parametrize(
    ("reader", "topic"),
    [
        ("kiosk-0002", "kiosk/v1/kiosk-0001/#"),
        ("kiosk-0002", "#"),
        ("operator", "kiosk/v1/+/state"),
        ("somebody", "kiosk/v1/#"),
    ],
)
async def test_nobody_reads_what_they_may_not(mosquitto, monitor, authority, reader, topic):
    certificate, key = authority.issue(reader)
    async with Subscriber(mosquitto.port, authority.ca, certificate, key, topic) as eavesdropper:
        await becomes_true(lambda: any(reader in line and "connected" in line for line in mosquitto.log))
        for at in ("state", "event/order", "alarm/left_behind_card"):
            await publish(mosquitto, authority, "kiosk-0001", f"kiosk/v1/kiosk-0001/{at}", "secret")
        await publish(mosquitto, authority, "operator", "kiosk/v1/kiosk-0001/cmd/restart", "secret")
        await monitor.until(("kiosk/v1/kiosk-0001/cmd/restart", "secret"))
        assert [seen for seen in eavesdropper.seen if seen[2] == "secret"] == []


async def test_a_kiosk_hears_its_own_commands_and_the_operator_its_answers(mosquitto, authority):
    kiosk_files, operator_files = authority.issue("kiosk-0001"), authority.issue("operator")
    own = Subscriber(mosquitto.port, authority.ca, *kiosk_files, "kiosk/v1/kiosk-0001/cmd/+")
    async with own, Subscriber(mosquitto.port, authority.ca, *operator_files, "kiosk/v1/+/result/+") as operator:
        await becomes_true(lambda: sum("New client connected" in line for line in mosquitto.log) >= 2)
        await publish(mosquitto, authority, "fleet", "kiosk/v1/kiosk-0001/cmd/restart", "asked")
        await own.until(("kiosk/v1/kiosk-0001/cmd/restart", "asked"))
        await publish(mosquitto, authority, "kiosk-0002", "kiosk/v1/kiosk-0002/result/restart", "answered")
        await operator.until(("kiosk/v1/kiosk-0002/result/restart", "answered"))
