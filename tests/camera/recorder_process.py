"""The recorder as the kiosk starts it, with one end of a wire to it, and the operator's key."""

from __future__ import annotations

import json
import os
import socket
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

import pyrage
from PIL import Image
from pins_backend_sim import STANDINS

from firmware.app.link import decode, encode, pair
from firmware.app.messages import Camera, FromRecorder, Message
from sim_hw.standins.picamera2.scene import lobby

ROOT = Path(__file__).parents[2]
PROCESS = """
import sys
from pathlib import Path
import msgspec
from firmware import config
from firmware.app.recorder import evidence
from firmware.app.recorder.main import run
from firmware.drivers.camera import LibcameraCamera
state_dir, camera, fd, part_s = sys.argv[1:]
evidence.PART_S = float(part_s)
none = Path("none")
settings = config.Config(
    kiosk=config.Kiosk(id="kiosk-0001", operator="test-operator", state_dir=Path(state_dir)),
    hub=config.Hub(url="https://localhost", ca=none, root_key=none, kiosk_certificate=none, kiosk_key=none,
                   clerk_certificate=none, clerk_key=none),
    mqtt=config.Mqtt(host="localhost", ca=none, certificate=none, key=none),
    printer=config.Printer(transport="tcp", host="localhost"),
    camera=msgspec.json.decode(camera, type=config.Camera),
)
sys.exit(run(settings, int(fd), LibcameraCamera(settings.camera)))
"""


class RecorderProcess:
    """A running recorder; `told` are its messages so far."""

    def __init__(self, state_dir: Path, around: tuple[str, ...] = (), part_s=60.0, *, reference=False, **camera: Any):
        """`around`: a command that is given the recorder's, such as one that makes it a small disk.

        `reference`: the fitter fixed the lobby's view. `part_s`: the length of a part. The rest is configuration.
        """
        if reference:
            state_dir.mkdir()
            Image.fromarray(lobby(640, 360, light=1.0)).convert("L").reduce(4).save(state_dir / "camera-reference.png")
        self.folder = state_dir / "evidence"
        self.identity = pyrage.x25519.Identity.generate()
        self.told: list[Message] = []
        self.wire, theirs = pair()
        settings = {"masks": [], "pre_roll_s": 2.0, "post_roll_s": 1.0, "recipient": str(self.identity.to_public())}
        arguments = [str(state_dir), json.dumps(settings | camera), str(theirs.fileno()), str(part_s)]
        self.process = subprocess.Popen(
            [*around, sys.executable, "-c", PROCESS, *arguments],
            env=os.environ | {"PYTHONPATH": f"{STANDINS}:{ROOT}"},
            pass_fds=[theirs.fileno()],
            stderr=subprocess.PIPE,
        )
        theirs.close()

    def send(self, message: Message) -> None:
        self.wire.send(encode(message))

    def next(self, limit_s: float = 10.0) -> Message:
        """Return its next message."""
        self.wire.settimeout(limit_s)
        packet = self.wire.recv(4096)
        assert packet, f"the recorder is gone: {self.process.stderr.read().decode()}"
        self.told.append(decode(packet, FromRecorder))
        return self.told[-1]

    def until(self, wanted: type | Message, limit_s: float = 10.0) -> tuple[Message, float]:
        """Wait for a message, or for one of a kind; returns it and how long it took."""
        started = time.monotonic()
        while True:
            message = self.next(max(0.01, started + limit_s - time.monotonic()))
            if message == wanted or (isinstance(wanted, type) and isinstance(message, wanted)):
                return message, time.monotonic() - started

    def until_picture(self, picture: str, limit_s: float = 10.0) -> float:
        """Wait for this judgement, with storage in order; returns how long it took."""
        return self.until(Camera(picture=picture), limit_s)[1]

    def rest(self) -> list[Message]:
        """Return what it says until it hangs up."""
        rest = []
        self.wire.settimeout(10)
        while packet := self.wire.recv(4096):
            rest.append(decode(packet, FromRecorder))
        return rest

    def status(self) -> tuple[int, str]:
        """Wait for the end; returns exit status and standard error."""
        errors = self.process.stderr.read().decode()
        return self.process.wait(15), errors

    def hang_up(self) -> None:
        self.wire.shutdown(socket.SHUT_RDWR)
        self.wire.close()

    def end(self) -> None:
        """Kill it if it still runs, and let go of everything."""
        if self.process.poll() is None:
            self.process.kill()
            self.process.wait()
        self.process.stderr.close()
        self.wire.close()
