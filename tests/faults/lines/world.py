"""A simulated kiosk in its surroundings with a line between each two that talk: `lines`, by the name of the far end.

Centre and broker are given by name; `resolver` is the file that tells what the name server does (`resolver/`).

Not responsible for what happens on them (`../bad_line.py`) nor for the hub's own lines (`roles_hub.py`).
"""

from __future__ import annotations

import os
from pathlib import Path
from unittest import mock

from sim_hw.world import World
from tests.faults.bad_line import BadLine, bad_line
from tests.faults.lines.roles_hub import RolesHub

PAYMENT_S = 15.0  # whose page is lost gets the coins back then
ISSUE_S = 40.0  # on a busy machine
POLL_S = 2.0  # what nobody fetched is cancelled when the centre is asked next
RESOLVER = Path(__file__).parent / "resolver"


class LinedWorld(World):
    """A world whose hub is its roles, each a process."""

    database = False
    hub: RolesHub
    lines: dict[str, BadLine]
    resolver: Path

    def _hub(self, data: Path, logs: Path) -> RolesHub:
        return RolesHub(data, logs, database=self.database)

    async def _start_kiosk(self) -> None:
        """Put the lines between kiosk and all others, then start it."""
        real = self.card.csock
        self.lines = {
            **self.hub.lines,
            "centre": await self._ends.enter_async_context(bad_line(self.line.port)),
            "broker": await self._ends.enter_async_context(bad_line(self.broker.port)),
            "printer": await self._ends.enter_async_context(bad_line(self.printer_port)),
            "screen": await self._ends.enter_async_context(bad_line(0)),
            "pcscd": await self._ends.enter_async_context(bad_line(real, at=real.with_name("line.comm"))),
        }
        config = self.options.config
        url = f"https://localhost:{self.lines['centre'].own_port}"
        config.setdefault("hub", {}).update(url=url, poll_s=POLL_S, issue_timeout_s=ISSUE_S)
        config.setdefault("limits", {})["payment_s"] = PAYMENT_S
        config.setdefault("mqtt", {}).update(host="localhost", port=self.lines["broker"].own_port)
        config.setdefault("printer", {})["port"] = self.lines["printer"].own_port
        self.card.csock = real.with_name("line.comm")
        self.resolver = self.run / "resolver"
        path = os.pathsep.join([str(RESOLVER), *os.environ.get("PYTHONPATH", "").split(os.pathsep)])
        try:
            with mock.patch.dict(os.environ, PYTHONPATH=path.rstrip(os.pathsep), RESOLVER_MODE=str(self.resolver)):
                await super()._start_kiosk()
        finally:
            self.card.csock = real

    def through(self, port: int) -> int:
        """Lead the touch screen to a page's port over its line."""
        self.lines["screen"].to = port
        return self.lines["screen"].own_port


class LinedWorldOnPostgresql(LinedWorld):
    """The same with the centre's records in PostgreSQL."""

    database = True
