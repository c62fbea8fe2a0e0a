"""The recorder's end of the pin socket: asks for the camera's scene and keeps the newest.

Not responsible for how a scene looks (`scene.py`). Wire: `docs/reference/simulated-hardware.md`, "Pin socket".
"""

from __future__ import annotations

import contextlib
import json
import os
import socket
import threading

from .scene import Scene

_TIMEOUT_S = 5.0


class SceneLink:
    """One connection to the bench; `scene` is the newest, with `missing` once the bench is gone."""

    def __init__(self, path: str) -> None:
        self.scene = Scene(missing=True)
        self._known = threading.Event()
        self._socket = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
        self._socket.settimeout(_TIMEOUT_S)
        try:
            self._socket.connect(path)
        except OSError as error:
            self._socket.close()
            raise RuntimeError(f"The camera cannot be reached at SIM_HW_PINS={path}: {error.strerror}") from error
        self._socket.settimeout(None)
        for message in ({"op": "hello", "pid": os.getpid()}, {"op": "camera", "want": "scene"}):
            self._socket.sendall(json.dumps(message).encode() + b"\n")
        self._thread = threading.Thread(target=self._run, name="sim-camera", daemon=True)
        self._thread.start()
        self._known.wait(_TIMEOUT_S)

    def close(self) -> None:
        """Hang up."""
        with contextlib.suppress(OSError):  # the bench may have hung up before
            self._socket.shutdown(socket.SHUT_RDWR)
        self._thread.join()

    def _run(self) -> None:
        with self._socket, self._socket.makefile("rb") as lines:
            try:
                for line in lines:
                    message = json.loads(line)
                    if message.pop("op", None) == "scene":
                        self.scene = Scene(**message)
                        self._known.set()
            except ConnectionError:
                pass  # the bench went away: the same as the end of its stream
        self.scene = Scene(missing=True)
        self._known.set()
