"""Simulated kiosks at real brokers, each shard with a process of its own: what a connection costs the broker.

Memory and processor time are the brokers' own, from /proc; how many are connected is what the brokers log. Used by
`make bench` (small) and `make bench-fleet` (up to 56,000 kiosks over shards).
"""

import asyncio
import contextlib
import os
import sys
import time
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from hub.setup.tls import TlsAuthority
from sim_hw.broker import SimBroker
from tests.mqtt.mosquitto_subscriber import becomes_true

ROOT = Path(__file__).parents[2]
STEADY_S = 60.0
SETTLE_S = 10.0
BUSY_S = 600.0
KIB = 1024


@dataclass(frozen=True, slots=True)
class Cost:
    """What so many kiosks cost all brokers together; `reconnect_s` after all brokers were killed, None: not tried."""

    kiosks: int
    shards: int
    kib_each: float
    steady_cpu: float
    connect_s: float
    connect_cpu_ms: float
    reconnect_s: float | None


def make_pki(data: Path) -> Path:
    """Certificates as `hub init` makes them."""
    pki = data / "pki"
    tls = TlsAuthority(pki, datetime.now(UTC), lambda _line: None)
    tls.server(pki / "broker")
    for role in ("fleet", "operator", "monitor"):
        tls.client(pki / role, role)
    return data


async def cost(data: Path, out: Path, kiosks: int, shards: int, *, reconnect: bool) -> Cost:
    """Connect them, leave them alone, kill the brokers and let all come back."""
    pki = data / "pki"
    files = (pki / "tls-ca.pem", pki / "broker.pem", pki / "broker.key")
    brokers = [SimBroker(out / f"broker-{kiosks}-{number}", *files) for number in range(shards)]
    async with contextlib.AsyncExitStack() as stack:
        for broker in brokers:
            stack.push_async_callback(broker.kill)
            await broker.start()
        empty, limit_s = _rss_kib(brokers), 60 + kiosks / 20
        began, cpu_s = time.monotonic(), _cpu_s(brokers)
        share = kiosks // shards
        for number, broker in enumerate(brokers):
            await stack.enter_async_context(_crowd(data, broker.port, share, number * share + 1, out))
        await becomes_true(lambda: _connected(brokers) >= share * shards, limit_s)
        connect_s, connect_cpu_s = time.monotonic() - began, _cpu_s(brokers) - cpu_s
        await asyncio.sleep(SETTLE_S)
        steady, began = _cpu_s(brokers), time.monotonic()
        await asyncio.sleep(STEADY_S)
        steady = (_cpu_s(brokers) - steady) / (time.monotonic() - began)
        each = (_rss_kib(brokers) - empty) / (share * shards)
        back_s = await _come_back(brokers, share * shards, limit_s) if reconnect else None
    return Cost(kiosks, shards, each, steady, connect_s, 1000 * connect_cpu_s / kiosks, back_s)


async def _come_back(brokers: list[SimBroker], kiosks: int, limit_s: float) -> float:
    for broker in brokers:
        await broker.kill()
        broker.log.clear()
    for broker in brokers:
        await broker.start()
    began = time.monotonic()
    await becomes_true(lambda: _connected(brokers) >= kiosks, limit_s)
    return time.monotonic() - began


@contextlib.asynccontextmanager
async def _crowd(data: Path, port: int, kiosks: int, first: int, out: Path):
    command = [sys.executable, "-m", "sim_hw", "fleet", "--kiosks", str(kiosks), "--first", str(first)]
    command += ["--data", str(data), "--broker-port", str(port), "--busy", str(BUSY_S)]
    with (out / f"crowd-{first}.log").open("wb") as log:
        process = await asyncio.create_subprocess_exec(*command, cwd=ROOT, stdout=log, stderr=log)
    try:
        yield
    finally:
        process.kill()
        await process.wait()


def _connected(brokers: list[SimBroker]) -> int:
    """How many kiosks the brokers have let in: those that came more than once count once."""
    names = (line.partition(" as ")[2].split(" ")[0] for broker in brokers for line in tuple(broker.log))
    return len({name for name in names if name.startswith("kiosk-")})


def _rss_kib(brokers: list[SimBroker]) -> float:
    pages = (int(Path(f"/proc/{broker._process.pid}/statm").read_text().split()[1]) for broker in brokers)
    return sum(pages) * os.sysconf("SC_PAGE_SIZE") / KIB


def _cpu_s(brokers: list[SimBroker]) -> float:
    fields = (Path(f"/proc/{it._process.pid}/stat").read_text().rpartition(")")[2].split() for it in brokers)
    return sum(int(each[11]) + int(each[12]) for each in fields) / os.sysconf("SC_CLK_TCK")
