"""Stand-in for `picamera2` with the surface that fixed cameras use; the scene comes from the bench.

Same errors in the same places as picamera2 0.3.38. Pictures are paced by `FrameRate` or `FrameDurationLimits`, and a
camera that goes missing while running stops delivering, as a real one does. Not responsible for how a scene looks
(`scene.py`).
"""

from __future__ import annotations

import os
import time
from typing import TYPE_CHECKING, Any, Self

import numpy as np

from ._link import SceneLink
from .scene import Renderer, Scene

if TYPE_CHECKING:
    from pathlib import Path

__all__ = ["Picamera2"]

_MODEL = {"Model": "imx708_wide", "Location": 2, "Rotation": 0, "Id": "/base/soc/i2c0mux/i2c@1/imx708@1a", "Num": 0}
_PIXELS = (4608, 2592)
_CHANNELS = {"RGB888": (2, 1, 0), "BGR888": (0, 1, 2), "XRGB8888": (2, 1, 0), "XBGR8888": (0, 1, 2)}
_STREAM_KEYS = {"format", "size", "stride", "framesize", "preserve_ar"}
_ALIGN = 64
_POLL_S = 0.05


class Picamera2:
    """One camera."""

    def __init__(self, camera_num: int = 0, verbose_console: int | None = None, tuning: Any = None) -> None:
        del verbose_console, tuning
        self.is_open = False
        self.started = False
        self.camera_config: dict[str, Any] = {}
        if camera_num >= len(self.global_camera_info()):
            raise RuntimeError(
                f'No camera number {camera_num} found - use "rpicam-hello --list-cameras" to check connected cameras'
            )
        self._link = SceneLink(os.environ["SIM_HW_PINS"])
        self._renderer: Renderer | None = None
        self._next_s = 0.0
        self._metadata: dict[str, Any] = {}
        self.camera_num = camera_num
        self.is_open = True

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *exc: object) -> None:
        self.close()

    def __del__(self) -> None:
        self.close()

    @staticmethod
    def global_camera_info() -> list[dict[str, Any]]:
        """Return one dictionary for each camera attached."""
        path = os.environ.get("SIM_HW_PINS")
        if not path:
            return []
        link = SceneLink(path)
        missing = link.scene.missing
        link.close()
        return [] if missing else [dict(_MODEL)]

    @property
    def camera_properties(self) -> dict[str, Any]:
        """The camera's fixed properties."""
        return {**_MODEL, "PixelArraySize": _PIXELS, "UnitCellSize": (1400, 1400)} if self.is_open else {}

    # ------------------------------------------------------------ configuration

    def create_video_configuration(
        self, main: dict[str, Any] | None = None, controls: dict[str, Any] | None = None, **rest: Any
    ) -> dict[str, Any]:
        """Return a configuration for video; XBGR8888 1280 x 720 at 30/s unless told otherwise."""
        start = {"format": "XBGR8888", "size": (1280, 720), "preserve_ar": True}
        return self._configuration(
            "video", start, main, {"FrameDurationLimits": (33333, 33333)} | (controls or {}), rest
        )

    def create_still_configuration(
        self, main: dict[str, Any] | None = None, controls: dict[str, Any] | None = None, **rest: Any
    ) -> dict[str, Any]:
        """Return a configuration for stills; BGR888 in the sensor's size unless told otherwise."""
        start = {"format": "BGR888", "size": _PIXELS, "preserve_ar": True}
        return self._configuration("still", start, main, controls or {}, rest)

    create_preview_configuration = create_video_configuration

    def _configuration(
        self,
        use_case: str,
        start: dict[str, Any],
        main: dict[str, Any] | None,
        controls: dict[str, Any],
        rest: dict[str, Any],
    ) -> dict[str, Any]:
        if not self.is_open:
            raise RuntimeError("Camera not opened")
        for key in main or {}:
            if key not in _STREAM_KEYS:
                raise ValueError(f"Bad key {key!r}: valid stream configuration keys are {sorted(_STREAM_KEYS)}")
        return {"use_case": use_case, "main": start | (main or {}), "controls": controls, "buffer_count": 6, **rest}

    def configure(self, camera_config: dict[str, Any] | str = "video") -> None:
        """Take a configuration, or make one of the named kind."""
        if self.started:
            raise RuntimeError("Camera must be stopped before configuring")
        if not self.is_open:
            raise RuntimeError("Camera not opened")
        if isinstance(camera_config, str):
            camera_config = getattr(self, f"create_{camera_config}_configuration")()
        if not isinstance(camera_config, dict):
            raise TypeError("Invalid type for `camera_config` given")
        main = dict(camera_config["main"])
        width, height = main["size"]
        if width % 2 or height % 2:
            raise RuntimeError("width and height should be even")
        if main["format"] == "YUV420":
            main["stride"] = -(-width // _ALIGN) * _ALIGN
        elif main["format"] not in _CHANNELS:
            raise RuntimeError(f"Bad format {main['format']} in stream main")
        self.camera_config = {**camera_config, "main": main}
        self._renderer = Renderer(width, height, main.get("stride") if main["format"] == "YUV420" else None)

    def camera_configuration(self) -> dict[str, Any]:
        """Return the configuration in use."""
        return self.camera_config

    def set_controls(self, controls: dict[str, Any]) -> None:
        """Change controls; the frame rate is the one that matters here."""
        self.camera_config["controls"] = self.camera_config.get("controls", {}) | controls

    def start(self, config: dict[str, Any] | str | None = None, show_preview: Any = None) -> None:
        """Begin to deliver pictures."""
        del show_preview
        if config is not None or not self.camera_config:
            self.configure(config or "video")
        self.started = True
        self._next_s = time.monotonic()

    def stop(self) -> None:
        """Deliver no more."""
        self.started = False

    def cancel_all_and_flush(self) -> None:
        """Forget captures that somebody waits for; here each wait ends by itself."""

    def close(self) -> None:
        """Give the camera back."""
        if self.is_open:
            self.stop()
            self.is_open = False
            self._link.close()

    # ------------------------------------------------------------ pictures

    def capture_array(self, name: str = "main", wait: Any = None) -> np.ndarray:
        """Wait for the next picture. RGB888 has its bytes in the order blue, green, red, as in the real library.

        `wait` in seconds limits the wait (TimeoutError); None and True wait for as long as it takes.
        """
        if name != "main" or not self.camera_config:
            raise RuntimeError(f"Stream {name!r} is not defined")
        if self._renderer is None or not self.started:
            raise RuntimeError("Camera has not been started")
        scene = self._await_frame(None if wait is None or wait is True else float(wait))
        picture = self._renderer.draw(scene)
        pixel_format = self.camera_config["main"]["format"]
        if pixel_format == "YUV420":
            return picture
        channels = picture[..., _CHANNELS[pixel_format]]
        if pixel_format.startswith("X"):
            alpha = np.full((*channels.shape[:2], 1), 255, np.uint8)
            channels = np.concatenate((channels, alpha), axis=2)
        return np.ascontiguousarray(channels)

    def capture_metadata(self) -> dict[str, Any]:
        """Wait for the next picture and return what the sensor says about it."""
        scene = self._await_frame(None)
        return {**self._metadata, "Lux": 400.0 * scene.light, "ExposureTime": 20_000, "AnalogueGain": 1.5}

    def capture_file(self, file_output: str | Path, name: str = "main", format: str | None = None) -> dict[str, Any]:  # noqa: A002
        """Write the next picture to a file; needs Pillow, as the real library does."""
        from PIL import Image  # noqa: PLC0415 - only needed here, and heavy

        width, height = self.camera_config["main"]["size"]
        del name
        scene = self._await_frame(None)
        Image.fromarray(Renderer(width, height).draw(scene)).save(file_output, format=format)
        return dict(self._metadata)

    def _await_frame(self, limit_s: float | None) -> Scene:
        give_up_s = None if limit_s is None else time.monotonic() + limit_s
        while (now_s := time.monotonic()) < self._next_s or self._link.scene.missing:
            if give_up_s is not None and now_s >= give_up_s:
                raise TimeoutError
            left_s = max(self._next_s - now_s, 0.0) or _POLL_S
            time.sleep(left_s if give_up_s is None else min(left_s, max(give_up_s - now_s, 0.0)))
            if not self.started:
                raise RuntimeError("Camera stopped")
        self._next_s = max(self._next_s + self._frame_s(), now_s)
        self._metadata = {"SensorTimestamp": time.monotonic_ns(), "FrameDuration": int(self._frame_s() * 1e6)}
        return self._link.scene

    def _frame_s(self) -> float:
        controls = self.camera_config.get("controls", {})
        if "FrameRate" in controls:
            return 1.0 / controls["FrameRate"]
        return controls.get("FrameDurationLimits", (33333, 33333))[0] / 1e6
