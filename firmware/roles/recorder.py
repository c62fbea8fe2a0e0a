"""The recorder process: the surveillance camera's film, encrypted to the operator's key.

Not responsible for what to keep (`app/kiosk/machine.py`).
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from firmware.app.link import CHILD_FD
from firmware.app.recorder import main
from firmware.drivers.camera import LibcameraCamera

if TYPE_CHECKING:
    from firmware.config import Config


def run(config: Config) -> int:
    """Run until the kiosk ends this process, or is gone."""
    return main.run(config, CHILD_FD, LibcameraCamera(config.camera))
