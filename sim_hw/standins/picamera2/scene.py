"""What the simulated camera sees: a lobby with the kiosk, a time stamp, and a sensor's noise. Plain numpy.

Not responsible for the camera's interface (`__init__.py`). The bench's web page draws with the same code.
"""

from __future__ import annotations

import time
from dataclasses import dataclass

import numpy as np

Array = np.ndarray


@dataclass(frozen=True)
class Scene:
    """State of the scene, fields as on the pin socket. `light` 1.0 is a lit lobby.

    `turned`: by what share of its view's width the camera was turned to the right. `veiled`: something bright and
    blurred before the lens. `people`: how many stand between camera and kiosk.
    """

    light: float = 1.0
    covered: bool = False
    veiled: bool = False
    turned: float = 0.0
    people: int = 0
    frozen: bool = False
    missing: bool = False


_BLACK_LEVEL = 6
_NOISE = 3
_NOISE_TILES = 8
# 3 x 5 glyphs, a row of three bits each: digits, then minus, colon, blank.
_GLYPHS = {
    "0": "75557", "1": "26227", "2": "71747", "3": "71717", "4": "55711", "5": "74717", "6": "74757", "7": "71222",
    "8": "75757", "9": "75717", "-": "00700", ":": "02020", " ": "00000",
}  # fmt: skip
# (x0, y0, x1, y1) in thousandths of the picture, and the colour: walls, floor, door, kiosk, its screen, tray, plant.
_LOBBY = (
    (0, 0, 1000, 640, (198, 192, 180)),
    (0, 640, 1000, 1000, (128, 116, 104)),
    (60, 150, 260, 660, (150, 170, 182)),
    (75, 170, 155, 640, (186, 206, 214)),
    (165, 170, 245, 640, (186, 206, 214)),
    (320, 230, 560, 330, (232, 228, 214)),
    (640, 260, 860, 900, (66, 78, 96)),
    (665, 300, 835, 520, (120, 190, 220)),
    (690, 330, 810, 350, (235, 245, 250)),
    (690, 370, 780, 390, (235, 245, 250)),
    (690, 470, 810, 500, (90, 210, 140)),
    (680, 600, 820, 620, (20, 22, 26)),
    (700, 690, 750, 740, (40, 44, 52)),
    (900, 560, 960, 860, (96, 70, 50)),
    (885, 380, 975, 570, (60, 120, 66)),
)
# People, head and coat of each: the first stands at the kiosk, the others around.
_CROWD = (
    (560, 120, 640, 280, (206, 168, 140)), (510, 280, 690, 1000, (52, 60, 104)),
    (360, 180, 430, 310, (120, 86, 66)), (320, 310, 480, 1000, (150, 40, 48)),
    (800, 200, 870, 330, (224, 190, 160)), (750, 330, 920, 1000, (96, 120, 84)),
)  # fmt: skip


def lobby(width: int, height: int, light: float, turned: float = 0.0, people: int = 0) -> Array:
    """Return the still picture, shape (height, width, 3), uint8, RGB."""
    picture = np.zeros((height, width, 3), np.float32)
    picture[: 640 * height // 1000] = _LOBBY[0][4]
    picture[640 * height // 1000 :] = _LOBBY[1][4]
    away = round(turned * 1000)
    for x0, y0, x1, y1, colour in (*_LOBBY[2:], *_CROWD[: 2 * people]):
        columns = slice(max(0, x0 - away) * width // 1000, max(0, x1 - away) * width // 1000)
        picture[y0 * height // 1000 : y1 * height // 1000, columns] = colour
    vignette = 1.0 - 0.25 * np.linspace(-1, 1, width, dtype=np.float32)[None, :, None] ** 2
    return np.clip(picture * vignette * light, _BLACK_LEVEL, 255 - _BLACK_LEVEL).astype(np.uint8)


def stamp(text: str, scale: int) -> Array:
    """Return `text` of digits, minus, colon and blank as 0 and 1, shape (7 * scale, (4 * len + 1) * scale)."""
    bits = np.zeros((7, 4 * len(text) + 1), np.uint8)
    for index, letter in enumerate(text):
        for row, octal in enumerate(_GLYPHS[letter]):
            bits[1 + row, 1 + 4 * index : 4 + 4 * index] = [int(octal) >> shift & 1 for shift in (2, 1, 0)]
    return bits.repeat(scale, 0).repeat(scale, 1)


def to_yuv420(rgb: Array, stride: int) -> Array:
    """Return full-range YUV 4:2:0 planes below one another, shape (height * 3 / 2, stride)."""
    height, width, _ = rgb.shape
    red, green, blue = (rgb[..., plane].astype(np.float32) for plane in range(3))
    luma = 0.299 * red + 0.587 * green + 0.114 * blue
    planes = np.zeros((height * 3 // 2, stride), np.uint8)
    planes[:height, :width] = luma.astype(np.uint8)
    for index, chroma in enumerate((0.564 * (blue - luma) + 128, 0.713 * (red - luma) + 128)):
        small = chroma[: height // 2 * 2, : width // 2 * 2].reshape(height // 2, 2, width // 2, 2).mean((1, 3))
        half = np.zeros((height // 2, stride // 2), np.uint8)
        half[:, : width // 2] = np.clip(small, 0, 255).astype(np.uint8)
        start = height * 4 + index * height
        planes.reshape(-1)[start * stride // 4 : (start + height) * stride // 4] = half.reshape(-1)
    return planes


class Renderer:
    """Draws pictures of one size: RGB planes, or YUV 4:2:0 with rows of `stride` bytes. Cheap per picture."""

    def __init__(self, width: int, height: int, stride: int | None = None) -> None:
        self._size = (width, height)
        self._stride = stride
        self._scale = max(1, width // 320)
        self._base: Array | None = None
        self._drawn: Scene | None = None
        self._last: Array | None = None
        self._count = 0
        noise = np.random.default_rng(2700).integers(-_NOISE, _NOISE + 1, (_NOISE_TILES, height, width))
        self._noise = noise.astype(np.uint8)  # added modulo 256: the base keeps clear of both ends

    def draw(self, scene: Scene) -> Array:
        """Return the next picture; a frozen scene gives the very same one again."""
        if scene.frozen and self._last is not None:
            return self._last.copy()
        picture = self._still(scene)
        if not (scene.covered or scene.veiled):
            self._write_time(picture)
        self._add_noise(picture)
        self._last = picture
        return picture.copy()

    def _still(self, scene: Scene) -> Array:
        if self._base is None or self._drawn != scene:
            rgb = lobby(*self._size, 0.0 if scene.covered else scene.light, scene.turned, scene.people)
            if scene.veiled:  # by light alone, with nothing of the lobby in it
                rgb[...] = rgb.mean((0, 1), keepdims=True).astype(np.uint8)
            self._base = rgb if self._stride is None else to_yuv420(rgb, self._stride)
            self._drawn = scene
        return self._base.copy()

    def _write_time(self, picture: Array) -> None:
        bits = stamp(time.strftime("%Y-%m-%d %H:%M:%S"), self._scale)
        rows, columns = bits.shape
        room = picture[self._scale : self._scale + rows, self._scale : self._scale + columns]
        bits = bits[: room.shape[0], : room.shape[1]]
        room[...] = np.where(bits if self._stride is not None else bits[..., None], 240, 24)

    def _add_noise(self, picture: Array) -> None:
        width, height = self._size
        tile = self._noise[self._count % _NOISE_TILES]
        tile = np.roll(tile, self._count * 37 % height, 0)
        self._count += 1
        if self._stride is None:
            picture += tile[..., None]
        else:
            picture[:height, :width] += tile
