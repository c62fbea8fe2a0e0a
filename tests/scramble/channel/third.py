"""A third way over paper and back, from dots to the file that is uploaded; written without a look at the reader.

Nothing is shared with the other two: ink spreads by morphology, unevenly over the sheet; dead dots leave white columns;
noise is of light (Poisson), of the sensor's columns and of dust; the tone curve is an S; folds lift the paper; stains
are rings, puddles, tape, pen; the lid lets light in at one side; the file is a PNG, JPEG, TIFF or PDF, as offices send.
"""

import io
from dataclasses import dataclass

import cv2
import numpy as np
from PIL import Image

FINE = 4  # samples a dot
DOTS_PER_INCH = 203.2


@dataclass(frozen=True)
class Way:
    """One way. Lengths in dots, angles in degrees, shares of full scale otherwise; `cut`: margin left, per side."""

    dpi: float = 300
    spread: tuple[float, float] = (0.0, 0.25)  # least and most growth of ink over the sheet
    banding: float = 0.06
    dead_columns: int = 0
    density: float = 0.85
    tint: tuple[float, float, float] = (0.95, 0.93, 0.86)
    blur: float = 0.35
    photons: float = 3000.0
    columns: float = 0.006
    dust: float = 0.0
    tone: float = 0.0  # strength of the S curve; negative flattens
    lid: float = 0.0
    folds: int = 0
    stains: float = 0.0
    kinds: tuple[str, ...] = ("ring", "puddle", "tape", "pen")
    skew: float = 0.0
    stretch: tuple[float, float] = (1.0, 1.0)
    quarter: int = 0
    cut: tuple[float, float, float, float] = (60, 60, 60, 60)  # left, top, right, bottom; negative cuts into the sheet
    colour: bool = False
    kind: str = "PNG"
    jpeg: int = 85


WAYS = {
    "plain 300": Way(),
    "150 dpi": Way(dpi=150, kind="JPEG", jpeg=70, skew=1.0),
    "200 dpi q20": Way(dpi=200, kind="JPEG", jpeg=20, colour=True, skew=-1.5, quarter=2),
    "240 dpi +8": Way(dpi=240, skew=8, stretch=(1.02, 1.0), kind="JPEG", jpeg=40),
    "200 dpi -8, 270": Way(dpi=200, skew=-8, stretch=(0.99, 1.01), quarter=3),
    "600 dpi TIFF": Way(dpi=600, kind="TIFF", colour=True, skew=2, quarter=1),
    "PDF": Way(dpi=200, kind="PDF", jpeg=50, skew=1, quarter=1),
    "fat ink": Way(spread=(0.3, 0.7), dpi=200, kind="JPEG", jpeg=60),
    "thin ink": Way(spread=(-0.55, -0.15), dpi=300, density=0.7, kind="JPEG", jpeg=60),
    "banding": Way(banding=0.3, dead_columns=4, dpi=240, kind="JPEG", jpeg=60),
    "pale on yellow": Way(density=0.3, tint=(0.93, 0.86, 0.6), colour=True, dpi=200, photons=1500),
    "dark paper": Way(tint=(0.55, 0.5, 0.42), colour=True, density=0.7, dpi=240, kind="JPEG", jpeg=50),
    "S curve": Way(tone=0.9, dpi=200, kind="JPEG", jpeg=50),
    "flat curve": Way(tone=-0.5, dpi=200, photons=800),
    "lid open": Way(lid=0.7, dpi=200, skew=3, kind="JPEG", jpeg=50),
    "dusty": Way(dust=0.01, columns=0.03, photons=400, dpi=240),
    "three folds": Way(folds=3, dpi=300, skew=2, kind="JPEG", jpeg=50),
    "three folds 200": Way(folds=3, dpi=200, skew=-3, kind="JPEG", jpeg=30, lid=0.3),
    "stains 15": Way(stains=0.15, dpi=300, kind="JPEG", jpeg=60, skew=1),
    "ink stains 10": Way(stains=0.10, kinds=("puddle",), dpi=300, kind="JPEG", jpeg=60),
    "a corner cut": Way(cut=(60, 0, -60, 60), dpi=300),
    "cut to the grid": Way(cut=(-5, -44, -5, -12), dpi=240, kind="JPEG", jpeg=60),
}


def sent_file(dots, way, seed=0):
    """File (bytes) of the dots (rows, columns; 1 = black) after that way."""
    rng = np.random.default_rng([seed, 3003])
    sheet = _inked(np.pad(dots, 8).astype(np.uint8), way, rng)
    sheet = _stained(sheet, way, rng)
    sheet, lift = _folded(sheet, way.folds, rng)
    picture = _seen(_laid(sheet, lift, way), way, rng)
    picture = np.ascontiguousarray(np.rot90(picture, way.quarter))
    saved = Image.fromarray(picture)
    options = {"JPEG": {"quality": way.jpeg}, "PDF": {"quality": way.jpeg, "resolution": way.dpi}}
    options["TIFF"] = {"compression": "tiff_lzw"}
    out = io.BytesIO()
    saved.save(out, way.kind, **options.get(way.kind, {}))
    return out.getvalue()


def _smooth(shape, size, rng):
    """Smooth random field, 0 … 1, with features of `size` samples."""
    coarse = rng.random((max(4, shape[0] // size), max(4, shape[1] // size)), dtype=np.float32)
    return np.clip(cv2.resize(coarse, shape[::-1], interpolation=cv2.INTER_CUBIC), 0, 1)


def _inked(dots, way, rng):
    """Blackness 0 … 1: ink grown or shrunk by discs of a size that wanders over the sheet."""
    for column in rng.integers(20, dots.shape[1] - 20, way.dead_columns):
        dots[:, column] = 0
    big = cv2.resize(dots, None, fx=2 * FINE, fy=2 * FINE, interpolation=cv2.INTER_NEAREST)
    steps = 4
    sizes = np.linspace(way.spread[0], way.spread[1], steps)
    grown = [_grown(big, size * 2 * FINE) for size in sizes]
    where = _smooth(grown[0].shape, 60 * FINE, rng) * (steps - 1)
    rows = np.arange(where.shape[0], dtype=np.float32)
    wave = np.sin(2 * np.pi * rows / (FINE * rng.uniform(9, 25))) * way.banding
    ink = sum(np.clip(1 - np.abs(where - k), 0, 1) * each for k, each in enumerate(grown))
    ink = ink * (way.density * (1 + wave[:, None]))
    return np.clip(ink * (1 - 0.15 * _smooth(ink.shape, 2 * FINE, rng)), 0, 1).astype(np.float32)


def _grown(big, radius):
    size = 2 * round(abs(radius)) + 1
    disc = cv2.getStructuringElement(cv2.MORPH_ELLIPSE, (size, size))
    changed = cv2.dilate(big, disc) if radius > 0 else cv2.erode(big, disc)
    return cv2.resize(changed.astype(np.float32), None, fx=0.5, fy=0.5, interpolation=cv2.INTER_AREA)


def _stained(sheet, way, rng):
    """Cover a share of the sheet; what a stain does is its kind's."""
    height, width = sheet.shape
    covered = np.zeros((height, width), np.uint8)
    while way.stains and covered.mean() < way.stains:
        kind = str(rng.choice(way.kinds))
        centre = rng.uniform((0, 0), (width, height))
        mask = np.zeros((height, width), np.uint8)
        if kind == "ring":
            cv2.circle(
                mask, centre.astype(int).tolist(), int(rng.uniform(40, 90) * FINE), 1, int(rng.uniform(8, 16) * FINE)
            )
        elif kind == "puddle":
            angles = np.linspace(0, 2 * np.pi, 24, endpoint=False)
            radii = (
                rng.uniform(12, 45) * FINE * (1 + 0.35 * np.convolve(rng.standard_normal(24), np.ones(3) / 3, "same"))
            )
            edge = centre + np.stack((np.cos(angles), np.sin(angles)), 1) * radii[:, None]
            cv2.fillPoly(mask, [edge.astype(np.int32)], 1)
        elif kind == "tape":
            away = rng.uniform(-1, 1, 2) * 120 * FINE
            cv2.line(mask, (centre - away).astype(int).tolist(), (centre + away).astype(int).tolist(), 1, 40 * FINE)
        else:
            path = centre + np.cumsum(rng.normal(0, 14 * FINE, (30, 2)), axis=0)
            cv2.polylines(mask, [path.astype(np.int32)], isClosed=False, color=1, thickness=int(3.5 * FINE))
        sheet = _under(sheet, mask, kind, rng)
        covered |= mask
    return sheet


def _under(sheet, mask, kind, rng):
    soft = cv2.blur(mask.astype(np.float32), (2 * FINE + 1,) * 2)
    if kind == "ring":
        return sheet + soft * rng.uniform(0.3, 0.5) * (1 - sheet)
    if kind == "puddle":
        return sheet + soft * rng.uniform(0.8, 0.95) * (1 - sheet)
    if kind == "tape":
        return sheet * (1 - soft * rng.uniform(0.4, 0.7))
    return np.maximum(sheet, 0.95 * soft)


def _folded(sheet, count, rng):
    """Lift the paper at each fold: it is seen shortened towards it; the ridge is white and one side dark."""
    height, width = sheet.shape
    y, x = np.mgrid[:height, :width].astype(np.float32)
    lift = np.zeros((height, width, 2), np.float32)
    for number in range(count):
        across = number == 2
        along, other, length = (x, y, width) if across else (y, x, height)
        at = length * ((0.5 + 0.2 * rng.uniform(-1, 1)) if across else (number + rng.uniform(0.3, 0.7)) / 2)
        away = along - at - rng.uniform(-0.04, 0.04) * other
        sheet = sheet * (1 - rng.uniform(0.5, 0.9) * (np.abs(away) < rng.uniform(0.4, 0.9) * FINE))
        sheet = sheet + (1 - sheet) * 0.2 * np.clip(1 - away / (20 * FINE), 0, 1) * (away > 0)
        near = np.clip(1 - np.abs(away) / (30 * FINE), 0, 1)
        lift[..., 0 if across else 1] += np.sign(away) * near**2 * rng.uniform(0.5, 2.0) * FINE
        lift[..., 1 if across else 0] += (away > 0) * rng.uniform(-0.8, 0.8) * FINE
    return sheet.astype(np.float32), lift


def _laid(sheet, lift, way):
    """Sample blackness on the scanner's bed; outside the sheet it is NaN."""
    step = DOTS_PER_INCH / way.dpi * FINE
    triangle = max(1, round(way.blur * FINE))
    aperture = max(1, round(step))
    for side in (triangle, triangle, aperture):
        sheet = cv2.blur(sheet, (side, side), borderType=cv2.BORDER_REPLICATE)
    height, width = sheet.shape
    angle = np.deg2rad(way.skew)
    turn = np.array([[np.cos(angle), -np.sin(angle)], [np.sin(angle), np.cos(angle)]])
    middle = np.array((width, height)) / 2
    corners = (np.array([(0, 0), (width, 0), (width, height), (0, height)]) - middle) @ turn.T
    low = corners.min(axis=0) - np.array(way.cut[:2]) * FINE
    high = corners.max(axis=0) + np.array(way.cut[2:]) * FINE
    pitch = step / np.array(way.stretch)
    size = ((high - low) / pitch).astype(int)
    at = np.stack(np.meshgrid(np.arange(size[0]) * pitch[0] + low[0], np.arange(size[1]) * pitch[1] + low[1]), -1)
    at = (at @ turn + middle).astype(np.float32)
    at += cv2.remap(lift, at[..., 0], at[..., 1], cv2.INTER_LINEAR, borderMode=cv2.BORDER_REPLICATE)
    return cv2.remap(
        sheet, at[..., 0], at[..., 1], cv2.INTER_LINEAR, borderMode=cv2.BORDER_CONSTANT, borderValue=float("nan")
    )


def _seen(ink, way, rng):
    """Turn blackness into the sensor's numbers."""
    height, width = ink.shape
    light = 1 - way.lid * np.linspace(0, 1, width, dtype=np.float32)[None] ** 3 * np.ones((height, 1), np.float32)
    if way.dust:
        specks = cv2.dilate((rng.random(ink.shape) < way.dust / 9).astype(np.uint8), np.ones((3, 3), np.uint8))
        ink = np.where(specks > 0, rng.choice((0.0, 1.0), ink.shape), ink)
    tints = way.tint if way.colour else (0.94,)
    planes = [np.where(np.isnan(ink), 0.8, tint * (1 - ink * 0.95)) * light for tint in tints]
    picture = np.stack(planes, -1)
    picture = rng.poisson(np.clip(picture, 0, 1) * way.photons) / way.photons
    picture = picture + rng.normal(0, way.columns, (1, width, 1))
    curve = picture * picture * (3 - 2 * picture)
    picture = np.clip(picture + way.tone * (curve - picture), 0, 1)
    picture = (255 * picture).astype(np.uint8)
    return picture if way.colour else picture[..., 0]
