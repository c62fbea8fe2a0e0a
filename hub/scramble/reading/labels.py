"""Find the labels in a scan with zxing-cpp.

Not responsible for what their fields mean. Reads on a picture of moderate size first: labels are coarse, scans are not;
then at other sizes, sharpened, and with even light.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import numpy as np
import zxingcpp

from hub.scramble.label import Label, parse_label
from hub.scramble.reading.arrays import Double, Grey, even_light, resized, sharpened

_SIDE_PIXELS = 2400
_FINE_SIDE_PIXELS = 4800
_ENLARGE_BELOW = 1600
_SHARPEN_SIGMAS = (1.5, 3.0)
_zxing: Any = zxingcpp


@dataclass(frozen=True, slots=True)
class FoundLabel:
    """A label and its symbol's four corners in pixels, from the upper left clockwise as the symbol stands."""

    label: Label
    site_address: str
    text: str
    corners: Double


def find_labels(grey: Grey) -> list[FoundLabel]:
    """Find labels of one panel; empty when there are none. Of several panels the one with most labels is taken."""
    panels = find_panels(grey)
    return max(panels, key=len) if panels else []


def find_panels(grey: Grey) -> list[list[FoundLabel]]:
    """Find labels of all panels that say different things, those of each together."""
    for picture, factor in _versions(grey):
        if found := _read(picture, factor):
            return found
    return []


def _versions(grey: Grey) -> Iterator[tuple[Grey, float]]:
    """Pictures to try, each with its size against the scan's."""
    longest = max(grey.shape)
    factor = min(1.0, _SIDE_PIXELS / longest)
    moderate = resized(grey, factor)
    yield moderate, factor
    if longest < _ENLARGE_BELOW:
        moderate, factor = resized(grey, 2.0), 2.0
        yield moderate, factor
    for sigma in _SHARPEN_SIGMAS:
        yield sharpened(moderate, sigma), factor
    yield even_light(moderate), factor
    if longest > _SIDE_PIXELS:
        fine = min(1.0, _FINE_SIDE_PIXELS / longest)
        yield resized(grey, fine), fine


def _read(grey: Grey, factor: float) -> list[list[FoundLabel]]:
    panels: dict[Label, dict[int, FoundLabel]] = {}
    for symbol in _zxing.read_barcodes(grey, formats=zxingcpp.BarcodeFormat.QRCode):
        parsed = parse_label(symbol.text)
        if parsed is None:
            continue
        label, address = parsed
        at = symbol.position
        points = [(p.x, p.y) for p in (at.top_left, at.top_right, at.bottom_right, at.bottom_left)]
        found = FoundLabel(label, address, symbol.text, (np.array(points, np.float64) + 0.5) / factor)
        panels.setdefault(label.at(0), {})[label.slot] = found
    return [list(labels.values()) for labels in panels.values()]
