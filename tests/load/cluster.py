"""A hub for load: PostgreSQL, JPKI centre, issuing server and some centre processes at one address, each a process.

Not responsible for the load (`locustfile.py`). Processor time by role is read from /proc.
"""

import contextlib
import json
import os
import socket
import subprocess
import sys
import time
from collections.abc import Generator
from dataclasses import replace
from pathlib import Path

from hub.clock import utc_now
from hub.settings import Settings, to_toml
from hub.setup.crowd import make_crowd
from hub.setup.data_directory import Plan, initialise
from tests.load.postgresql import postgresql

START_S = 120
TICKS_A_S = os.sysconf("SC_CLK_TCK")


def make_data(data: Path, towns: int, residents: int, cards: int, kiosks: int) -> None:
    """Make a data directory with a crowd and no sample citizens; what is there stays."""
    (data / "hub.toml").unlink(missing_ok=True)  # it names the database of the last run
    names = [f"kiosk-{number:04d}" for number in range(1, kiosks + 1)]
    plan = Plan(data, names, Settings(always_open=True), [], lambda _data, _serials: {})
    initialise(plan, utc_now, lambda _: None)
    for _ in make_crowd(data, towns, residents, cards, utc_now()):
        pass


class Cluster:
    """The running roles; `address` is the centre's."""

    def __init__(self, data: Path, settings: Settings, place: Path) -> None:
        self.data, self.settings, self.place = data, settings, place
        self.address = (settings.host, settings.port)
        self.centres: list[subprocess.Popen] = []
        self.issuing: subprocess.Popen | None = None
        self.jpki: subprocess.Popen | None = None

    def start(self, centres: int) -> None:
        """Start everything; the centre last."""
        self.jpki = self._role("jpki")
        self.issuing = self._role("municipality")
        for role, process in (("jpki", self.jpki), ("municipality", self.issuing)):
            self._until_told(process, self.data / "run" / f"{role}.json")
        self.centres = [self._role("centre", "--shared") for _ in range(centres)]
        for process in self.centres:
            self._until_told(process, self.data / "run" / f"centre-{process.pid}.json")

    def add(self) -> subprocess.Popen:
        """Start one more centre process at the same address."""
        process = self._role("centre", "--shared")
        self.centres.append(process)
        self._until_told(process, self.data / "run" / f"centre-{process.pid}.json")
        return process

    def kill(self) -> None:
        """Kill the oldest centre process without warning."""
        process = self.centres.pop(0)
        process.kill()
        process.wait()

    def stop(self) -> None:
        """End all, the centre first."""
        for process in [*self.centres, self.issuing, self.jpki]:
            if process is not None and process.poll() is None:
                process.terminate()
                process.wait(30)

    def cpu_s(self) -> dict[str, float]:
        """Return processor seconds so far by role; renderers, signers and the database's processes apart."""
        found = {"centre": sum(_cpu_s(it.pid) for it in self.centres), "jpki": _cpu_s(self.jpki.pid)}
        found["issuing server"] = _cpu_s(self.issuing.pid)
        for pid in _children(self.issuing.pid):
            words = Path(f"/proc/{pid}/cmdline").read_bytes()
            role = "signer" if b"signer_process" in words else "renderer"
            found[role] = found.get(role, 0.0) + _cpu_s(pid)
        found["database"] = _database_s(self.place)
        return found

    def _role(self, role: str, *options: str) -> subprocess.Popen:
        log = (self.data / f"{role}.log").open("ab")
        with log:
            return subprocess.Popen(
                [sys.executable, "-m", "hub", role, "--data", str(self.data), *options], stdout=log, stderr=log
            )

    def _until_told(self, process: subprocess.Popen, told: Path) -> None:
        ends = time.monotonic() + START_S
        while not told.exists() or json.loads(told.read_text())["pid"] != process.pid:
            assert process.poll() is None, f"{told.stem} ended: see its log in {self.data}"
            assert time.monotonic() < ends, f"{told.stem} did not start"
            time.sleep(0.05)


@contextlib.contextmanager
def cluster(data: Path, centres: int, workers: int = 2, *, durable: bool = True) -> Generator[Cluster]:
    """Run a hub over a data directory that is made already."""
    with postgresql(durable=durable) as server:
        usual = Settings(always_open=True, ocsp_port=0, issuing_shared_workers=workers, sessions_max=20_000)
        settings = replace(usual, port=_free_port(), database=server.database(), municipality_timeout_s=20.0)
        (data / "hub.toml").write_text(to_toml(settings))
        running = Cluster(data, settings, server.folder)
        try:
            running.start(centres)
            yield running
        finally:
            running.stop()


def _free_port() -> int:
    with socket.socket() as found:
        found.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        found.bind(("127.0.0.1", 0))
        return found.getsockname()[1]


def _cpu_s(pid: int) -> float:
    try:
        fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    except FileNotFoundError:
        return 0.0
    return (int(fields[11]) + int(fields[12])) / TICKS_A_S


def _children(pid: int) -> list[int]:
    text = "".join(it.read_text() for it in Path(f"/proc/{pid}/task").glob("*/children"))
    return [int(it) for it in text.split()]


def _database_s(place: Path) -> float:
    """Processor seconds of the server, with those of the connections it has ended already."""
    first = int((place / "data" / "postmaster.pid").read_text().split()[0])
    ended = Path(f"/proc/{first}/stat").read_text().rpartition(")")[2].split()
    return sum(map(_cpu_s, [first, *_children(first)])) + (int(ended[13]) + int(ended[14])) / TICKS_A_S
