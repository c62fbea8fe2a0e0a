"""The reference hub as a process beside the kiosk: made once, served, stopped.

Only its command line and its files are used (docs/reference/hub-protocol.md). Not responsible for the line to it
(`hub_line.py`).
"""

from __future__ import annotations

import asyncio
import json
import sys
from dataclasses import dataclass
from typing import TYPE_CHECKING

from sim_hw.process import Child, ProcessFailed

if TYPE_CHECKING:
    from pathlib import Path

START_LIMIT_S = 30.0
INIT_LIMIT_S = 120.0
LOOK_S = 0.05


@dataclass(frozen=True, slots=True)
class Citizen:
    """A test citizen with a card: `name` is the folder's, `label` is for people."""

    name: str
    label: str
    auth_pin: str


class Hub:
    """The hub with its data in `data`; logs go to `logs`. One that is `shared` is served by somebody else already."""

    def __init__(self, data: Path, logs: Path, *, shared: bool = False) -> None:
        self.data = data
        self.port = 0
        self.inquiry_url = ""
        self._logs = logs
        self._shared = shared
        command = [sys.executable, "-m", "hub", "serve", "--data", str(data), "--port", "0", "--ocsp-port", "0"]
        self._child = Child("the hub", command, logs / "hub.log")

    async def start(self) -> None:
        """Make the data directory if there is none, and serve."""
        told = self.data / "run" / "hub.json"
        if not self._shared:
            await self._serve(told)
        urls = json.loads(told.read_text(encoding="utf-8"))
        self.port, self.inquiry_url = int(urls["url"].rsplit(":", 1)[1]), urls["inquiry_url"]

    async def _serve(self, told: Path) -> None:
        if not (self.data / "hub.toml").exists():
            await self._init()
        told.unlink(missing_ok=True)  # noqa: ASYNC240 - one file of the bench's own
        await self._child.start()
        try:
            async with asyncio.timeout(START_LIMIT_S):
                while not told.exists():  # noqa: ASYNC240 - another process tells by a file
                    self._child.fail_if_ended()
                    await asyncio.sleep(LOOK_S)
        except TimeoutError:
            raise ProcessFailed(f"the hub does not serve after {START_LIMIT_S:g} s:\n{self._child.tail()}") from None

    async def stop(self) -> None:
        """End it."""
        await self._child.stop()

    @property
    def citizens(self) -> list[Citizen]:
        """The test citizens that have a card."""
        cards = sorted((self.data / "citizens").glob("*/card.json"))
        told = [json.loads(card.read_text(encoding="utf-8")) for card in cards]
        return [Citizen(each["name"], each["label"], each["auth_pin"]) for each in told]

    def card(self, citizen: str) -> Path:
        """Return the folder of a citizen's card; `ValueError` names those there are."""
        folder = self.data / "citizens" / citizen
        if not (folder / "card.json").is_file():
            known = ", ".join(each.name for each in self.citizens)
            raise ValueError(f"no citizen {citizen!r} has a card; there are {known}")
        return folder

    async def _init(self) -> None:
        command = [sys.executable, "-m", "hub", "init", "--data", str(self.data), "--always-open"]
        making = Child("hub init", command, self._logs / "hub-init.log")
        await making.start()
        async with asyncio.timeout(INIT_LIMIT_S):
            status = await making.finished()
        await making.kill()
        if status:
            raise ProcessFailed(f"hub init failed (exit status {status}):\n{making.tail()}")
