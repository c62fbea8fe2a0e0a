"""Whether the private keys of the configuration can be read by one user alone.

Not responsible for whether they fit their certificates (`centre.py`, `peripherals.py`).
"""

from __future__ import annotations

import stat
from typing import TYPE_CHECKING

from firmware.roles.doctor.finding import Finding, fail, ok

if TYPE_CHECKING:
    from pathlib import Path

    from firmware.config import Config

_OTHERS = stat.S_IRWXG | stat.S_IRWXO


async def check(config: Config) -> Finding:
    """Look at the modes of the key files."""
    hub, mqtt = config.hub, config.mqtt
    return judge({"hub.kiosk_key": hub.kiosk_key, "hub.clerk_key": hub.clerk_key, "mqtt.key": mqtt.key})


def judge(files: dict[str, Path]) -> Finding:
    """Judge these files, by the key of the configuration that names each."""
    for key, path in files.items():
        try:
            mode = path.stat().st_mode
        except OSError as error:
            return fail(f"{key} = {path}: {error.strerror}", f"put the file there, or correct {key}")
        if mode & _OTHERS:
            return fail(f"{key} = {path}: others can use it ({mode & 0o777:04o})", f"chmod 0600 {path}")
    return ok("each readable by its owner alone")
