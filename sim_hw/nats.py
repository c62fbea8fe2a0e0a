"""A real cluster of three NATS nodes on loopback, configured by the very files that are deployed (`deploy/nats/`).

The nodes are 127.0.0.1, .2 and .3, all on one port, as the addresses of one name are. Not responsible for certificates.
Only paths, addresses and the nodes' names differ from what is deployed.
"""

from __future__ import annotations

import asyncio
import contextlib
import shutil
import subprocess
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from sim_hw.free_port import free_port

if TYPE_CHECKING:
    from asyncio.subprocess import Process
    from collections.abc import Iterable

DEPLOYED = Path(__file__).parents[1] / "deploy" / "nats"
NODES = 3
START_S = 40.0
_LOOK_S = 0.1
_READY = b"JetStream cluster new metadata leader"


class ClusterFailed(RuntimeError):
    """nats-server is not installed, or the nodes do not come together; the message holds what they said."""


@dataclass(frozen=True, slots=True)
class Files:
    """Certificates of the nodes, and who signed those of the clients."""

    ca: Path
    certificate: Path
    key: Path


class SimNats:
    """Three nodes; each one's streams live in `folder`. `port` and addresses stay the same over `kill` and `start`."""

    def __init__(self, folder: Path, files: Files, kiosks: Iterable[str]) -> None:
        self.port = free_port()
        self.hosts = tuple(f"127.0.0.{number}" for number in range(1, NODES + 1))
        self._folder = folder
        self._processes: dict[int, Process] = {}
        folder.mkdir(parents=True, exist_ok=True)
        users = subprocess.run(
            [DEPLOYED / "users.sh"], input="".join(f"{each}\n" for each in kiosks), capture_output=True, text=True,
            check=True,
        )  # fmt: skip
        (folder / "users.conf").write_text(users.stdout, encoding="utf-8")
        routes = [free_port() for _ in range(NODES)]
        for number in range(NODES):
            self._write(number, files, routes)

    async def start(self, *nodes: int) -> None:
        """Start these nodes, or all; the cluster has a leader and answers when this returns."""
        program = shutil.which("nats-server", path="/usr/sbin:/usr/local/bin:/usr/bin")
        if program is None:
            raise ClusterFailed("nats-server is not installed; apt-get install nats-server")
        for number in nodes or range(NODES):
            with (self._folder / f"node-{number}.log").open("ab") as log:
                self._processes[number] = await asyncio.create_subprocess_exec(
                    program, "-c", str(self._folder / f"node-{number}.conf"), stdout=log, stderr=log
                )
        try:
            async with asyncio.timeout(START_S):
                while not self._together():  # noqa: ASYNC110 - other processes cause it
                    await asyncio.sleep(_LOOK_S)
        except TimeoutError:
            await self.kill()
            raise ClusterFailed(f"the nodes do not come together: {self._folder}/node-*.log") from None

    async def kill(self, *nodes: int) -> None:
        """End these nodes, or all, as a power cut does."""
        for number in nodes or tuple(self._processes):
            process = self._processes.pop(number)
            with contextlib.suppress(ProcessLookupError):
                process.kill()
            await process.wait()

    def rss_kib(self) -> list[float]:
        """Return the memory of each node that runs."""
        status = (Path(f"/proc/{it.pid}/status").read_text(encoding="ascii") for it in self._processes.values())
        return [float(text.partition("VmRSS:")[2].split()[0]) for text in status]

    def _together(self) -> bool:
        logs = [(self._folder / f"node-{number}.log").read_bytes() for number in self._processes]
        return any(_READY in log for log in logs) and all(b"Listening for MQTT clients" in log for log in logs)

    def _write(self, number: int, files: Files, routes: list[int]) -> None:
        text = (DEPLOYED / "nats.conf").read_text(encoding="utf-8")
        others = [port for at, port in enumerate(routes) if at != number]
        for deployed, here in (
            ("node-1", f"node-{number}"),
            ("nats://node-2.example:6222", f"nats://127.0.0.1:{others[0]}"),
            ("nats://node-3.example:6222", f"nats://127.0.0.1:{others[1]}"),
            ("0.0.0.0:6222", f"127.0.0.1:{routes[number]}"),
            ("127.0.0.1:4222", f"127.0.0.1:{free_port()}"),
            ("0.0.0.0:8883", f"{self.hosts[number]}:{self.port}"),
            ("/etc/nats/kiosk/ca.pem", str(files.ca)),
            ("/etc/nats/kiosk/broker.pem", str(files.certificate)),
            ("/etc/nats/kiosk/broker.key", str(files.key)),
            ("/var/lib/nats/kiosk", str(self._folder / f"store-{number}")),
        ):
            text = text.replace(deployed, here)
        (self._folder / f"node-{number}.conf").write_text(text, encoding="utf-8")
