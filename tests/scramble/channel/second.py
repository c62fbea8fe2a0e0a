"""A second way over paper and back, built otherwise than the first: what holds in only one is not to be trusted.

Dots here are rounded squares that overlap, light spreads in the paper (an exponential kernel), rows band, specks and
voids stand alone; the scanner defocuses (a disc), smears (a line), sharpens too much, samples by Lanczos out of a
perspective map, sees colours, and saves a JPEG with halved colours. The sheet lies on a larger bed, with a front above.
"""

from dataclasses import dataclass

import cv2
import numpy as np

FINE = 5  # samples a dot
DOTS_A_MM = 8


@dataclass(frozen=True)
class Path:
    """One way. Angles in degrees, lengths in mm, shares of full scale otherwise; `tilt`: a photograph's perspective."""

    dpi: float = 300
    skew: float = 0.0
    stretch: tuple[float, float] = (0.0, 0.0)
    gain_mm: float = 0.010
    defocus_mm: float = 0.04
    smear_mm: float = 0.03
    sharpen: float = 0.0
    gamma: float = 1.0
    contrast: float = 1.0
    noise: float = 0.01
    screen: float = 0.0
    specks: float = 0.0
    light: float = 0.0
    folds: int = 0
    stains: float = 0.0
    jpeg: int = 0
    bed: float = 1.0
    bed_mm: float = 10.0
    crop_mm: float | None = None  # margin that the scanner's own cropping leaves around the sheet
    quarter: int = 0
    colour: bool = False
    tilt: float = 0.0
    front_mm: float = 0.0
    paper: float = 0.92


PATHS = {
    "plain": Path(),
    "150 dpi": Path(dpi=150, skew=1.0, jpeg=60, noise=0.02),
    "600 dpi colour": Path(dpi=600, colour=True, jpeg=60, skew=-2.0, quarter=1),
    "askew 8": Path(dpi=240, skew=8.0, stretch=(0.02, -0.02), jpeg=20),
    "askew -8 upside down": Path(dpi=200, skew=-8.0, stretch=(-0.02, 0.02), quarter=2, jpeg=40),
    "dark gamma": Path(gamma=0.5, contrast=0.7, dpi=200),
    "light gamma": Path(gamma=2.2, dpi=200, jpeg=50),
    "faded": Path(contrast=0.35, noise=0.02),
    "sharpened": Path(sharpen=2.0, dpi=200, jpeg=40),
    "heavy gain": Path(gain_mm=0.035, dpi=300),
    "thin dots": Path(gain_mm=-0.025, dpi=300),
    "screened": Path(screen=0.15, specks=0.01, dpi=300, jpeg=60),
    "black bed": Path(bed=0.0, bed_mm=60, skew=3.0, dpi=200),
    "grey bed, whole strip": Path(bed=0.55, bed_mm=80, front_mm=160, dpi=200, skew=1.5),
    "cropped close": Path(crop_mm=0.2, dpi=300),
    "uneven light": Path(light=0.6, dpi=200, noise=0.02, jpeg=50),
    "folds": Path(folds=3, skew=2.0, jpeg=60, quarter=3),
    "stains": Path(stains=0.12, folds=1, dpi=300, jpeg=60),
    "photograph": Path(dpi=260, tilt=0.12, skew=4, light=0.4, colour=True, jpeg=80, bed=0.3, bed_mm=25),
}


def sent(dots, path, seed=0):
    """Picture of the dots (rows, columns; 1 = black) after that way: uint8, grey or RGB."""
    rng = np.random.default_rng([seed, 77])
    sheet = _printed(dots, path, rng)
    sheet = _worn(sheet, path, rng)
    picture = _laid(sheet, path, rng)
    picture = _seen(picture, path, rng)
    picture = np.ascontiguousarray(np.rot90(picture, path.quarter))
    if path.jpeg:
        ordered = picture[..., ::-1] if path.colour else picture
        _, data = cv2.imencode(".jpg", ordered, [cv2.IMWRITE_JPEG_QUALITY, path.jpeg])
        picture = cv2.imdecode(data, cv2.IMREAD_UNCHANGED)
        picture = np.ascontiguousarray(picture[..., ::-1]) if path.colour else picture
    return picture


def _printed(dots, path, rng):
    margin = 4
    if path.front_mm:
        front = rng.random((int(path.front_mm * DOTS_A_MM), dots.shape[1])) < 0.06
        dots = np.concatenate((cv2.blur(front.astype(np.float32), (5, 3)) > 0.12, dots.astype(bool)))
    dots = np.pad(dots, margin)
    big = dots.astype(np.uint8).repeat(FINE, axis=0).repeat(FINE, axis=1)
    away = cv2.distanceTransform(1 - big, cv2.DIST_L2, 5) - cv2.distanceTransform(big, cv2.DIST_L2, 5)
    bands = 1 + 0.25 * np.sin(np.arange(big.shape[0]) / (FINE * rng.uniform(7, 19)))[:, None]
    edge = path.gain_mm * DOTS_A_MM * FINE * bands + cv2.GaussianBlur(
        rng.standard_normal(big.shape, dtype=np.float32), (0, 0), FINE * 0.4
    ) * (0.18 * FINE)
    ink = np.clip(0.5 + edge - away, 0, 1)
    if path.specks:
        lone = rng.random((big.shape[0] // FINE, big.shape[1] // FINE))
        lone = lone.repeat(FINE, 0).repeat(FINE, 1)
        ink = np.where(lone < path.specks / 2, 1, np.where(lone > 1 - path.specks / 2, 0, ink))
    spread = 0.7 * cv2.blur(ink, (3, 3)) + 0.3 * cv2.blur(cv2.blur(ink, (2 * FINE + 1,) * 2), (2 * FINE + 1,) * 2)
    return (path.paper * (1 - 0.9 * spread)).astype(np.float32)


def _worn(sheet, path, rng):
    height, width = sheet.shape
    for _ in range(path.folds):
        level = int(rng.uniform(0.15, 0.85) * height)
        half = int(0.12 * DOTS_A_MM * FINE)
        sheet[level - half : level + half] = 0.6 * sheet[level - half : level + half] + 0.35
        sheet[level:] *= np.linspace(0.85, 1, sheet.shape[0] - level, dtype=np.float32)[:, None] ** 0.5
        sheet = np.delete(sheet, slice(level, level + int(rng.uniform(0, 0.1) * DOTS_A_MM * FINE)), axis=0)
    covered = np.zeros(sheet.shape, np.uint8)
    while path.stains and covered.mean() < path.stains:
        at = (int(rng.uniform(0, width)), int(rng.uniform(0, sheet.shape[0])))
        radius = int(rng.uniform(2, 6) * DOTS_A_MM * FINE)
        cv2.circle(covered, at, radius, 1, -1)
        blob = np.zeros_like(covered)
        cv2.circle(blob, at, radius, 1, -1)
        sheet = np.where(blob > 0, sheet * rng.choice((0.2, 0.5, 0.7)), sheet).astype(np.float32)
    return sheet


def _laid(sheet, path, rng):
    """Put the sheet on the bed, or before a camera, and sample it."""
    step = path.dpi / 25.4 / (DOTS_A_MM * FINE)  # pixels a sample
    scale = np.diag((step * (1 + path.stretch[0]), step * (1 + path.stretch[1]), 1.0))
    angle = np.deg2rad(path.skew)
    turn = np.array([[np.cos(angle), -np.sin(angle), 0], [np.sin(angle), np.cos(angle), 0], [0, 0, 1]])
    height, width = sheet.shape
    lean = np.eye(3)
    lean[2, :2] = path.tilt / width, -path.tilt / (1.3 * height)
    through = turn @ lean @ scale if path.tilt == 0 else turn @ scale @ lean
    corners = cv2.perspectiveTransform(np.array([[[0, 0], [width, 0], [width, height], [0, height]]], float), through)[
        0
    ]
    margin = (path.bed_mm if path.crop_mm is None else path.crop_mm) * path.dpi / 25.4
    low, high = corners.min(axis=0) - margin, corners.max(axis=0) + margin
    shift = np.array([[1, 0, -low[0]], [0, 1, -low[1]], [0, 0, 1]], float)
    size = tuple(int(v) for v in high - low)
    blurred = sheet
    disc = max(1, round(path.defocus_mm * DOTS_A_MM * FINE))
    kernel = cv2.getStructuringElement(cv2.MORPH_ELLIPSE, (2 * disc + 1,) * 2).astype(np.float32)
    blurred = cv2.filter2D(blurred, -1, kernel / kernel.sum(), borderType=cv2.BORDER_REPLICATE)
    smear = max(1, round(path.smear_mm * DOTS_A_MM * FINE))
    aperture = max(1, round(0.8 / step))
    blurred = cv2.blur(blurred, (aperture, aperture + smear), borderType=cv2.BORDER_REPLICATE)
    return cv2.warpPerspective(
        blurred, shift @ through, size, flags=cv2.INTER_LANCZOS4, borderMode=cv2.BORDER_CONSTANT, borderValue=path.bed
    )


def _seen(picture, path, rng):
    height, width = picture.shape
    y, x = np.mgrid[0 : 1 : height * 1j, 0 : 1 : width * 1j].astype(np.float32)
    picture = np.clip(picture, 0, 1) * (1 - path.light * (0.6 * x + 0.4 * y * y))
    if path.screen:
        period = path.dpi / 85
        wave = np.sin(2 * np.pi * (x * width + y * height) / period) * np.sin(
            2 * np.pi * (x * width - y * height) / period
        )
        picture = picture + path.screen * wave.astype(np.float32) * 0.5
    if path.sharpen:
        picture = picture + path.sharpen * (picture - cv2.GaussianBlur(picture, (0, 0), 1.2))
    picture = np.clip(picture, 0, 1) ** path.gamma
    picture = 1 - path.contrast * (1 - picture)
    if path.colour:
        picture = picture[..., None] * np.array((1.0, 0.94, 0.82), np.float32)
        picture = np.stack(
            [np.roll(picture[..., c], c - 1, axis=0) for c in range(3)], axis=-1
        )  # rows of a sensor each
    picture = picture + rng.laplace(0, path.noise / 1.4, picture.shape)
    return (np.clip(picture, 0, 1) * 255).astype(np.uint8)
