"""Restored pages beside the scans of a front: where the paper shows something else than the centre issued.

What is expected is drawn as it was printed, with background and signed code; then the scan is laid on it and both are
looked at with an eye of about a quarter of a millimetre. Not responsible for judging the paper itself (a copy of a true
page has no differences). Limits and how they were measured: `docs/reference/inquiry.md`.
"""

from collections.abc import Sequence
from typing import Any

import cv2
import numpy as np
from numpy.typing import NDArray

from hub.forgery.background import unpacked
from hub.forgery.front import printed_pages
from hub.inquiry.dots import judged_dots
from hub.inquiry.register import Field, Placed, Template, straightened

MOST_MARKS = 60
_EYE_DOTS = 1.6
_THRESHOLD = 0.23
_LEAST_AREA_DOTS = 14
_JOIN_DOTS = 15
_PAPER_DOTS = 61
_EDGE_DOTS = 6
_LEVELS = 24
_Grey = NDArray[Any]


def compared(
    pages: Sequence[dict[str, Any]], layers: dict[str, Any], pictures: Sequence[_Grey]
) -> list[dict[str, Any] | None]:
    """Find each page (`dots`, `width_dots`) in the pictures and mark what differs; None where it is in none of them.

    `layers` is the record the centre signed. Returns the picture's index, the straightened scan (`grey`, one sample a
    dot), the marks: [left, top, width, height] in dots, the largest first, and the detection image's verdict (`dots`).
    """
    width = int(pages[0]["width_dots"])
    dots = [bytes(page["dots"]) for page in pages]
    printed = printed_pages(dots, width, layers)
    return [
        _page(unpacked(page, width), unpacked(drawn, width), pictures, layers)
        for page, drawn in zip(dots, printed, strict=True)
    ]


def _page(page: Field, printed: Field, pictures: Sequence[_Grey], layers: dict[str, Any]) -> dict[str, Any] | None:
    template = Template(page.astype(np.float32))
    found: list[tuple[Placed, int]] = []
    for number, picture in enumerate(pictures):
        placed = template.find(picture)
        if placed is not None:
            found.append((placed, number))
    if not found:
        return None
    placed, number = max(found, key=lambda each: each[0].inliers)
    grey = straightened(pictures[number], placed, printed)
    return {
        "picture": number,
        "grey": np.clip(grey, 0, 255).astype(np.uint8).tobytes(),
        "marks": marks(grey, printed),
        "dots": judged_dots(pictures[number], placed, page.shape, layers),
    }


def marks(grey: Field, printed: Field) -> list[list[int]]:
    """Return the places where a straightened scan and what was printed differ."""
    seen = cv2.GaussianBlur(_ink(grey), (0, 0), _EYE_DOTS)
    expected = _as_toned(cv2.GaussianBlur(printed.astype(np.float32), (0, 0), _EYE_DOTS), seen)
    reach = np.ones((3, 3), np.uint8)
    extra = seen - cv2.dilate(expected, reach)
    missing = cv2.erode(expected, reach) - seen
    differs = (np.maximum(extra, missing) > _THRESHOLD).astype(np.uint8)
    differs[:_EDGE_DOTS] = differs[-_EDGE_DOTS:] = 0
    differs[:, :_EDGE_DOTS] = differs[:, -_EDGE_DOTS:] = 0
    return _boxes(differs)


def _ink(grey: Field) -> Field:
    """Level the light: 0 for the paper around, 1 for the darkest ink."""
    soft = cv2.GaussianBlur(grey.astype(np.float32), (0, 0), 1.0)
    paper = cv2.dilate(soft, np.ones((_PAPER_DOTS, _PAPER_DOTS), np.uint8))
    paper = np.maximum(cv2.GaussianBlur(paper, (0, 0), _PAPER_DOTS / 2), 16)
    dark = 1 - grey / paper
    return np.clip(dark / max(0.3, float(np.percentile(dark, 99.5))), 0, 1.2).astype(np.float32)


def _as_toned(expected: Field, seen: Field) -> Field:
    """Give what is expected the tones that this print and this scanner make of it: medians by level, rising."""
    levels = np.minimum((expected * _LEVELS).astype(np.int32), _LEVELS - 1)
    tones = np.array([np.median(seen[levels == at]) if (levels == at).any() else np.nan for at in range(_LEVELS)])
    at = np.flatnonzero(~np.isnan(tones))
    rising = np.maximum.accumulate(tones[at])
    return np.interp(expected, (at + 0.5) / _LEVELS, rising).astype(np.float32)


def _boxes(differs: NDArray[Any]) -> list[list[int]]:
    count, labels, figures, _ = cv2.connectedComponentsWithStats(differs, connectivity=8)
    large = np.isin(labels, [each for each in range(1, count) if figures[each, cv2.CC_STAT_AREA] >= _LEAST_AREA_DOTS])
    joined = cv2.dilate(large.astype(np.uint8), np.ones((_JOIN_DOTS, _JOIN_DOTS), np.uint8))
    _, _, figures, _ = cv2.connectedComponentsWithStats(joined, connectivity=8)
    boxes = [[int(value) for value in each[:4]] for each in figures[1:]]
    return sorted(boxes, key=lambda box: -box[2] * box[3])[:MOST_MARKS]
