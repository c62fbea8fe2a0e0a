"""Three nodes of the broker that fails over (NATS, MQTT 3.1.1): one is killed under load, and no event is lost."""

import asyncio
import subprocess

import pytest
from failing_over import Subscriber, Telling, told_by_a_kiosk
from mosquitto_subscriber import becomes_true

from sim_hw.fleet import crowd as crowds
from sim_hw.fleet.crowd import Crowd, Plan
from sim_hw.nats import DEPLOYED, Files, SimNats

pytestmark = [pytest.mark.anyio, pytest.mark.timeout(180)]
TOTAL, CROWD = 300, 12
KIOSKS = ("kiosk-0001", "kiosk-0002", *(f"kiosk-{number:05d}" for number in range(1, CROWD + 1)))
KILL_AT = 60


@pytest.fixture
async def cluster(tmp_path, authority):
    made = SimNats(tmp_path / "nats", Files(authority.ca, *authority.issue("broker")), KIOSKS)
    await made.start()
    yield made
    await made.kill()


@pytest.fixture
async def crowd(cluster, authority, monkeypatch):
    """Simulated kiosks that load all nodes; `told` is what they told."""
    monkeypatch.setattr(crowds, "RECONNECT_S", (0.1, 0.5))
    (authority.folder / "tls-ca.pem").write_bytes(authority.ca.read_bytes())
    authority.write_key(authority.folder / "tls-ca.key")
    crowd = Crowd(",".join(cluster.hosts), cluster.port, authority.folder, Plan(CROWD, busy_s=0.5, old=True))
    crowd.told = Telling()
    running = asyncio.create_task(crowd.run())
    yield crowd
    crowd.told.restore()
    running.cancel()
    await asyncio.gather(running, return_exceptions=True)


@pytest.fixture
async def subscriber(cluster, authority):
    subscriber = Subscriber(cluster, authority)
    running = asyncio.create_task(subscriber.run())
    yield subscriber
    running.cancel()
    await asyncio.gather(running, return_exceptions=True)


async def test_the_kiosks_node_is_killed_under_load_and_no_event_is_lost(
    cluster, crowd, subscriber, authority, tmp_path
):
    await becomes_true(lambda: crowd.connected == CROWD and subscriber.heard, 40)
    crowd.told.ids.clear()  # what was told before the subscription
    kiosk = await told_by_a_kiosk(cluster, authority, tmp_path / "state", TOTAL)
    await becomes_true(lambda: len(subscriber.documents()) >= KILL_AT, 40)
    await cluster.kill(0)  # the kiosk's: the first of its addresses
    try:
        async with asyncio.timeout(90):
            assert await kiosk.wait() == 0, (await kiosk.stderr.read()).decode()
    finally:
        if kiosk.returncode is None:
            kiosk.kill()
        await kiosk.communicate()
    await becomes_true(lambda: len(set(subscriber.documents())) == TOTAL, 40)
    await becomes_true(lambda: crowd.connected == CROWD, 40)
    acknowledged = crowd.told.ids - {event_id for each in crowd.kiosks for event_id in each._events}
    assert len(acknowledged) > CROWD
    await becomes_true(lambda: acknowledged <= {body["event_id"] for body in subscriber.heard}, 40)
    assert {f"kiosk/v1/{each.id}/avail" for each in crowd.kiosks} <= subscriber.topics


def test_the_users_are_those_of_the_other_broker():
    acl = (DEPLOYED.parent / "mosquitto" / "acl").read_text(encoding="utf-8")
    done = subprocess.run(
        [DEPLOYED / "users.sh"], input="kiosk-0001\n", capture_output=True, text=True, check=True, timeout=10
    )
    for line in acl.splitlines():
        if line.startswith("pattern write kiosk/"):
            subject = line.split(" ")[2].replace("%u", "kiosk-0001").replace("/", ".").replace("+", "*")
            assert f'"{subject}"' in done.stdout, line
    named = {line.split(" ")[1] for line in acl.splitlines() if line.startswith("user ")}
    assert named - {"home-assistant", "buttons"} == {user for user in named if f'"CN={user}"' in done.stdout}


@pytest.mark.parametrize("wrong", ["kiosk-1*", "monitor", 'kiosk-1" }', "kiosk-0001.cmd"])
def test_a_name_that_would_be_a_rule_is_refused(wrong):
    done = subprocess.run(
        [DEPLOYED / "users.sh"], input=f"{wrong}\n", capture_output=True, text=True, check=False, timeout=10
    )
    assert done.returncode == 64
