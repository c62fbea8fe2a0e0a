"""Read a panel's payload from a scan, without any key.

Everything is learnt from the scan: label, geometry, blur, contrast, noise. Not responsible for opening files, for
limits on what strangers upload (run it in a process of its own), nor for the payload's authenticity (`opened.py`).
"""

from dataclasses import dataclass

import numpy as np

from hub.scramble.code import blocks_for, fitted
from hub.scramble.label import UNIT_BYTES, Label, symbol_version
from hub.scramble.layout import Frame, label_side, layout, least_height, least_width
from hub.scramble.panel import grid_width
from hub.scramble.profile import Profile
from hub.scramble.reading.arrays import Double, Grey, mean_of, resized
from hub.scramble.reading.blind import deduce
from hub.scramble.reading.decode import decode
from hub.scramble.reading.field import find_field
from hub.scramble.reading.labels import FoundLabel, find_labels, find_panels
from hub.scramble.reading.outcome import Payload, Reading, Reason, Unreadable
from hub.scramble.reading.register import pixels_a_dot, register
from hub.scramble.reading.samples import Sampler
from hub.scramble.reading.why import why

SIDE_PIXELS_MIN, SIDE_PIXELS_MAX = 64, 20000
_WORKING_PIXELS_A_DOT = {Profile.STANDARD: 2.0, Profile.ROBUST: 2.0, Profile.DENSE: 3.0}


def read_payload(scan: Grey) -> Payload | Unreadable:
    """Read the panel in a scan: (rows, columns) grey, or (rows, columns, 3 or 4) RGB(A)."""
    if scan.dtype != np.uint8 or scan.ndim not in {2, 3} or not _usable(scan.shape):
        return Unreadable(Reason.PICTURE_UNUSABLE)
    grey = scan if scan.ndim == 2 else _grey(scan)  # noqa: PLR2004 - two axes are a grey picture
    labels = find_labels(grey)
    if not labels:
        return _read_without_labels(grey)
    return _read_by(grey, labels)


def read_every(grey: Grey) -> list[Payload | Unreadable]:
    """Read all panels in a grey scan that bear labels which differ, such as those of a test chart."""
    return [_read_by(grey, labels) for labels in find_panels(grey)]


def _read_by(grey: Grey, labels: list[FoundLabel]) -> Payload | Unreadable:
    label = labels[0].label.at(0)
    side = label_side(symbol_version(len(labels[0].text.encode())))
    frame = Frame(grid_width(label.width_dots), label.rows, side, label.low)
    if frame.height < least_height(side, low=frame.low) or frame.width < least_width(side, low=frame.low):
        return Unreadable(Reason.MARKERS_MISSING)  # no panel of ours: there is no room for its marks
    homography = register(grey, frame, labels)
    return _read(_Placed(grey, homography, frame, label, labels[0].site_address))


def _read_without_labels(grey: Grey) -> Payload | Unreadable:
    result = Unreadable(Reason.MARKERS_MISSING)
    for deduced in deduce(grey):
        label = Label(deduced.profile, deduced.width_dots, deduced.frame.height, deduced.payload_units, key_id=0)
        found = _read(_Placed(grey, deduced.homography, deduced.frame, label, ""))
        if isinstance(found, Payload):
            return found
        result = Unreadable(found.reason, None, found.reading)
    return result


def _usable(shape: tuple[int, ...]) -> bool:
    sides = shape[:2]
    return min(sides) >= SIDE_PIXELS_MIN and max(sides) <= SIDE_PIXELS_MAX and shape[2:] in {(), (3,), (4,)}


def _grey(scan: Grey) -> Grey:
    """Mean of red and green: blue is the noisiest channel of a scanner and yellows of thermal paper vanish in it."""
    return mean_of(scan[..., 0], scan[..., 1])


@dataclass(frozen=True, slots=True)
class _Placed:
    """A scan with the grid laid over it. `site_address` is empty when no label was read."""

    grey: Grey
    homography: Double
    frame: Frame
    label: Label
    site_address: str


def _read(placed: _Placed) -> Payload | Unreadable:
    label, frame = placed.label, placed.frame
    plan = layout(frame, label.profile)
    scale = pixels_a_dot(placed.homography, frame)
    grey, homography = _reduced(placed.grey, placed.homography, scale, label.profile)
    sampler = Sampler(grey, homography, find_field(grey, homography, plan), plan)
    code = fitted(blocks_for(label.payload_units * UNIT_BYTES, label.profile.value.rate), plan.order.size)
    decoded = decode(sampler, plan, code)
    reading = Reading(round(scale, 2), decoded.blocks_decoded, code.blocks, decoded.rounds, round(decoded.sharpness, 2))
    if decoded.payload is None:
        return Unreadable(why(grey, homography, frame, label.profile, reading), label, reading)
    return Payload(decoded.payload, label, placed.site_address, reading)


def _reduced(grey: Grey, homography: Double, scale: float, profile: Profile) -> tuple[Grey, Double]:
    """Average a fine scan down: less noise, less work."""
    factor = _WORKING_PIXELS_A_DOT[profile] / scale
    if factor >= 1:
        return grey, homography
    small = resized(grey, factor)
    ratio = (small.shape[1] / grey.shape[1], small.shape[0] / grey.shape[0], 1.0)
    return small, np.diag(ratio) @ homography
