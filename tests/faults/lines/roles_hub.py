"""The hub as its roles, each a process, with a line before each that the centre asks: municipality, JPKI, database.

Not responsible for what happens on the lines (`../bad_line.py`).
"""

from __future__ import annotations

import json
import sys
from contextlib import AsyncExitStack
from typing import TYPE_CHECKING

from sim_hw.hub import Hub
from sim_hw.process import Child, ProcessFailed
from tests.faults.bad_line import BadLine, bad_line
from tests.kiosk.processes import until
from tests.load.postgresql import postgresql

if TYPE_CHECKING:
    from pathlib import Path

START_S = 60.0
ROLES = ("jpki", "municipality")
POSTGRESQL = ".s.PGSQL.5432"


class RolesHub(Hub):
    """Serves `data` with a line before each neighbour of the centre; `database`: PostgreSQL instead of a file."""

    def __init__(self, data: Path, logs: Path, *, database: bool = False) -> None:
        super().__init__(data, logs)
        self.lines: dict[str, BadLine] = {}
        self._database = database
        self._ends = AsyncExitStack()
        self._children = {role: self._role(role) for role in (*ROLES, "centre")}
        self._child = self._children["centre"]

    def _role(self, role: str) -> Child:
        command = [sys.executable, "-m", "hub", role, "--data", str(self.data)]
        return Child(f"the {role}", command, self._logs / f"{role}.log")

    async def start(self) -> None:
        """Start the neighbours, the lines, and the centre; when they run already, the centre alone."""
        if not self.lines:
            if not (self.data / "hub.toml").exists():
                await self._init()
            options = {"port": 0, "ocsp_port": 0, "issuing_port": 0, "issuing_state_kept_s": 0.2}
            self._write(options)
            for role in ROLES:
                port = await self._up(role)
                self.lines[role] = await self._ends.enter_async_context(bad_line(port))
            options["ocsp_url"] = f'"http://127.0.0.1:{self.lines["jpki"].own_port}/"'
            options["issuing_servers"] = f'"https://127.0.0.1:{self.lines["municipality"].own_port}"'
            if self._database:
                options["database"] = f'"{await self._start_database()}"'
            self._write(options)
        self.port = await self._up("centre")

    async def stop(self) -> None:
        """End all, the centre first."""
        for child in reversed(self._children.values()):
            await child.stop()
        await self._ends.aclose()

    @property
    def pid(self) -> int:
        """Process id of the centre, 0 when it does not run."""
        return self._child.pid

    async def kill_role(self, role: str) -> None:
        """Kill one of them with all that it started."""
        await self._children[role].kill()

    async def start_role(self, role: str) -> None:
        """Start it again, behind its line."""
        self.lines[role].to = await self._up(role)

    async def _up(self, role: str) -> int:
        told = self.data / "run" / f"{role}.json"
        told.unlink(missing_ok=True)
        child = self._children[role]
        await child.start()
        try:
            await until(lambda: told.exists() or not child.pid, f"the {role} does not serve", START_S)
            child.fail_if_ended()
        except AssertionError as error:
            raise ProcessFailed(f"{error}:\n{child.tail()}") from None
        return int(json.loads(told.read_text(encoding="utf-8"))["url"].rstrip("/").rsplit(":", 1)[1])

    async def _start_database(self) -> str:
        server = self._ends.enter_context(postgresql())
        here = server.folder / "line"
        here.mkdir()
        url = server.database()
        line = bad_line(server.folder / POSTGRESQL, at=here / POSTGRESQL)
        self.lines["database"] = await self._ends.enter_async_context(line)
        return url.replace(f"host={server.folder}", f"host={here}")

    def _write(self, options: dict[str, object]) -> None:
        """Put options into hub.toml."""
        file = self.data / "hub.toml"
        others = [line for line in file.read_text(encoding="utf-8").splitlines() if line.split(" ")[0] not in options]
        file.write_text("\n".join([*others, *(f"{key} = {value}" for key, value in options.items()), ""]))
