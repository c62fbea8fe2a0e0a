"""What the simulated paper could carry: mutual information between dots and an equaliser that knows the truth.

An estimate from below, since the equaliser is linear and looks at one module at a time; the finest of three module
sizes that carries most is taken. Source of the method: the feasibility study.
"""

from dataclasses import dataclass

import numpy as np

from hub.scramble.layout import Frame, label_side, layout
from hub.scramble.profile import Shape
from hub.scramble.reading.equaliser import Equaliser
from hub.scramble.reading.field import find_field
from hub.scramble.reading.samples import Sampler
from tests.scramble.channel.print import GOOD
from tests.scramble.channel.scan import CONDITIONS, DOTS_PER_INCH, Scan, simulate

MODULES = ((2, 2), (2, 1), (1, 1))
SIDE = 480
BINS = 64


@dataclass(frozen=True)
class _Trial:
    """Stands where a profile does."""

    value: Shape


def capacity_bytes_per_cm2(scan: Scan = CONDITIONS["plain-300"], quality=GOOD):
    """Most bytes a square centimetre, over the module sizes."""
    return max(_information(rows, columns, scan, quality) * 800 / (rows * columns) for rows, columns in MODULES)


def _information(rows, columns, scan, quality):
    """Bits a module."""
    frame = Frame(SIDE, SIDE, label_side(3))
    plan = layout(frame, _Trial(Shape(0, rows, columns, 0.5)))
    truth = np.random.default_rng(1).integers(0, 2, plan.known.shape).astype(np.uint8)
    truth[plan.known] = plan.value[plan.known]
    dots = truth.repeat(rows, axis=0).repeat(columns, axis=1)
    picture = simulate(dots, _straight(scan), quality, 1)
    homography = _homography(picture, scan)
    sampler = Sampler(picture, homography, find_field(picture, homography, plan), plan)
    samples, _ = sampler.sample()
    target = 1 - 2 * truth.astype(np.float32)
    train = (np.random.default_rng(2).random(truth.shape) < 0.5).astype(np.float32)
    estimate = Equaliser(plan).estimate(samples, target, train)
    return _mutual(estimate[train == 0], truth[train == 0])


def _straight(scan):
    return Scan(
        dpi=scan.dpi, skew=0.0, scale=0.0, blur_mil=scan.blur_mil, noise=scan.noise, light=scan.light, quarter=0
    )


def _homography(picture, scan):
    scale = scan.dpi / DOTS_PER_INCH
    middle = np.array(picture.shape[::-1]) / 2
    corner = middle - SIDE / 2 * scale
    return np.array([(scale, 0, corner[0]), (0, scale, corner[1]), (0, 0, 1)])


def _mutual(estimate, bit):
    """Mutual information of a real value and a bit, by equally filled bins of half of the values, on the other half."""
    edges = np.quantile(estimate, np.linspace(0, 1, BINS + 1)[1:-1])
    bins = np.searchsorted(edges, estimate)
    half = bins.size // 2
    ones = np.bincount(bins[:half], bit[:half], BINS) + 0.5
    all_ = np.bincount(bins[:half], minlength=BINS) + 1.0
    share = (ones / all_)[bins[half:]]
    right = np.where(bit[half:] == 1, share, 1 - share)
    return float(1 + np.mean(np.log2(right)))
