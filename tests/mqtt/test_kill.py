"""Kiosk and broker are killed (SIGKILL) while events flow: each event arrives, hardly one twice."""

import asyncio

import pytest
from killing import Killing

from firmware.app.kiosk.deliveries import AT_ONCE
from firmware.devices import BrokerConnected
from firmware.drivers import mqtt
from firmware.drivers.mqtt_outgoing import AGAIN

pytestmark = pytest.mark.anyio
TOTAL, KILLS = 300, 4


async def test_no_event_is_lost_when_kiosk_and_broker_are_killed(mosquitto, authority, tmp_path):
    folder = tmp_path / "state"
    folder.mkdir()
    killing = Killing(mosquitto, authority, folder, TOTAL, hasty=True, pace_s=0.005)
    await killing.run(KILLS, (0.6, 1.4), seed=7)
    assert set(killing.seen) == {f"{number:032x}" for number in range(TOTAL)}
    assert sum(killing.seen.values()) - TOTAL <= KILLS * AT_ONCE + KILLS // 2 * AGAIN


async def test_a_broker_that_is_away_costs_only_delay(mosquitto, authority, tmp_path):
    folder = tmp_path / "state"
    folder.mkdir()
    killing = Killing(mosquitto, authority, folder, 60, hasty=True, pace_s=0.0)
    await mosquitto.kill()
    await killing._start_kiosk()
    outbox = folder / "outbox.sqlite"
    await killing._kill_kiosk()
    await mosquitto.start()
    await killing.run(0, (0, 0), seed=1)
    assert outbox.exists()
    assert len(killing.seen) == 60


async def fetch(mosquitto, authority):
    """Fetch what waits for a subscriber whose session outlives it."""
    certificate, key = authority.issue("monitor")
    command = ["mosquitto_sub", "-h", "localhost", "-p", str(mosquitto.port), "-V", "5", "-i", "monitor", "-c"]
    command += ["--cafile", str(authority.ca), "--cert", str(certificate), "--key", str(key)]
    command += ["-x", "3600", "-q", "1", "-W", "1", "-F", "%p", "-t", "kiosk/v1/+/event/#"]
    process = await asyncio.create_subprocess_exec(*command, stdout=-1, stderr=asyncio.subprocess.DEVNULL)
    return (await process.communicate())[0].decode().split()


async def test_what_a_killed_broker_had_just_taken_for_a_subscriber_that_was_away_is_told_again(
    mosquitto, authority, make_kiosk, monkeypatch
):
    monkeypatch.setattr(mqtt, "RECONNECT_S", (0.1, 0.2))
    assert await fetch(mosquitto, authority) == []
    await mosquitto.stop()  # it saves the session
    await mosquitto.start()
    kiosk, taken = make_kiosk(mosquitto.port), asyncio.Event()
    kiosk.start()
    await kiosk.told(BrokerConnected())
    kiosk.broker.publish_event("event/order", "just-taken", lambda heard: heard and taken.set())
    async with asyncio.timeout(10):
        await taken.wait()
    await mosquitto.kill()
    await mosquitto.start()
    again = asyncio.Event()
    async with asyncio.timeout(20):
        while BrokerConnected() not in kiosk.events[1:]:
            kiosk._more.clear()
            await kiosk._more.wait()
    kiosk.broker.publish_event("event/order", "afterwards", lambda heard: heard and again.set())
    async with asyncio.timeout(10):
        await again.wait()
    assert await fetch(mosquitto, authority) == ["just-taken", "afterwards"]


async def test_of_three_shards_one_is_killed_and_no_event_of_any_is_lost(make_mosquitto, authority, tmp_path):
    shards = [await make_mosquitto(f"shard-{number}") for number in range(3)]
    runs = []
    for number, shard in enumerate(shards):
        folder = tmp_path / f"state-{number}"
        folder.mkdir()
        runs.append(Killing(shard, authority, folder, 150, hasty=True, pace_s=0.01))
    kills = (2, 0, 0)  # its kiosk, then the broker
    await asyncio.gather(*(run.run(count, (0.6, 1.2), seed=3) for run, count in zip(runs, kills, strict=True)))
    assert [len(run.seen) for run in runs] == [150, 150, 150]
    assert [sum(run.seen.values()) for run in runs[1:]] == [150, 150]  # they did not notice
