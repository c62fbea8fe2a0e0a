"""The thread that waits for the camera's pictures and encodes them; opens the camera again whenever it fails.

Masks are applied first: what they cover is in no picture and no film that leaves this thread. Results cross onto the
loop with `call_soon_threadsafe`. Not responsible for judging or keeping film. The thread is a daemon: a camera whose
call never returns must not keep the process from ending.
"""

from __future__ import annotations

import asyncio
import threading
import time
from typing import TYPE_CHECKING

from firmware.app.recorder.film import Encoder, Frame
from firmware.app.recorder.masks import Masks
from firmware.devices import DeviceError

if TYPE_CHECKING:
    from collections.abc import Callable

    import numpy as np
    from numpy.typing import NDArray

    from firmware import config
    from firmware.devices import Camera

    OnPicture = Callable[["NDArray[np.uint8]", list[Frame]], None]

REOPEN_S = 1.0


class Filming:
    """Films from `start` to `stop`; `on_picture(planes, frames)` and `on_bug(error)` are called on the loop."""

    def __init__(
        self, camera: Camera, settings: config.Camera, on_picture: OnPicture, on_bug: Callable[[BaseException], None]
    ) -> None:
        self._camera = camera
        self._settings = settings
        self._masks = Masks(settings)
        self._on_picture = on_picture
        self._on_bug = on_bug
        self._loop = asyncio.get_running_loop()
        self._stopping = threading.Event()
        self._thread = threading.Thread(target=self._run, name="filming", daemon=True)

    def start(self) -> None:
        """Begin."""
        self._thread.start()

    def stop(self, patience_s: float) -> None:
        """End, waiting no longer than that for a camera that hangs."""
        self._stopping.set()
        self._thread.join(patience_s)

    def _run(self) -> None:
        try:
            encoder = Encoder(self._settings)
            while not self._stopping.is_set():
                self._film(encoder)
                self._stopping.wait(REOPEN_S)
        except Exception as error:  # noqa: BLE001 - a bug ends the process: the loop raises it
            self._cross(self._on_bug, error)

    def _film(self, encoder: Encoder) -> None:
        """Film until the camera fails; the judge sees that no picture comes."""
        try:
            self._camera.open()
            while not self._stopping.is_set():
                planes = self._camera.capture()
                self._masks.apply(planes)
                self._cross(self._on_picture, planes, encoder.encode(planes, time.monotonic()))
        except DeviceError:
            return
        finally:
            self._camera.close()

    def _cross(self, function: Callable[..., None], *arguments: object) -> None:
        if not self._loop.is_closed():
            self._loop.call_soon_threadsafe(function, *arguments)
