"""A real mosquitto for the bench, configured by the very files that are deployed, on a port of its own.

Not responsible for certificates: the hub makes them. Only paths, port and the user to run as differ from
`deploy/mosquitto/mosquitto.conf`.
"""

from __future__ import annotations

import asyncio
import os
import shutil
import socket
from pathlib import Path
from typing import TYPE_CHECKING

from sim_hw.free_port import free_port

if TYPE_CHECKING:
    from asyncio.subprocess import Process

DEPLOYED = Path(__file__).parents[1] / "deploy" / "mosquitto"
_START_TIMEOUT_S = 10.0
_LOOK_S = 0.02


class BrokerFailed(RuntimeError):
    """mosquitto is not installed, or ended at once; the message holds what it said."""


class SimBroker:
    """One mosquitto. Its retained messages live in `folder`; `port` stays the same over `kill` and `start`."""

    def __init__(self, folder: Path, ca: Path, certificate: Path, key: Path, port: int = 0) -> None:
        self.port = port or free_port()
        self.log: list[str] = []
        self._folder = folder
        self._process: Process | None = None
        self._reader: asyncio.Task[None] | None = None
        folder.mkdir(parents=True, exist_ok=True)
        shutil.copy(DEPLOYED / "acl", folder / "acl")
        (folder / "acl").chmod(0o600)
        text = (DEPLOYED / "mosquitto.conf").read_text(encoding="utf-8")
        for deployed, here in (
            ("/etc/mosquitto/kiosk/ca.pem", str(ca)),
            ("/etc/mosquitto/kiosk/broker.pem", str(certificate)),
            ("/etc/mosquitto/kiosk/broker.key", str(key)),
            ("/etc/mosquitto/kiosk/acl", str(folder / "acl")),
            ("/var/lib/mosquitto/", f"{folder}/"),
            ("listener 8883", f"listener {self.port} 127.0.0.1"),
        ):
            text = text.replace(deployed, here)
        if os.geteuid() == 0:
            text += "user root\n"
        (folder / "mosquitto.conf").write_text(text, encoding="utf-8")

    async def start(self) -> None:
        """Start it; it accepts connections when this returns."""
        program = shutil.which("mosquitto", path=f"{os.environ.get('PATH', '')}:/usr/sbin")
        if program is None:
            raise BrokerFailed("mosquitto is not installed; apt-get install mosquitto")
        self._process = await asyncio.create_subprocess_exec(
            program, "-c", str(self._folder / "mosquitto.conf"), stderr=asyncio.subprocess.PIPE
        )
        self._reader = asyncio.create_task(self._read(self._process))
        deadline = asyncio.get_running_loop().time() + _START_TIMEOUT_S
        while not _answers(self.port):  # what it logs when it runs depends on the deployed log_type
            if self._reader.done() or asyncio.get_running_loop().time() > deadline:
                await self.kill()
                raise BrokerFailed("mosquitto does not run: " + " | ".join(self.log[-5:]))
            await asyncio.sleep(_LOOK_S)

    async def stop(self) -> None:
        """Let it end in order."""
        if self._process is not None and self._process.returncode is None:
            self._process.terminate()
        await self._ended()

    async def kill(self) -> None:
        """End it as a power cut does."""
        if self._process is not None and self._process.returncode is None:
            self._process.kill()
        await self._ended()

    async def _ended(self) -> None:
        if self._process is not None:
            await self._process.wait()
        if self._reader is not None:
            await self._reader
        self._process = self._reader = None

    async def _read(self, process: Process) -> None:
        assert process.stderr is not None  # noqa: S101 - asked for above
        async for line in process.stderr:
            self.log.append(line.decode(errors="replace").strip())


def _answers(port: int) -> bool:
    with socket.socket() as probe:
        return probe.connect_ex(("127.0.0.1", port)) == 0
