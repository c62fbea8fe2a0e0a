"""`make test-failover`: the fail-over broker (three NATS nodes) under load, its nodes killed by turns; out/failover.md.

Counts what a subscriber with a lasting session misses of what a kiosk's outbox told and of what the broker had taken of
simulated kiosks, and how long it heard nothing. Memory and processor time are the nodes' own, from /proc.
"""

import argparse
import asyncio
import os
import shutil
import statistics
import sys
import time
from itertools import pairwise
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[1] / "mqtt"))

from failing_over import Subscriber, Telling, told_by_a_kiosk
from mosquitto_subscriber import becomes_true
from mqtt_pki import Authority

from sim_hw.fleet.crowd import Crowd, Plan
from sim_hw.nats import NODES, Files, SimNats

KILLS, CROWD, AWAY_S, BETWEEN_S, STEADY_S = 12, 300, 10.0, 20.0, 30.0
EVENTS_A_KILL, PACE_S = 600, 0.05
LIMIT_S = 180.0


def _cpu_s(cluster) -> float:
    fields = (Path(f"/proc/{it.pid}/stat").read_text().rpartition(")")[2].split() for it in cluster._processes.values())
    return sum(int(each[11]) + int(each[12]) for each in fields) / os.sysconf("SC_CLK_TCK")


async def _killed(cluster, subscriber, kills: int) -> list[float]:
    """Kill node after node; returns for how many seconds the subscriber heard nothing, each time."""
    silent_s = []
    for number in range(kills):
        await asyncio.sleep(BETWEEN_S)
        began, node = time.monotonic(), number % NODES
        await cluster.kill(node)
        await asyncio.sleep(AWAY_S)
        came = [began, *(at for at in subscriber.came_s if at >= began), time.monotonic()]
        silent_s.append(max(late - early for early, late in pairwise(came)))
        await cluster.start(node)
        print(f"node {node} killed: nothing heard for {silent_s[-1]:.1f} s", flush=True)
    return silent_s


async def measure(out: Path, kills: int, kiosks: int) -> str:
    authority = Authority(out / "pki")
    shutil.copy(authority.ca, out / "pki" / "tls-ca.pem")
    authority.write_key(out / "pki" / "tls-ca.key")
    names = ["kiosk-0001", *(f"kiosk-{number:05d}" for number in range(1, kiosks + 1))]
    cluster = SimNats(out / "nats", Files(authority.ca, *authority.issue("broker")), names)
    await cluster.start()
    empty_kib = sum(cluster.rss_kib())
    subscriber, total = Subscriber(cluster, authority), kills * EVENTS_A_KILL
    plan = Plan(kiosks, busy_s=20.0, old=True)
    crowd, telling = Crowd(",".join(cluster.hosts), cluster.port, out / "pki", plan), Telling()
    tasks = [asyncio.create_task(work) for work in (subscriber.run(), crowd.run())]
    kiosk = None
    try:
        await becomes_true(lambda: crowd.connected == kiosks and subscriber.heard, LIMIT_S)
        await asyncio.sleep(AWAY_S)
        cpu_s = _cpu_s(cluster)
        await asyncio.sleep(STEADY_S)
        cpu, each_kib = (_cpu_s(cluster) - cpu_s) / STEADY_S, (sum(cluster.rss_kib()) - empty_kib) / kiosks
        telling.ids.clear()
        kiosk = await told_by_a_kiosk(cluster, authority, out / "state", total, PACE_S)
        silent_s = await _killed(cluster, subscriber, kills)
        async with asyncio.timeout(LIMIT_S):
            assert await kiosk.wait() == 0, (await kiosk.stderr.read()).decode()
        await becomes_true(lambda: crowd.connected == kiosks, LIMIT_S)
        acknowledged = telling.ids - {event_id for each in crowd.kiosks for event_id in each._events}
        missed = await _missed(subscriber, acknowledged, total)
    finally:
        telling.restore()
        if kiosk is not None and kiosk.returncode is None:
            kiosk.kill()
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
        await cluster.kill()
    doubled = len(subscriber.documents()) - len(set(subscriber.documents()))
    return (
        f"| kiosks | kills | events of the outbox | lost | doubled | taken of other kiosks | lost | nothing heard "
        f"| CPU of the nodes (100 %: a core) | KiB each, all nodes |\n|---|---|---|---|---|---|---|---|---|---|\n"
        f"| {kiosks} | {kills} | {total} | {missed[0]} | {doubled} | {len(acknowledged)} | {missed[1]} | median "
        f"{statistics.median(silent_s):.1f}, longest {max(silent_s):.1f} s | {100 * cpu:.0f} % | {each_kib:.0f} |\n"
    )


async def _missed(subscriber, acknowledged: set[str], total: int) -> tuple[int, int]:
    """How many events are not heard in the end, of the outbox and of the others."""

    def missing() -> tuple[int, int]:
        heard = {body["event_id"] for body in subscriber.heard}
        return total - len(set(subscriber.documents())), len(acknowledged - heard)

    try:
        await becomes_true(lambda: missing() == (0, 0), LIMIT_S)
    except AssertionError:
        print("not all was heard", flush=True)
    return missing()


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m tests.measure.failover", description=__doc__)
    parser.add_argument("--kills", type=int, default=KILLS, metavar="N", help="%(default)s")
    parser.add_argument("--kiosks", type=int, default=CROWD, metavar="N", help="%(default)s")
    parser.add_argument("--out", type=Path, default=Path("out/failover"), metavar="DIR")
    chosen = parser.parse_args()
    shutil.rmtree(chosen.out, ignore_errors=True)
    table = asyncio.run(measure(chosen.out, chosen.kills, chosen.kiosks))
    chosen.out.with_suffix(".md").write_text(table, encoding="utf-8")
    print(table)
    return 0


if __name__ == "__main__":
    sys.exit(main())
