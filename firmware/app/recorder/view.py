"""What the camera looks at, small and grey: whether it has detail, and whether it is still what the fitter saw.

Block by block, the live picture is correlated with the reference view. Correlation does not care for brightness or
contrast, so light may change; people in front disturb only their own blocks. A camera that was turned disturbs them
all, or fits again once shifted. numpy alone: OpenCV would add 23 MB to the recorder's memory and 150 MB to the package
for the same sums. Not responsible for how long a thing must last (`health.py`).
"""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

import numpy as np
from PIL import Image, UnidentifiedImageError

from firmware.app.recorder.masks import Masks

if TYPE_CHECKING:
    from pathlib import Path

    from numpy.typing import NDArray

    from firmware import config

    Grey = NDArray[np.float32]

NAME = "camera-reference.png"
_WIDTH = 160  # of the small picture, or little more
_BLOCK = 10
_DETAIL = 2.5  # standard deviation of a block that shows something; noise of 10 leaves this much
_LANDMARK = 4.0  # standard deviation of a block of the reference that can be known again
_ALIKE = 0.6  # correlation of a block with its reference
FEWEST = 6  # landmarks needed to say anything
_SHIFT_LEAST, _SHIFT_GAIN = 3, 0.2


class ViewError(Exception):
    """The reference view cannot be used; the text says why and what to do."""


class View:
    """Makes pictures small, and compares them with the reference view when there is one."""

    def __init__(self, settings: config.Camera, reference: Grey | None = None) -> None:
        self._step = max(1, settings.width // _WIDTH)
        self._height = settings.height
        self.free = self._shrink(Masks(settings).free().astype(np.float32)) > 1 - 1e-6
        self._free_blocks = _blocks(self.free).all(1)
        self.reference = reference
        if reference is not None and reference.shape != self.free.shape:
            raise ViewError("the reference view is of another picture size. Take it again: kiosk evidence reference")

    def small(self, planes: NDArray[np.uint8]) -> Grey:
        """Return the luma of planes of YUV 4:2:0, made small."""
        return self._shrink(planes[: self._height])

    def brightness(self, small: Grey) -> float:
        """Return the mean of what is not masked, 0 to 255."""
        return float(small[self.free].mean()) if self.free.any() else 0.0

    def detail(self, small: Grey) -> float:
        """Return the share of blocks that show something, 0 to 1; a covered lens shows nothing."""
        deviation = _blocks(small).std(1)[self._free_blocks]
        return float((deviation > _DETAIL).mean()) if deviation.size else 0.0

    def agreement(self, small: Grey) -> float:
        """Return the share of the reference's landmarks that are where they were; 0 if they are all found shifted.

        1.0 when there is no reference, or too few landmarks in it.
        """
        if self.reference is None:
            return 1.0
        here = self._alike(small, 0, 0)
        if here > 1 - _SHIFT_GAIN:
            return here
        x, y = self._shift(small)
        if max(abs(x), abs(y)) >= _SHIFT_LEAST and self._alike(small, x, y) > here + _SHIFT_GAIN:
            return 0.0
        return here

    def landmarks(self) -> int:
        """Return how many blocks of the reference can be known again."""
        if self.reference is None:
            return 0
        return int(((_blocks(self.reference).std(1) > _LANDMARK) & self._free_blocks).sum())

    def _alike(self, small: Grey, x: int, y: int) -> float:
        """Compare with the picture moved by `x`, `y`."""
        assert self.reference is not None  # noqa: S101 - asked by agreement
        height, width = small.shape
        there = np.s_[max(0, y) : height + min(0, y), max(0, x) : width + min(0, x)]
        home = np.s_[max(0, -y) : height + min(0, -y), max(0, -x) : width + min(0, -x)]
        known, seen = _blocks(self.reference[home]), _blocks(small[there])
        known = known - known.mean(1, keepdims=True)
        seen = seen - seen.mean(1, keepdims=True)
        landmarks = (known.std(1) > _LANDMARK) & _blocks(self.free[home]).all(1) & _blocks(self.free[there]).all(1)
        if landmarks.sum() < FEWEST:
            return 0.0 if x or y else 1.0
        alike = (known * seen).mean(1) > _ALIKE * np.maximum(known.std(1) * seen.std(1), 1e-6)
        return float(alike[landmarks].mean())

    def _shift(self, small: Grey) -> tuple[int, int]:
        """Return by how much the edges of the reference seem to have moved (phase correlation)."""
        assert self.reference is not None  # noqa: S101 - asked by agreement
        known, seen = np.fft.rfft2(self._edges(self.reference)), np.fft.rfft2(self._edges(small))
        cross = seen * known.conj()
        peaks = np.fft.irfft2(cross / np.maximum(np.abs(cross), 1e-6), small.shape)
        y, x = (int(index) for index in np.unravel_index(int(peaks.argmax()), small.shape))
        height, width = small.shape
        return (x - width if x > width // 2 else x), (y - height if y > height // 2 else y)

    def _edges(self, small: Grey) -> NDArray[np.float64]:
        down, right = np.gradient(small)
        free = self.free.copy()
        for axis in (0, 1):  # a mask's own border is no edge of the lobby
            free &= np.roll(self.free, 1, axis) & np.roll(self.free, -1, axis)
        window = np.outer(np.hanning(small.shape[0]), np.hanning(small.shape[1]))
        return np.hypot(down, right) * free * window

    def _shrink(self, picture: NDArray[np.uint8] | Grey) -> Grey:
        step = self._step
        height, width = (side // step for side in picture.shape)
        whole = picture[: height * step, : width * step].reshape(height, step, width, step)
        return whole.mean((1, 3), dtype=np.float32)


def _blocks(small: NDArray[np.generic]) -> NDArray[np.generic]:
    """Cut into squares, shape (blocks, pixels); what is left over at the right and below is not looked at."""
    rows, columns = (side // _BLOCK for side in small.shape)
    cut = small[: rows * _BLOCK, : columns * _BLOCK].reshape(rows, _BLOCK, columns, _BLOCK)
    return cut.swapaxes(1, 2).reshape(rows * columns, _BLOCK * _BLOCK)


def load(folder: Path, settings: config.Camera) -> View:
    """Return the view with the reference that lies in the folder, or with none; `ViewError`."""
    path = folder / NAME
    try:
        with Image.open(path) as picture:
            return View(settings, np.asarray(picture.convert("L"), np.float32))
    except FileNotFoundError:
        return View(settings)
    except (OSError, UnidentifiedImageError) as error:
        raise ViewError(f"{path}: cannot be read: {error}. Take it again: kiosk evidence reference") from error


def save(folder: Path, small: Grey) -> Path:
    """Keep a small picture as the reference view: written whole or not at all."""
    path = folder / NAME
    part = path.with_name(f".{NAME}.part")
    with part.open("wb") as file:
        Image.fromarray(small.round().astype(np.uint8)).save(file, "PNG")
        file.flush()
        os.fsync(file.fileno())
    part.chmod(0o644)  # taken by the fitter, read by the kiosk's user
    part.replace(path)
    return path
