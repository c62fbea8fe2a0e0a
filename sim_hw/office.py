"""What the responsible office does at the kiosk: clears alarms with its key, by the kiosk's own command line.

The word is that of `hil_tests/bench.py`. Not responsible for what the kiosk makes of it.
"""

from __future__ import annotations

import asyncio
import base64
import os
import sys
from asyncio.subprocess import PIPE, STDOUT
from pathlib import Path
from typing import TYPE_CHECKING

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat

if TYPE_CHECKING:
    from sim_hw.world import World

REPOSITORY = Path(__file__).resolve().parents[1]
KEY_FILE = "office.pem"


class Office:
    """The office in `world`."""

    def __init__(self, world: World) -> None:
        self._world = world

    async def clear_alarm(self, reason: str, note: str = "") -> str:
        """Clear the alarm that is on with the office's key and a reason; returns the words of a refusal, or nothing."""
        config = self._world.config
        key = config.with_name(KEY_FILE)
        asked = ("-m", "firmware", "clear-alarm", "--config", str(config), "--key", str(key), "--reason", reason)
        environment = {**os.environ, "PYTHONPATH": str(REPOSITORY), "PYTHONDONTWRITEBYTECODE": "1"}
        run = await asyncio.create_subprocess_exec(
            sys.executable, *asked, "--note", note, env=environment, stdout=PIPE, stderr=STDOUT
        )
        said, _ = await run.communicate()
        self._world.events.emit({"event": "alarm_cleared" if run.returncode == 0 else "clearing_refused"})
        return said.decode().strip() if run.returncode else ""


def make_key(folder: Path) -> str:
    """Write the office's private key into `folder`; returns the public one, as kiosk.toml takes it."""
    key = Ed25519PrivateKey.generate()
    (folder / KEY_FILE).write_bytes(key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()))
    return base64.urlsafe_b64encode(key.public_key().public_bytes_raw()).rstrip(b"=").decode()
