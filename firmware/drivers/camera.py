"""A camera on libcamera, as `devices.Camera`; the only file that imports picamera2.

Pictures come as YUV 4:2:0, the form that the encoder takes, so no colour is converted on the way. Not responsible for
judging or keeping pictures (`app/recorder`). Source: picamera2's manual, "capture_array" and "Stream alignment".
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from firmware.devices import DeviceTimeout, DeviceUnavailable

try:
    from picamera2 import Picamera2
except ImportError as error:
    raise DeviceUnavailable(
        f"camera: picamera2 cannot be used: {error}. On Raspberry Pi OS: apt-get install python3-picamera2."
    ) from error

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from firmware import config

_FRAME_TIMEOUT_S = 2.0


class LibcameraCamera:
    """The first camera that libcamera knows."""

    def __init__(self, settings: config.Camera) -> None:
        self._settings = settings
        self._camera: Picamera2 | None = None

    def open(self) -> None:
        """Start the camera; `DeviceUnavailable` when there is none."""
        settings = self._settings
        try:
            camera = Picamera2()
        except (RuntimeError, IndexError) as error:
            raise DeviceUnavailable(f"camera: {error}") from error
        self._camera = camera
        main = {"format": "YUV420", "size": (settings.width, settings.height)}
        frame_us = 1_000_000 // settings.frames_per_s
        controls = {"FrameDurationLimits": (frame_us, frame_us)}
        camera.configure(camera.create_video_configuration(main=main, controls=controls))
        camera.start()

    def capture(self) -> NDArray[np.uint8]:
        """Wait for the next picture, as `devices.Camera` says."""
        if self._camera is None:
            raise DeviceUnavailable("camera: not open")
        try:
            planes = self._camera.capture_array("main", wait=_FRAME_TIMEOUT_S)
        except TimeoutError as error:
            self._camera.cancel_all_and_flush()  # or else it cannot be closed
            raise DeviceTimeout(f"camera: no picture in {_FRAME_TIMEOUT_S} s") from error
        except RuntimeError as error:
            raise DeviceUnavailable(f"camera: {error}") from error
        return unpad(planes, self._settings.width, self._settings.height)

    def close(self) -> None:
        """Give the camera back."""
        if self._camera is not None:
            self._camera.close()
            self._camera = None


def unpad(planes: NDArray[np.uint8], width: int, height: int) -> NDArray[np.uint8]:
    """Cut the padding off the rows of YUV 4:2:0 planes: shape (height * 3 / 2, stride) to (height * 3 / 2, width)."""
    stride = planes.shape[1]
    if stride == width:
        return planes
    chroma = planes[height:].reshape(height, stride // 2)[:, : width // 2]
    return np.vstack((planes[:height, :width], chroma.reshape(height // 2, width)))
