"""Find a panel none of whose labels can be read: by its bullseyes, the inverted one and the known patches.

What a label would say is deduced: the head from the bullseyes' spacing, the height and the kind of module from where
patches are found, the length of the payload from the height. Not responsible for deciding whether a deduction is right:
several may be offered, and only an authentic page is ever accepted.
"""

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np

from hub.scramble.bullseye import SIDE_DOTS, bullseye
from hub.scramble.code import blocks_for
from hub.scramble.label import UNIT_BYTES
from hub.scramble.layout import ROW_UNIT, Frame, label_side, layout, smallest_frame
from hub.scramble.panel import grid_width
from hub.scramble.profile import Profile
from hub.scramble.reading.arrays import Double, Float, Grey, gaussian, match, resized, summits
from hub.scramble.reading.field import patch_scores
from hub.scramble.reading.register import bullseye_centres, follow_bullseyes

HEADS_DOTS = (576, 832, 1728)
_VERSIONS = (3, 4, 5)
_LEVELS = 0.6 * 1.12 ** np.arange(17)  # pixels a dot, 0.6 to 3.7
_SHRUNK = 0.5  # pixels a dot at which bullseyes are looked for
_SCORE_MIN = 0.5
_POINTS_MAX = 40
_SCALE_TOLERANCE = 0.15
_MATCH_DOTS = 8.0
_MATCHES_MIN = 6
_FRAMES_TRIED = 2
_HEIGHTS_TRIED = 4  # steps to each side
_PATCH_SCORE_MIN = 0.2
_UNITS_MAX = 1023


@dataclass(frozen=True, slots=True)
class Deduced:
    """A panel as it may be."""

    width_dots: int
    frame: Frame
    profile: Profile
    payload_units: int
    homography: Double


@dataclass(frozen=True, slots=True)
class _Marks:
    """Bullseyes found: pixels a dot as of the level, centres in pixels."""

    scale: float
    plain: Double
    inverted: Double


def deduce(grey: Grey) -> Iterator[Deduced]:
    """Offer what the panel may be, the likeliest first; nothing when no bullseyes are found."""
    marks = _marks(grey)
    best: tuple[float, int, Frame, Profile, Double] | None = None
    for width, frame, homography in _frames(grey, marks):
        for profile in (Profile.STANDARD, Profile.DENSE):
            score = float(np.mean(patch_scores(grey, homography, layout(frame, profile))))
            if best is None or score > best[0]:
                best = (score, width, frame, profile, homography)
    if best is None or best[0] < _PATCH_SCORE_MIN:
        return
    _, width, frame, modules, homography = best
    for profile in Profile:
        if profile.value.module_columns == modules.value.module_columns:
            for units in _payload_units(frame, profile):
                yield Deduced(width, frame, profile, units, homography)


def _marks(grey: Grey) -> _Marks:
    """Look at all scales; the one with the strongest bullseyes holds them."""
    best: tuple[float, _Marks] | None = None
    for level in _LEVELS:
        factor = _SHRUNK / float(level)
        small = resized(grey, factor).astype(np.float32)
        if min(small.shape) < SIDE_DOTS:
            continue
        found = [summits(match(small, _template(inverted=inverted)), 8, _SCORE_MIN) for inverted in (False, True)]
        strength = float(found[0][1][:12].sum() + found[1][1][:1].sum())
        centres = [(points[:_POINTS_MAX] + SIDE_DOTS * _SHRUNK / 2) / factor for points, _ in found]
        if best is None or strength > best[0]:
            best = (strength, _Marks(float(level), centres[0], centres[1][:6]))
    return best[1] if best else _Marks(1.0, np.zeros((0, 2)), np.zeros((0, 2)))


def _template(*, inverted: bool) -> Float:
    drawn = 1 - bullseye(inverted=inverted).astype(np.float32)
    side = int(SIDE_DOTS * _SHRUNK)
    halved = drawn.reshape(side, 2, side, 2).mean(axis=(1, 3))
    return gaussian(halved, 0.4, 0.4).astype(np.float32)


def _frames(grey: Grey, marks: _Marks) -> Iterator[tuple[int, Frame, Double]]:
    """Frames that explain the bullseyes, for the best pose: heights around the one that fits."""
    found: list[tuple[int, int, Frame, Double]] = []
    for width in HEADS_DOTS:
        for version in _VERSIONS:
            poses = _poses(marks, grid_width(width), label_side(version))
            found += [(count, width, frame, pose) for count, frame, pose in _best(poses)]
    found.sort(key=lambda it: -it[0])
    for count, width, frame, pose in found[:_FRAMES_TRIED]:
        if count < max(_MATCHES_MIN, found[0][0] - 1):
            return
        for step in range(-_HEIGHTS_TRIED, _HEIGHTS_TRIED + 1):
            tried = Frame(frame.width, frame.height + step * ROW_UNIT, frame.label_side)
            corners = np.array([(0, 0), (frame.width, 0), (frame.width, 200), (0, 200)], np.float64)
            yield width, tried, follow_bullseyes(grey, tried, corners, _to_pixels(pose, corners))


def _best(poses: Iterator[tuple[int, Frame, Double]]) -> list[tuple[int, Frame, Double]]:
    """Return the one with most matches, if there is one."""
    return sorted(poses, key=lambda it: -it[0])[:1]


def _poses(marks: _Marks, width: int, side: int) -> Iterator[tuple[int, Frame, Double]]:
    """Suppose that a bullseye is the last of the inverted one's row; yields matches, frame and (origin, x axis)."""
    top = Frame(width, 2 * side + 3 * SIDE_DOTS, side)
    row = [centre for centre in bullseye_centres(top) if centre[1] < SIDE_DOTS]
    length = float(row[-1][0] - row[0][0])
    for origin in marks.inverted:
        for end in marks.plain:
            axis = (end - origin) / length
            if abs(float(np.hypot(*axis)) / marks.scale - 1) > _SCALE_TOLERANCE:
                continue
            pose = np.array((origin - axis * row[0][0] - np.array((-axis[1], axis[0])) * row[0][1], axis))
            seen = _to_dots(pose, marks.plain)
            for height in {round((float(y) + SIDE_DOTS / 2) / ROW_UNIT) * ROW_UNIT for y in seen[:, 1] if y > 2 * side}:
                frame = Frame(width, height, side)
                yield _matches(seen, frame), frame, pose


def _matches(seen: Double, frame: Frame) -> int:
    expected = bullseye_centres(frame)[1:]
    away = np.hypot(*(seen[:, None] - expected[None]).transpose(2, 0, 1)).min(axis=0)
    return int((away < _MATCH_DOTS).sum())


def _to_dots(pose: Double, pixels: Double) -> Double:
    origin, axis = pose
    turn = np.array(((axis[0], axis[1]), (-axis[1], axis[0]))) / (axis @ axis)
    return (pixels - origin) @ turn.T


def _to_pixels(pose: Double, dots: Double) -> Double:
    origin, axis = pose
    return origin + dots[:, :1] * axis + dots[:, 1:] * np.array((-axis[1], axis[0]))


def _payload_units(frame: Frame, profile: Profile) -> list[int]:
    """Lengths of payload for which a panel of this height would have been drawn."""
    dots_a_bit = profile.value.module_rows * profile.value.module_columns
    likely = frame.data_dots() / dots_a_bit * profile.value.rate / 8 / UNIT_BYTES
    found: list[int] = []
    for units in range(max(1, int(likely) - 3), min(_UNITS_MAX, int(likely) + 3) + 1):
        code = blocks_for(units * UNIT_BYTES, profile.value.rate)
        data_dots = code.blocks * code.transmitted_bits * dots_a_bit
        if smallest_frame(frame.width, frame.label_side, data_dots) == frame:
            found.append(units)
    return found
