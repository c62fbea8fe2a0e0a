"""Several brokers, each with kiosks of its own: all on one page; one that is away takes no other along."""

import asyncio
from contextlib import asynccontextmanager
from datetime import UTC, datetime

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from hub.centre.records import open_records
from hub.fleet.keeping import Keeping
from hub.fleet.line import Broker, Order, shard_of
from hub.fleet.signing import signed
from hub.fleet.watching import Watching
from hub.setup.tls import TlsAuthority
from sim_hw.broker import SimBroker
from sim_hw.fleet import crowd as crowds
from sim_hw.fleet.crowd import Crowd, Plan
from sim_hw.nats import Files, SimNats
from tests.mqtt.mqtt_pki import Authority

pytestmark = [pytest.mark.anyio, pytest.mark.timeout(120)]
KIOSKS = 8


async def until(condition, limit_s=40.0):
    async with asyncio.timeout(limit_s):
        while not condition():  # noqa: ASYNC110 - brokers cause it
            await asyncio.sleep(0.02)


@pytest.fixture
def pki(tmp_path):
    folder = tmp_path / "pki"
    tls = TlsAuthority(folder, datetime.now(UTC), lambda _line: None)
    tls.server(folder / "broker")
    tls.client(folder / "fleet", "fleet")
    return folder


@asynccontextmanager
async def watched(tmp_path, hosts, pki, plan, *, old=False):
    """Simulated kiosks at these brokers (HOST:PORT,...), and one that watches them all; gives both and the history."""
    engine = open_records(tmp_path / "centre.sqlite")
    keeping = Keeping(engine)
    ports = [each.partition(":")[::2] for each in hosts.split(",")]
    watching = Watching([Broker(host, int(port), pki, "fleet", old=old) for host, port in ports], keeping)
    crowd = Crowd(hosts, 0, pki, plan)
    tasks = [asyncio.create_task(work) for work in (watching.run(), keeping.run())]
    try:
        await until(lambda: watching.connected)
        tasks.append(asyncio.create_task(crowd.run()))
        known = watching.register.kiosks
        await until(lambda: sum(bool(it.online) for it in known.values()) == plan.kiosks)
        yield watching, crowd
    finally:
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
        engine.dispose()


async def answered(watching, kiosk_id):
    payload, nonce = signed(Ed25519PrivateKey.generate(), kiosk_id, "restart")
    answer = await watching.pass_on(Order(kiosk_id, "restart", payload, nonce))
    return answer["code"], answer["nonce"] == nonce


async def test_two_shards_are_one_fleet_and_one_that_is_away_takes_only_its_own_kiosks_along(
    tmp_path, pki, monkeypatch
):
    monkeypatch.setattr(crowds, "RECONNECT_S", (0.1, 0.5))
    files = (pki / "tls-ca.pem", pki / "broker.pem", pki / "broker.key")
    shards = [SimBroker(tmp_path / f"shard-{number}", *files) for number in range(2)]
    for shard in shards:
        await shard.start()
    hosts = ",".join(f"localhost:{shard.port}" for shard in shards)
    try:
        async with watched(tmp_path, hosts, pki, Plan(KIOSKS, busy_s=0.5, shards=True)) as (watching, crowd):
            brokers = watching._brokers
            names = [kiosk.id for kiosk in crowd.kiosks]
            second = {name for name in names if shard_of(name, brokers) == brokers[1]}
            assert 0 < len(second) < KIOSKS
            for name in (min(second), min(set(names) - second)):
                assert await answered(watching, name) == ("unknown-key", True)
                await until(lambda name=name: watching.history.of(name))
            await shards[1].kill()
            known = watching.register.kiosks
            await until(lambda: {name for name in names if not known[name].online} == second)
            assert not watching.connected
            await shards[1].start()
            await until(lambda: watching.connected and all(known[name].online for name in names))
    finally:
        for shard in shards:
            await shard.kill()


async def test_a_fleet_at_the_broker_that_fails_over_is_watched_commanded_and_kept_with_3_1_1(tmp_path):
    authority = Authority(tmp_path / "pki")  # whose certificates are good for both ends: nodes call one another
    pki = authority.folder
    (pki / "tls-ca.pem").write_bytes(authority.ca.read_bytes())
    authority.write_key(pki / "tls-ca.key")
    authority.issue("fleet")
    files = Files(authority.ca, *authority.issue("broker"))
    cluster = SimNats(tmp_path / "nats", files, [f"kiosk-{number:05d}" for number in range(1, 4)])
    await cluster.start()
    try:
        place = f"localhost:{cluster.port}"
        async with watched(tmp_path, place, pki, Plan(3, busy_s=0.5, old=True), old=True) as (watching, crowd):
            name = crowd.kiosks[0].id
            assert await answered(watching, name) == ("unknown-key", True)
            await until(lambda: watching.history.of(name))
            crowd.kiosks[1].drop()
            await until(lambda: watching.register.kiosks[crowd.kiosks[1].id].online is False)
            await until(lambda: watching.register.kiosks[crowd.kiosks[1].id].online)
    finally:
        await cluster.kill()


def test_simulated_kiosks_and_the_hub_agree_on_whose_shard_is_whose(pki):
    brokers = [Broker(f"shard-{number}", 1, pki, "fleet") for number in range(5)]
    for number in range(1, 50):
        name = f"kiosk-{number:05d}"
        assert shard_of(name, brokers).host == f"shard-{crowds.shard_of(name, 5)}"
