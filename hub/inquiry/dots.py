"""The detection image on the scan of a front: whether the centre's dots are there, as a head printed them.

Needs no key: the document's seed stands in the layers that the centre signed, and the comparison has found where the
page lies and how large a dot is. Not responsible for the judgement itself (`hub/forgery/detect.py`); but a `copy`
there is `untold` here: anybody's scan of a true paper, compressed or soft, has the figures of a photocopy
(`docs/reference/inquiry.md`, "The detection image").
"""

from typing import Any

import cv2
import numpy as np
from numpy.typing import NDArray

from hub.forgery.detect import detected_by
from hub.inquiry.register import Placed

_DOTS_PER_MM = 8
_MOST_PIXELS_A_DOT = 1.5  # 300 dpi: finer adds time and memory, not certainty
_MARGIN_DOTS = 16


def judged_dots(picture: NDArray[Any], placed: Placed, shape: tuple[int, ...], layers: dict[str, Any]) -> str | None:
    """Return `original untold unkeyed none` for a page (rows, columns of dots) in a picture, None if it has no dots."""
    background = layers["background"]
    if background["kind"] != "dots":
        return None
    seeds: dict[str, bytes] = {layers["document_id"]: background["seed"]}
    part: NDArray[Any] = _around(picture, placed, shape)
    factor = min(1.0, _MOST_PIXELS_A_DOT / placed.pixels_a_dot)
    if factor < 1:
        part = cv2.resize(part, None, fx=factor, fy=factor, interpolation=cv2.INTER_AREA)
    verdict = detected_by(part, (placed.pixels_a_dot * factor * _DOTS_PER_MM,), seeds.get).verdict
    return "untold" if verdict == "copy" else verdict


def _around(picture: NDArray[Any], placed: Placed, shape: tuple[int, ...]) -> NDArray[np.uint8]:
    """Cut the page out, upright as the picture is."""
    low, margin = -_MARGIN_DOTS, _MARGIN_DOTS
    rows, columns = shape
    corners = [(low, low), (columns + margin, low), (low, rows + margin), (columns + margin, rows + margin)]
    at = np.array([(x, y, 1.0) for x, y in corners]) @ placed.matrix.T
    left, top = np.maximum(np.floor(at.min(axis=0)), 0).astype(int)
    right, bottom = np.ceil(at.max(axis=0)).astype(int)
    return np.ascontiguousarray(picture[top:bottom, left:right], np.uint8)
