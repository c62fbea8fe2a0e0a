"""What being seen from afar costs, and what it loses: real mosquitto, mutual TLS, one process for each kiosk.

`latency_ms`: from the call that publishes until `mosquitto_sub` has it, QoS 1, by turns beside paho with a thread.
`idle_wakeups_per_s`, `bytes_per_day`: of a process that is only the kiosk's telemetry (`telemetry_kiosk.py`), over some
minutes; bytes are those of the TCP connection, TLS and all, as `ss` counts them. `lost`, `doubled_pct`:
`tests/mqtt/killing.py`. A busy day has 200 visits, each with what one visit of the whole simulated kiosk adds.
"""

import asyncio
import contextlib
import json
import os
import re
import signal
import statistics
import subprocess
import sys
import time
from contextlib import asynccontextmanager
from pathlib import Path

from hil_tests import visit
from sim_hw.bench import SimBench
from sim_hw.broker import SimBroker
from sim_hw.world import Options, World
from tests.measure import telemetry_failures
from tests.measure.figure import figure
from tests.measure.processes import _wakeups
from tests.mqtt.killing import Killing
from tests.mqtt.mosquitto_subscriber import Subscriber, becomes_true
from tests.mqtt.mqtt_pki import Authority

HERE = Path(__file__).parent
IDLE_S, SETTLE_S = 240.0, 8.0
BLOCKS, A_BLOCK, PACE_S = 5, 600, 0.005
EVENTS, KILLS, BETWEEN_S = 10_000, 20, (4.0, 8.0)
KILLED, FROZEN, KEEPALIVE_S = 5, 3, 20
VISITS_A_DAY, DAY_S = 200, 86_400
VISITS = 3


async def measure(out: Path) -> dict:
    authority = Authority(out / "pki")
    async with _broker(out / "broker", authority) as mosquitto:
        figures = await _latency(mosquitto, authority)
        idle, bytes_a_day = await _idle(mosquitto, authority, out)
        figures |= idle
        figures |= await _offline(mosquitto, authority, out)
        gaps = await telemetry_failures.gaps(authority, mosquitto, out)
    worst = max(gaps, key=lambda name: gaps[name])
    told = ", ".join(f"{name} {gap:.1f}" for name, gap in sorted(gaps.items()))
    figures["telemetry.worst_loop_gap_ms"] = figure(list(gaps.values()), "ms", f"aim 50; {worst}; {told}") | {
        "value": round(gaps[worst], 1)
    }
    async with _broker(out / "killed", authority) as mosquitto:
        figures |= await _kills(mosquitto, authority, out / "state")
    return figures | await _busy(out / "world", bytes_a_day)


@asynccontextmanager
async def _broker(folder: Path, authority: Authority):
    broker = SimBroker(folder, authority.ca, *authority.issue("broker"))
    await broker.start()
    try:
        yield broker
    finally:
        await broker.kill()


def _settings(mosquitto, authority, name, **more) -> str:
    certificate, key = authority.issue(name)
    files = {"ca": str(authority.ca), "certificate": str(certificate), "key": str(key)}
    return json.dumps({**files, "port": mosquitto.port, "name": name, **more})


# ---------------------------------------------------------------- latency


async def _latency(mosquitto, authority) -> dict:
    took_ms = {"kiosk": [], "paho": []}
    names = {"kiosk-0001": "kiosk", "kiosk-0002": "paho"}
    certificate, key = authority.issue("monitor")
    command = ["mosquitto_sub", "-h", "localhost", "-p", str(mosquitto.port), "-V", "5", "-q", "1", "-i", "monitor"]
    command += ["--cafile", str(authority.ca), "--cert", str(certificate), "--key", str(key)]
    command += ["-F", "%U %t %p", "-t", "kiosk/v1/+/event/measured"]
    listening = await asyncio.create_subprocess_exec(*command, stdout=asyncio.subprocess.PIPE)

    async def listen():
        while line := await listening.stdout.readline():
            came_s, topic, sent_s = line.split()
            took_ms[names[topic.split(b"/")[2].decode()]].append(1000 * (float(came_s) - float(sent_s)))

    reading = asyncio.create_task(listen())
    await becomes_true(lambda: any("as monitor" in line for line in mosquitto.log))
    for number in range(1, BLOCKS + 2):
        for name, who in names.items():
            options = _settings(mosquitto, authority, name, count=A_BLOCK, pace_s=PACE_S)
            await _run(sys.executable, str(HERE / "telemetry_sender.py"), who, options)
            await becomes_true(lambda who=who, number=number: len(took_ms[who]) == number * A_BLOCK)
    for each in took_ms.values():
        del each[:A_BLOCK]  # the first block of each warmed the machine up
    listening.terminate()
    await listening.wait()
    await reading
    ours, paho = ({q: _quantile(took_ms[who], q) for q in (50, 99)} for who in ("kiosk", "paho"))
    n = [0.0] * len(took_ms["kiosk"])
    figures = {
        f"telemetry.latency_p{q}_ms": figure(n, "ms", f"publish to subscriber; paho alone {paho[q]:.2f}")
        | {"value": round(ours[q], 2)}
        for q in (50, 99)
    }
    ratio = ours[99] / paho[99]
    figures["telemetry.latency_p99_ratio"] = figure(n, "", "aim 1.2; ours / paho alone") | {"value": round(ratio, 2)}
    return figures


def _quantile(values, percent) -> float:
    return statistics.quantiles(values, n=100)[percent - 1]


async def _run(*command: str) -> None:
    process = await asyncio.create_subprocess_exec(*command, env=_environment())
    assert await process.wait() == 0, command


def _environment() -> dict:
    return {**os.environ, "PYTHONPATH": str(HERE.parents[1])}


# ---------------------------------------------------------------- idle, killed, frozen


@asynccontextmanager
async def _kiosk(mosquitto, authority, out: Path, name: str, keepalive_s: int = 60):
    folder = out / name
    folder.mkdir(parents=True, exist_ok=True)
    options = _settings(mosquitto, authority, name, folder=str(folder), keepalive_s=keepalive_s)
    command = [sys.executable, str(HERE / "telemetry_kiosk.py"), options]
    process = await asyncio.create_subprocess_exec(*command, env=_environment(), stdout=asyncio.subprocess.PIPE)
    try:
        assert await process.stdout.readline() == b"connected\n"
        yield process
    finally:
        if process.returncode is None:
            process.kill()
        await process.communicate()


async def _idle(mosquitto, authority, out: Path) -> tuple[dict, float]:
    async with (
        Subscriber(mosquitto.port, authority.ca, *authority.issue("monitor")),
        _kiosk(mosquitto, authority, out, "kiosk-0001") as kiosk,
    ):
        await asyncio.sleep(SETTLE_S)
        wakeups, size, cpu_s, began = _wakeups(kiosk.pid), _bytes(kiosk.pid), _cpu_s(kiosk.pid), time.monotonic()
        await asyncio.sleep(IDLE_S)
        lasted_s = time.monotonic() - began
        rate = (_wakeups(kiosk.pid) - wakeups) / lasted_s
        a_day = (_bytes(kiosk.pid) - size) / lasted_s * DAY_S
        load = 1000 * (_cpu_s(kiosk.pid) - cpu_s) / lasted_s
    n = f"over {IDLE_S:.0f} s"
    return {
        "telemetry.idle_wakeups_per_s": figure([rate], "1/s", f"aim 0.15; mutual TLS, a status each 30 s; {n}", 3),
        "telemetry.idle_cpu_ms_per_s": figure([load], "ms/s", n, 2),
        "telemetry.bytes_per_day_idle": figure([a_day], "B", f"of the TCP connection, both ways; {n}", 0),
    }, a_day


async def _offline(mosquitto, authority, out: Path) -> dict:
    killed_s, frozen = [], []
    for number in range(KILLED):
        name = f"kiosk-{number + 1:04d}"
        async with _kiosk(mosquitto, authority, out, name) as kiosk, _avail(mosquitto, authority, name) as seen:
            kiosk.kill()
            killed_s.append(await _offline_after(seen, name, time.monotonic()))
    name = "kiosk-0001"
    for _ in range(FROZEN):
        async with (
            _kiosk(mosquitto, authority, out, name, KEEPALIVE_S) as kiosk,
            _avail(mosquitto, authority, name) as seen,
        ):
            kiosk.send_signal(signal.SIGSTOP)
            frozen.append(await _offline_after(seen, name, time.monotonic()) / KEEPALIVE_S)
    return {
        "telemetry.offline_seen_s": figure(killed_s, "s", f"aim 1; killed; slowest {max(killed_s):.2f}", 3),
        "telemetry.offline_frozen_keepalives": figure(
            frozen, "", f"aim 1.5; frozen, keepalive {KEEPALIVE_S} s; slowest {max(frozen):.2f}", 2
        ),
    }


def _avail(mosquitto, authority, name):
    monitor = authority.issue("monitor")
    return Subscriber(mosquitto.port, authority.ca, *monitor, topic=f"kiosk/v1/{name}/avail")


async def _offline_after(seen: Subscriber, name: str, began: float) -> float:
    await seen.until((f"kiosk/v1/{name}/avail", "offline"), limit_s=3 * KEEPALIVE_S)
    return time.monotonic() - began


def _bytes(pid: int) -> int:
    """Bytes sent and received of the only TCP connection of a process, since it was opened."""
    told = subprocess.run(["ss", "-Htinp", "state", "established"], capture_output=True, text=True, check=True).stdout
    mine = [part for part in re.split(r"\n(?=\S)", told) if f"pid={pid}," in part]
    assert len(mine) == 1, mine
    return sum(int(found) for found in re.findall(r"bytes_(?:sent|received):(\d+)", mine[0]))


def _cpu_s(pid: int) -> float:
    fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


# ---------------------------------------------------------------- killed while events flow; busy


async def _kills(mosquitto, authority, folder: Path) -> dict:
    folder.mkdir(parents=True, exist_ok=True)  # noqa: ASYNC240 - nothing runs yet
    killing = Killing(mosquitto, authority, folder, EVENTS, hasty=False, pace_s=0.005)
    with contextlib.suppress(TimeoutError):  # then some are lost
        await killing.run(KILLS, BETWEEN_S, seed=1)
    lost = EVENTS - len(killing.seen)
    doubled = 100 * (sum(killing.seen.values()) - len(killing.seen)) / EVENTS
    against = f"of {EVENTS} events, {KILLS} kills (SIGKILL) of kiosk and broker by turns, at random times"
    return {
        "telemetry.lost": figure([lost], "", f"aim 0; {against}", 0),
        "telemetry.doubled_pct": figure([doubled], "%", "aim 2; before doubles are dropped by their id", 2),
    }


async def _busy(out: Path, idle_a_day: float) -> dict:
    sizes = []
    async with World(out, Options(hub_data=out.parents[1] / "issuance" / "hub")) as world:
        bench = SimBench(world)
        for _ in range(VISITS):
            await bench.expect_idle()
            before, began = _broker_bytes(world), time.monotonic()
            await visit.up_to_paying(bench)
            await visit.pay_and_take_home(bench, 100, 100, 50)
            idle = idle_a_day * (time.monotonic() - began) / DAY_S
            sizes.append(_broker_bytes(world) - before - idle)
    a_visit = statistics.median(sizes)
    busy = figure([idle_a_day + VISITS_A_DAY * a_visit], "B", f"{VISITS_A_DAY} visits of {a_visit:.0f} B", 0)
    return {"telemetry.bytes_per_day_busy": busy}


def _broker_bytes(world: World) -> int:
    told = subprocess.run(
        ["ss", "-Htinp", "state", "established", f"( dport = :{world.broker.port} )"],
        capture_output=True, text=True, check=True,
    ).stdout  # fmt: skip
    mine = [part for part in re.split(r"\n(?=\S)", told) if f"pid={world.machine.pid}," in part]
    assert len(mine) == 1, mine
    return sum(int(found) for found in re.findall(r"bytes_(?:sent|received):(\d+)", mine[0]))
