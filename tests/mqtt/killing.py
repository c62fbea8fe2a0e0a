"""Kills kiosk and broker at random while events flow, and counts what a subscriber with a lasting session got.

Used by a test (a few kills) and by the measurement (twenty of them). The subscriber is `mosquitto_sub`.
"""

from __future__ import annotations

import asyncio
import json
import os
import random
import sys
from collections import Counter
from pathlib import Path

ROOT = Path(__file__).parents[2]
LIMIT_S = 60.0


class Killing:
    """One run; `seen` counts how often each event came."""

    def __init__(self, mosquitto, authority, folder: Path, total: int, *, hasty: bool, pace_s: float) -> None:
        self._mosquitto = mosquitto
        self._authority = authority
        certificate, key = authority.issue("kiosk-0001")
        self._settings = {
            "ca": str(authority.ca),
            "certificate": str(certificate),
            "key": str(key),
            "port": mosquitto.port,
            "folder": str(folder),
            "total": total,
            "pace_s": pace_s,
            "hasty": hasty,
        }
        self.total = total
        self.seen: Counter[str] = Counter()
        self._all_seen = asyncio.Event()
        self._kiosk = None

    async def run(self, kills: int, between_s: tuple[float, float], seed: int) -> None:
        """Kill so often, then wait until everything is told."""
        dice = random.Random(seed)  # noqa: S311 - to be repeated
        listening = asyncio.create_task(self._listen())
        try:
            await self._start_kiosk()
            for number in range(kills):
                await asyncio.sleep(dice.uniform(*between_s))
                if number % 2:
                    await self._mosquitto.kill()
                    await self._mosquitto.start()
                else:
                    await self._kill_kiosk()
                    await self._start_kiosk()
            async with asyncio.timeout(LIMIT_S):
                assert await self._kiosk.wait() == 0, (await self._kiosk.stderr.read()).decode()
                await self._all_seen.wait()
        finally:
            await self._kill_kiosk()
            listening.cancel()
            await asyncio.gather(listening, return_exceptions=True)

    async def _start_kiosk(self) -> None:
        environment = {**os.environ, "PYTHONPATH": str(ROOT)}
        command = [sys.executable, str(ROOT / "tests" / "mqtt" / "event_teller.py"), json.dumps(self._settings)]
        self._kiosk = await asyncio.create_subprocess_exec(*command, env=environment, stderr=asyncio.subprocess.PIPE)

    async def _kill_kiosk(self) -> None:
        if self._kiosk.returncode is None:
            self._kiosk.kill()
        await self._kiosk.communicate()

    async def _listen(self) -> None:
        """Subscribe, again whenever the broker was killed (`mosquitto_sub` ends then); its session outlives that."""
        certificate, key = self._authority.issue("monitor")
        command = ["mosquitto_sub", "-h", "localhost", "-p", str(self._mosquitto.port), "-V", "5", "-i", "monitor"]
        command += ["--cafile", str(self._authority.ca), "--cert", str(certificate), "--key", str(key)]
        command += ["-c", "-x", "3600", "-q", "1", "-F", "%p", "-t", "kiosk/v1/+/event/#"]
        while True:
            process = await asyncio.create_subprocess_exec(
                *command, stdout=asyncio.subprocess.PIPE, stderr=asyncio.subprocess.DEVNULL
            )
            try:
                while line := await process.stdout.readline():
                    self.seen[json.loads(line)["document_id"]] += 1
                    if len(self.seen) == self.total:
                        self._all_seen.set()
            finally:
                if process.returncode is None:
                    process.terminate()
                await process.communicate()
            await asyncio.sleep(0.1)
