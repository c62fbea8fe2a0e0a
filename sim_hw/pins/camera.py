"""The surveillance camera's scene: what a person could do to it, and its picture for the bench's page.

Not responsible for encoding or judging pictures: that is the firmware's recorder.
"""

from __future__ import annotations

import io
from typing import TYPE_CHECKING, Any

from PIL import Image

from sim_hw.standins.picamera2.scene import Renderer, Scene, lobby

if TYPE_CHECKING:
    from pathlib import Path

    from sim_hw.pins.server import Emit, PinServer


class SimCamera:
    """A working camera in a lit lobby."""

    def __init__(self, pins: PinServer, emit: Emit, size: tuple[int, int] = (640, 360)) -> None:
        self._pins = pins
        self._emit = emit
        self._size = size
        self._renderer: Renderer | None = None

    def cover(self, on: bool = True) -> None:  # noqa: FBT001, FBT002 - one switch, named by the verb
        """Put something over the lens, or take it away."""
        self._show(covered=on)

    def veil(self, on: bool = True) -> None:  # noqa: FBT001, FBT002 - one switch, named by the verb
        """Put something bright and blurred before the lens, such as tape, or take it away."""
        self._show(veiled=on)

    def turn(self, share: float) -> None:
        """Turn the camera to the right by a share of its view's width; 0.0 is as the fitter left it."""
        self._show(turned=share)

    def crowd(self, people: int) -> None:
        """Let so many people, up to 3, stand between camera and kiosk."""
        self._show(people=people)

    def freeze(self, on: bool = True) -> None:  # noqa: FBT001, FBT002 - one switch, named by the verb
        """Let the sensor repeat its last picture, or go on."""
        self._show(frozen=on)

    def unplug(self, on: bool = True) -> None:  # noqa: FBT001, FBT002 - one switch, named by the verb
        """Pull the cable, or plug it in."""
        self._show(missing=on)

    def light(self, level: float) -> None:
        """Light of the lobby, 0 to 1."""
        self._show(light=level)

    def jpeg(self) -> bytes:
        """Return the picture as it looks now; empty when the camera is unplugged."""
        scene = Scene(**self._pins.scene)
        if scene.missing:
            return b""
        self._renderer = self._renderer or Renderer(*self._size)
        file = io.BytesIO()
        Image.fromarray(self._renderer.draw(scene)).save(file, "JPEG", quality=80)
        return file.getvalue()

    def fix_view(self, state_dir: Path) -> None:
        """Leave the view behind that a fitter fixed: the empty lobby, small and grey (`docs/reference/evidence.md`)."""
        state_dir.mkdir(mode=0o700, exist_ok=True)
        grey = Image.fromarray(lobby(*self._size, light=1.0)).convert("L")
        grey.reduce(self._size[0] // 160).save(state_dir / "camera-reference.png")

    def _show(self, **scene: Any) -> None:
        self._pins.show(**scene)
        self._emit({"event": "camera_scene", **self._pins.scene})
