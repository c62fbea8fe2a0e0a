"""Running locust against a cluster and reading what it found.

Not responsible for what a visit is (`visit.py`) nor for the cluster (`cluster.py`).
"""

import json
import os
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

from tests.load.cluster import Cluster

FILE = Path(__file__).with_name("locustfile.py")


@dataclass(frozen=True)
class Found:
    """What a run found. `refused`: visits that ended with a problem or a broken line, by cause."""

    seconds: float
    issues: int
    issue_p50_ms: float
    issue_p99_ms: float
    swaps: int
    refused: dict[str, int]
    cut: int
    cpu_ms: dict[str, float]

    @property
    def issues_per_s(self) -> float:
        return self.issues / self.seconds


def start(cluster: Cluster, out: Path, seconds: int, clerks: int, pace_s: float) -> subprocess.Popen:
    """Start locust with so many clerks, who each serve a person every `pace_s` seconds."""
    out.mkdir(parents=True, exist_ok=True)
    command = [sys.executable, "-m", "locust", "-f", str(FILE), "--headless", "-u", str(clerks), "-r", "20"]
    command += ["-t", f"{seconds}s", "--stop-timeout", "120", "--exit-code-on-error", "0"]
    own = {"LOAD_DATA": str(cluster.data), "LOAD_PORT": str(cluster.address[1]), "LOAD_PACE_S": str(pace_s)}
    own["LOAD_FOUND"] = str(out / "found.json")
    log = (out / "locust.log").open("wb")
    with log:
        return subprocess.Popen(command, env={**os.environ, **own}, stdout=log, stderr=log)


def load(cluster: Cluster, out: Path, seconds: int, clerks: int, pace_s: float) -> Found:
    """Load the cluster for so long; returns what was found. Raises AssertionError when locust did not run."""
    before = cluster.cpu_s()
    process = start(cluster, out, seconds, clerks, pace_s)
    client_s = _wait(process)
    used = {role: spent - before.get(role, 0.0) for role, spent in cluster.cpu_s().items()}
    return found(out, seconds, used | {"clerks": client_s})


def found(out: Path, seconds: int, used_s: dict[str, float]) -> Found:
    """Read what the clerks wrote down."""
    told = json.loads((out / "found.json").read_text())
    rows, failures = told["rows"], told["failures"]
    assert "issue" in rows, (out / "locust.log").read_text()[-2000:]
    issues = rows["issue"]["count"]
    return Found(
        seconds=seconds,
        issues=issues,
        issue_p50_ms=rows["issue"]["p50_ms"],
        issue_p99_ms=rows["issue"]["p99_ms"],
        swaps=sum(count for error, count in failures.items() if "Swapped" in error),
        refused={error: count for error, count in failures.items() if "Swapped" not in error},
        cut=rows.get("cut and asked again", {"count": 0})["count"],
        cpu_ms={role: 1000 * spent / max(issues, 1) for role, spent in used_s.items()},
    )


def _wait(process: subprocess.Popen) -> float:
    """Wait for locust; returns its processor seconds."""
    _, status, used = os.wait4(process.pid, 0)
    process.returncode = os.waitstatus_to_exitcode(status)
    assert process.returncode == 0, f"locust ended with {process.returncode}"
    return used.ru_utime + used.ru_stime
