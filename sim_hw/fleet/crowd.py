"""Many simulated kiosks that connect, are cut off, and come back with back-off and jitter.

    python -m sim_hw fleet --kiosks 1000 --data hub-data --broker-port 8883

Not responsible for the broker. Each kiosk has a certificate of its own, as the broker demands.
"""

from __future__ import annotations

import asyncio
import hashlib
import random
import ssl
import tempfile
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from sim_hw.fleet.certificates import Certificates
from sim_hw.fleet.kiosk import RECONNECT_S, SimKiosk, context_of

if TYPE_CHECKING:
    import argparse

AT_ONCE = 50  # handshakes under way in this process
WATCH_S = 5.0
GOODBYE_S = 5.0


@dataclass(frozen=True, slots=True)
class Plan:
    """How many kiosks, and what happens: the mean seconds between changes, and between outages of each (0: none).

    `first` is the number of the first one. `shards`: of several brokers each kiosk has its own one; else it goes to the
    next when one does not answer, as with nodes of a cluster. `old`: they speak MQTT 3.1.1.
    """

    kiosks: int
    busy_s: float = 60.0
    outage_s: float = 0.0
    skew_s: float = 0.0
    first: int = 1
    shards: bool = False
    old: bool = False


class Crowd:
    """The kiosks of the brokers `hosts` (HOST[:PORT] with commas between, else `port`); `pki` holds the authority."""

    def __init__(self, hosts: str, port: int, pki: Path, plan: Plan) -> None:
        self._places = [places_of(each, port) for each in hosts.split(",")]
        self._plan = plan
        self._pki = pki
        self._handshakes = asyncio.Semaphore(AT_ONCE)
        self._dice = random.Random(1)  # noqa: S311 - to be repeated
        skew = plan.skew_s
        self.kiosks = [
            SimKiosk(f"kiosk-{number:05d}", busy_s=plan.busy_s, skew_s=self._dice.uniform(-skew, skew), old=plan.old)
            for number in range(plan.first, plan.first + plan.kiosks)
        ]

    @property
    def connected(self) -> int:
        """How many are connected."""
        return sum(kiosk.connected for kiosk in self.kiosks)

    async def run(self) -> None:
        """Keep all connected until cancelled; then all say goodbye."""
        with tempfile.TemporaryDirectory(prefix="fleet-") as folder:
            certificates = Certificates(self._pki, Path(folder))
            try:
                async with asyncio.TaskGroup() as group:
                    for kiosk in self.kiosks:
                        certificate = certificates.issue(kiosk.id)
                        context = context_of(certificates.ca, certificate)
                        certificate.unlink()
                        group.create_task(self._keep(kiosk, context))
                        await asyncio.sleep(0)
            finally:
                online = [kiosk for kiosk in self.kiosks if kiosk.connected]
                for kiosk in online:
                    kiosk.leave()
                async with asyncio.timeout(GOODBYE_S):
                    await asyncio.gather(*(kiosk.gone.wait() for kiosk in online))

    async def _keep(self, kiosk: SimKiosk, context: ssl.SSLContext) -> None:
        failures, at = 0, shard_of(kiosk.id, len(self._places))
        while True:
            place = self._places[at]
            try:
                async with self._handshakes:
                    await asyncio.get_running_loop().create_connection(
                        lambda: kiosk, *place, ssl=context, server_hostname="localhost"
                    )
            except OSError:
                failures += 1
            else:
                failures = 0
                cut = self._plan.outage_s and self._dice.expovariate(1 / self._plan.outage_s)
                await self._until_gone(kiosk, cut)
            at = at if self._plan.shards else (at + 1) % len(self._places)
            first_s, last_s = RECONNECT_S
            await asyncio.sleep(self._dice.uniform(first_s, min(last_s, first_s * 2 ** (failures + 1))))

    async def _until_gone(self, kiosk: SimKiosk, cut_s: float) -> None:
        try:
            async with asyncio.timeout(cut_s or None):
                await kiosk.gone.wait()
        except TimeoutError:
            kiosk.drop()


def shard_of(kiosk_id: str, brokers: int) -> int:
    """Return which of so many brokers is this kiosk's (decision 0038)."""
    return int.from_bytes(hashlib.sha256(kiosk_id.encode()).digest(), "big") % brokers


def places_of(text: str, port: int) -> tuple[str, int]:
    """Return host and port of `HOST[:PORT]`."""
    host, _, own = text.partition(":")
    return host, int(own or port)


def add_options(command: argparse.ArgumentParser) -> None:
    """Add the options of `python -m sim_hw fleet`."""
    command.add_argument("--kiosks", type=int, default=100, metavar="N", help="how many (%(default)s)")
    command.add_argument("--first", type=int, default=1, metavar="N", help="number of the first one (%(default)s)")
    command.add_argument("--data", type=Path, required=True, metavar="DIR", help="the hub's data, for its authority")
    command.add_argument("--broker", default="localhost", metavar="HOST[:PORT],...", help="the broker (%(default)s)")
    command.add_argument("--shards", action="store_true", help="of several brokers each kiosk has its own by hashed id")
    command.add_argument("--protocol", choices=("5", "3.1.1"), default="5", help="of MQTT (%(default)s)")
    command.add_argument("--broker-port", type=int, default=8883, metavar="N", help="its port (%(default)s)")
    command.add_argument(
        "--busy", type=float, default=60.0, metavar="S", help="mean time between changes (%(default)s)"
    )
    command.add_argument("--outage", type=float, default=0.0, metavar="S", help="mean time between outages; 0 = none")
    command.add_argument("--skew", type=float, default=0.0, metavar="S", help="clocks are wrong by up to so much")
    command.set_defaults(run=run)


async def run(options: argparse.Namespace) -> int:
    """Run the command until it is interrupted, telling each few seconds how many are connected."""
    plan = Plan(
        options.kiosks, options.busy, options.outage, options.skew, options.first,
        shards=options.shards, old=options.protocol == "3.1.1",
    )  # fmt: skip
    crowd = Crowd(options.broker, options.broker_port, options.data / "pki", plan)
    running = asyncio.create_task(crowd.run())
    try:
        while not running.done():
            await asyncio.wait({running}, timeout=WATCH_S)
            print(f"{crowd.connected} of {plan.kiosks} connected", flush=True)
        running.result()
    finally:
        running.cancel()
        await asyncio.gather(running, return_exceptions=True)
    return 0
