"""What an operator gets who asks a kiosk for diagnostics: all its states at once, and how its computer is.

Counts and states only; no line of a log, nothing personal. Not responsible for sending it.
"""

from __future__ import annotations

import os
import platform
import resource
import shutil
import time
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path


def taken(states: Mapping[str, Mapping[str, object]], counts: Mapping[str, int], state_dir: Path) -> dict[str, object]:
    """Return the body of `event/diagnostics`."""
    return {
        "states": {name: dict(state) for name, state in states.items()},
        "counts": dict(counts),
        "uptime_s": int(time.clock_gettime(time.CLOCK_BOOTTIME)),
        "load": [round(each, 2) for each in os.getloadavg()],
        "memory_kb": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss,
        "disk_free_mb": shutil.disk_usage(state_dir).free // 1_000_000,
        "python": platform.python_version(),
        "kernel": platform.release()[:60],
    }
