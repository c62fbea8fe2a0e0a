"""A process that gets no more file descriptors, or no more memory, while it runs: the system's own limits, by prlimit.

Not responsible for starting again what ends by it (`fault.py`).
"""

from __future__ import annotations

import contextlib
import resource
from pathlib import Path

LIMITS = {"no descriptors": resource.RLIMIT_NOFILE, "no memory": resource.RLIMIT_AS}
KIB = 1024


def begin(pid: int, kind: str) -> tuple[int, int]:
    """Let it have no more than it has now; returns the limits as they were."""
    now = _descriptors(pid) if kind == "no descriptors" else _memory(pid)
    before = resource.prlimit(pid, LIMITS[kind])
    resource.prlimit(pid, LIMITS[kind], (now, before[1]))
    return before


def end(pid: int, kind: str, before: tuple[int, int]) -> None:
    """Give it what it had, if it still runs."""
    with contextlib.suppress(ProcessLookupError):
        resource.prlimit(pid, LIMITS[kind], before)


def _descriptors(pid: int) -> int:
    """Return the lowest number that is free: none below the limit is left then."""
    held = {int(each.name) for each in Path(f"/proc/{pid}/fd").iterdir()}
    return next(number for number in range(len(held) + 1) if number not in held)


def _memory(pid: int) -> int:
    """Return the size of its address space, in bytes."""
    status = Path(f"/proc/{pid}/status").read_text(encoding="ascii")
    return next(int(line.split()[1]) * KIB for line in status.splitlines() if line.startswith("VmSize:"))
