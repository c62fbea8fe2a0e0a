"""A real mosquitto with the project's own configuration (deploy/mosquitto), and a subscriber that is not our code.

What the subscriber sees goes to mqtt.jsonl, a line a message, and is kept by topic. Not responsible for what is said.
"""

from __future__ import annotations

import asyncio
import json
import os
import shutil
import socket
from typing import TYPE_CHECKING, Any

from sim_hw.process import Child, ProcessFailed

if TYPE_CHECKING:
    from pathlib import Path

    from sim_hw.events import EventLog

INSTALLED_AT = "/etc/mosquitto/kiosk/"
START_LIMIT_S = 10.0
LOOK_S = 0.02


class Broker:
    """The broker on a free port of loopback. `folder` takes its files, `pki` is the hub's."""

    def __init__(self, folder: Path, configuration: Path, pki: Path, logs: Path) -> None:
        self.port = free_port()
        self._folder = folder
        self._configuration = configuration
        self._pki = pki
        program = shutil.which("mosquitto", path=f"{os.environ.get('PATH', '')}:/usr/sbin")
        if program is None:
            raise ProcessFailed("mosquitto is not installed: sudo apt-get install --no-install-recommends mosquitto")
        self._child = Child("mosquitto", [program, "-c", str(folder / "mosquitto.conf")], logs / "mosquitto.log")

    async def start(self) -> None:
        """Start with an empty memory; returns when connections are accepted."""
        self._prepare()
        await self._child.start()
        try:
            async with asyncio.timeout(START_LIMIT_S):
                while not _answers(self.port):
                    self._child.fail_if_ended()
                    await asyncio.sleep(LOOK_S)
        except TimeoutError:
            raise ProcessFailed(f"mosquitto does not listen after {START_LIMIT_S:g} s:\n{self._child.tail()}") from None

    async def stop(self) -> None:
        """Kill it, as a crash would."""
        await self._child.kill()

    def _prepare(self) -> None:
        shutil.rmtree(self._folder, ignore_errors=True)
        self._folder.mkdir(parents=True)
        shutil.copy(self._configuration / "acl", self._folder / "acl")
        for source, name in (("tls-ca.pem", "ca.pem"), ("broker.pem", "broker.pem"), ("broker.key", "broker.key")):
            shutil.copy(self._pki / source, self._folder / name)
        text = (self._configuration / "mosquitto.conf").read_text(encoding="utf-8")
        changes = {
            "listener 8883": f"listener {self.port} 127.0.0.1",
            INSTALLED_AT: f"{self._folder}/",
            "/var/lib/mosquitto/": f"{self._folder}/",
        }
        for installed, here in changes.items():
            if installed not in text:
                raise ProcessFailed(
                    f"{self._configuration}/mosquitto.conf no longer holds {installed!r}; adapt broker.py"
                )
            text = text.replace(installed, here)
        if os.geteuid() == 0:
            text += "\nuser root\n"
        (self._folder / "mosquitto.conf").write_text(text, encoding="utf-8")


class Subscriber:
    """`mosquitto_sub` as `monitor`; `states` holds the last payload of each topic that is not cleared."""

    def __init__(self, broker: Broker, pki: Path, file: Path, logs: Path, events: EventLog) -> None:
        self.states: dict[str, Any] = {}
        self._file = file.open("w", encoding="utf-8", buffering=1)
        self._events = events
        self._reading: asyncio.Task[None] | None = None
        command = ["mosquitto_sub", "-h", "127.0.0.1", "-p", str(broker.port), "-V", "mqttv5", "-q", "1", "-F", "%j"]
        command += ["--cafile", str(pki / "tls-ca.pem"), "--cert", str(pki / "monitor.pem")]
        command += ["--key", str(pki / "monitor.key"), "-t", "kiosk/v1/#"]
        self._child = Child("mosquitto_sub", command, logs / "mosquitto_sub.log", piped=True)

    async def start(self) -> None:
        """Subscribe."""
        await self._child.start()
        self._reading = asyncio.get_running_loop().create_task(self._read(self._child.output), name="mosquitto_sub")

    async def stop(self) -> None:
        """Hang up."""
        if self._reading is not None:
            self._reading.cancel()
            await asyncio.gather(self._reading, return_exceptions=True)
            self._reading = None
        await self._child.kill()

    async def close(self) -> None:
        """Hang up for good."""
        await self.stop()
        self._file.close()

    def forget(self) -> None:
        """Forget what was seen: the broker has forgotten it too."""
        self.states.clear()

    async def _read(self, output: asyncio.StreamReader) -> None:
        while line := await output.readline():
            message = json.loads(line)
            self._file.write(json.dumps(message, ensure_ascii=False) + "\n")
            topic, payload = message["topic"], _json_or_text(message.get("payload", ""))
            if payload in (None, ""):
                self.states.pop(topic, None)
            else:
                self.states[topic] = payload
            self._events.emit({"event": "mqtt", "topic": topic, "payload": payload})


def _json_or_text(payload: str) -> Any:
    try:
        return json.loads(payload)
    except json.JSONDecodeError:
        return payload


def free_port() -> int:
    """Return a port of loopback that nobody uses now."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


def _answers(port: int) -> bool:
    with socket.socket() as probe:
        return probe.connect_ex(("127.0.0.1", port)) == 0
