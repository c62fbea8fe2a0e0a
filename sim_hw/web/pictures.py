"""Pictures for the bench page: the paper that is coming out, strips that were cut, what the camera sees.

Not responsible for what is on them.
"""

from __future__ import annotations

import io
import re
from typing import TYPE_CHECKING

from PIL import Image

if TYPE_CHECKING:
    from sim_hw.world import World


class Pictures:
    """Pictures of `world` by path."""

    def __init__(self, world: World) -> None:
        self._world = world

    def find(self, path: str) -> tuple[str, bytes] | None:
        """Return content type and bytes, None if there is no such picture."""
        if path == "/camera.jpg":
            return ("image/jpeg", self._world.camera.jpeg()) if self._world.powered else None
        if path == "/paper.png":
            return self._paper()
        if numbered := re.fullmatch(r"/strips/([0-9]{1,6})\.png", path):
            return self._strip(int(numbered[1]))
        return None

    def _paper(self) -> tuple[str, bytes] | None:
        mechanism = self._world.printer.mechanism
        if not mechanism.rows_out:
            return None
        size = (mechanism.width_dots, mechanism.rows_out)
        return "image/png", _png(Image.frombytes("1", size, bytes(mechanism.emerging), "raw", "1;I"))

    def _strip(self, number: int) -> tuple[str, bytes] | None:
        for strip in self._world.strips:
            if strip.number == number:
                return "image/png", self._world.strip_file(strip).read_bytes()
        return None


def _png(picture: Image.Image) -> bytes:
    file = io.BytesIO()
    picture.save(file, "PNG", compress_level=1)
    return file.getvalue()
