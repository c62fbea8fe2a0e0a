"""What is on the line while a node of the fail-over broker is killed: a subscriber, kiosks, one with its outbox.

Used by a test (one kill) and by the measurement (many). The subscriber is `mosquitto_sub`.
"""

from __future__ import annotations

import asyncio
import contextlib
import json
import os
import sys
import time

from event_teller import __file__ as teller
from killing import ROOT

from sim_hw.fleet.kiosk import SimKiosk


class Subscriber:
    """`mosquitto_sub` with a lasting session, which goes to the next node when its own is killed."""

    def __init__(self, cluster, authority) -> None:
        self.heard, self.came_s, self.topics, self._cluster = [], [], set(), cluster
        certificate, key = authority.issue("monitor")
        self._command = ["stdbuf", "-oL", "mosquitto_sub", "-p", str(cluster.port), "-V", "311", "-i", "monitor", "-c"]
        self._command += ["--cafile", str(authority.ca), "--cert", str(certificate), "--key", str(key), "--insecure"]
        self._command += ["-q", "1", "-k", "5", "-F", "%t %p", "-t", "kiosk/v1/#"]

    async def run(self) -> None:
        at = 0
        while True:
            at += 1
            host = self._cluster.hosts[at % 3]
            process = await asyncio.create_subprocess_exec(
                *self._command, "-h", host, stdout=asyncio.subprocess.PIPE, stderr=asyncio.subprocess.DEVNULL
            )
            try:
                while line := (await process.stdout.readline()).decode().rstrip("\n"):
                    topic, _, payload = line.partition(" ")
                    self.topics.add(topic)
                    if "/event/" in topic:
                        self.heard.append(json.loads(payload))
                        self.came_s.append(time.monotonic())
            finally:
                with contextlib.suppress(ProcessLookupError):
                    process.terminate()
                await process.wait()
            await asyncio.sleep(0.1)

    def documents(self) -> list[str]:
        return [body["document_id"] for body in self.heard if "document_id" in body]


class Telling:
    """The ids of all events that simulated kiosks told, from `__init__` on; `restore` ends it."""

    def __init__(self) -> None:
        self.ids: set[str] = set()
        self._tell = tell = SimKiosk._tell

        def telling(kiosk, event_id):
            self.ids.add(event_id)
            tell(kiosk, event_id)

        SimKiosk._tell = telling

    def restore(self) -> None:
        SimKiosk._tell = self._tell


async def told_by_a_kiosk(cluster, authority, folder, total, pace_s=0.01):
    """Start the kiosk's own outbox and driver in a process; its node is the first of the addresses that answers."""
    folder.mkdir(parents=True)
    certificate, key = authority.issue("kiosk-0001")
    files = {"ca": str(authority.ca), "certificate": str(certificate), "key": str(key), "port": cluster.port}
    more = {"folder": str(folder), "total": total, "pace_s": pace_s, "hasty": True}
    settings = files | more | {"hosts": cluster.hosts, "protocol": "3.1.1"}
    environment = {**os.environ, "PYTHONPATH": str(ROOT)}
    return await asyncio.create_subprocess_exec(
        sys.executable, teller, json.dumps(settings), env=environment, stderr=asyncio.subprocess.PIPE
    )
