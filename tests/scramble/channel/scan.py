"""Handling and the scanner: reflectance of a sheet in, the picture of a scan out."""

from dataclasses import dataclass

import cv2
import numpy as np

from tests.scramble.channel.print import FINE, GOOD, printed

DOTS_PER_INCH = 203.2
BORDER_DOTS = 48


@dataclass(frozen=True)
class Scan:
    """One condition. Angles in degrees, blur in thousandths of an inch, fractions of full scale otherwise."""

    dpi: int = 300
    skew: float = 1.0
    scale: float = 0.003
    blur_mil: float = 1.6
    noise: float = 0.012
    light: float = 0.08
    jpeg: int = 0  # quality; 0 for none
    colour: bool = False
    quarter: int = -1  # turns; -1 draws one
    folds: int = 0
    stains: float = 0.0
    wobble: float = 0.15  # dots: uneven movement of the scanner's carriage
    gamma: float = 1.0


CONDITIONS = {
    "plain-300": Scan(),
    "jpeg-200": Scan(dpi=200, skew=2.0, jpeg=50, noise=0.02),
    "coarse-150": Scan(dpi=150, skew=1.5, blur_mil=2.5, jpeg=70),
    "fine-600-colour": Scan(dpi=600, skew=3.0, jpeg=75, colour=True, noise=0.03),
    "askew-240": Scan(dpi=240, skew=8.0, scale=0.02, jpeg=20, gamma=1.3),
    "folds-300": Scan(folds=3, skew=2.0, jpeg=60),
    "stains-300": Scan(stains=0.15, skew=2.0, jpeg=60, folds=1),
    "dim-200": Scan(dpi=200, light=0.45, noise=0.03, jpeg=40, blur_mil=2.5, colour=True, gamma=0.8),
}


def simulate(dots, scan=CONDITIONS["plain-300"], quality=GOOD, seed=0):
    """Picture of a scan of the printed `dots` (rows, columns; 1 = black): uint8, grey or (…, 3) when in colour."""
    rng = np.random.default_rng(seed)
    sheet = cv2.copyMakeBorder(
        printed(dots, quality, rng), *(4 * [BORDER_DOTS * FINE]), cv2.BORDER_CONSTANT, value=0.94
    )
    sheet = _stained(sheet, scan.stains, rng)
    sheet, shift = _folded(sheet, scan.folds, rng)
    picture = _sampled(sheet, shift, scan, rng)
    picture = np.clip(picture * _light(picture.shape, scan.light, rng), 0, 1) ** scan.gamma
    if scan.colour:
        picture = picture[..., None] * np.array([0.97, 1.0, 0.95], np.float32)
    picture = picture + rng.standard_normal(picture.shape, dtype=np.float32) * scan.noise
    picture = (np.clip(picture, 0, 1) * 255).astype(np.uint8)
    turns = scan.quarter if scan.quarter >= 0 else int(rng.integers(4))
    picture = np.ascontiguousarray(np.rot90(picture, turns))
    if scan.jpeg:
        _, data = cv2.imencode(".jpg", picture, [cv2.IMWRITE_JPEG_QUALITY, scan.jpeg])
        picture = cv2.imdecode(data, cv2.IMREAD_UNCHANGED)
    return picture


def _sampled(sheet, shift, scan, rng):
    """Sample the sheet at the scanner's resolution, turned, with its blur and the folds' shifts."""
    step = DOTS_PER_INCH / scan.dpi * FINE  # samples of the sheet a pixel
    factors = 1 + rng.uniform(-1, 1, 2) * scan.scale
    angle = np.deg2rad(scan.skew) * rng.choice((-1, 1))
    sigma = scan.blur_mil / 1000 * DOTS_PER_INCH * FINE
    blurred = cv2.GaussianBlur(sheet, (0, 0), float(np.hypot(sigma, step * 0.29)))  # 0.29: a box's deviation
    height, width = sheet.shape
    turn = np.array([[np.cos(angle), -np.sin(angle)], [np.sin(angle), np.cos(angle)]])
    corners = (np.array([[0, 0], [width, 0], [0, height], [width, height]]) - (width / 2, height / 2)) @ turn.T
    size = (np.ptp(corners, axis=0) / step + 40).astype(int)
    pixels = np.stack(np.meshgrid(np.arange(size[0]), np.arange(size[1])), -1).astype(np.float32)
    pixels[..., 1] += _wobble(size[1], scan.wobble * FINE / step, rng)[:, None]
    at = (pixels - size / 2) * step * factors @ turn + (width / 2, height / 2)
    at = at.astype(np.float32)
    moved = cv2.remap(shift, at[..., 0], at[..., 1], cv2.INTER_LINEAR, borderMode=cv2.BORDER_REPLICATE)
    at += moved
    bed = float(rng.choice((0.05, 0.85)))
    return cv2.remap(blurred, at[..., 0], at[..., 1], cv2.INTER_LINEAR, borderMode=cv2.BORDER_CONSTANT, borderValue=bed)


def _wobble(rows, amplitude, rng):
    y = np.arange(rows)
    return sum(amplitude * np.sin(2 * np.pi * y / rng.uniform(60, 400) + rng.uniform(0, 6)) for _ in range(2))


def _folded(sheet, count, rng):
    """Fold the sheet: the print is rubbed off at a line, one side lies in shadow, and the planes are shifted."""
    height, width = sheet.shape
    y, x = np.mgrid[:height, :width].astype(np.float32)
    shift = np.zeros((height, width, 2), np.float32)
    for number in range(count):
        level = (number + rng.uniform(0.3, 0.7)) / count
        tilt = rng.uniform(-0.06, 0.06)
        across = number % 2 == 1
        distance = (x - level * width - tilt * y) if across else (y - level * height - tilt * x)
        rubbed = np.exp(-((distance / (1.0 * FINE)) ** 2)) * rng.uniform(0.3, 0.8)
        sheet = sheet + (0.9 - sheet) * rubbed.astype(np.float32)
        sheet = sheet * (1 - 0.15 * np.exp(-np.abs(distance) / (12 * FINE)) * (distance > 0))
        jump = rng.uniform(0.3, 1.2) * FINE * rng.choice((-1, 1))
        shift[..., 0 if across else 1] += jump * np.tanh(distance / (4 * FINE))
        shift[..., 1 if across else 0] += rng.uniform(-0.5, 0.5) * FINE * (distance > 0)
    return np.clip(sheet, 0, 1).astype(np.float32), shift


def _stained(sheet, share, rng):
    """Stain until `share` of the sheet is covered: half are brown and clear, half cover what is below."""
    height, width = sheet.shape
    small = np.zeros((height // 16, width // 16), np.uint8)
    tone = np.zeros(small.shape, np.float32)
    while share and (small > 0).mean() < share:
        blob = np.zeros_like(small)
        centre = (int(rng.integers(small.shape[1])), int(rng.integers(small.shape[0])))
        axes = tuple(int(v) for v in rng.uniform(3, 0.10 * small.shape[1], 2) + 1)
        cv2.ellipse(blob, centre, axes, float(rng.uniform(0, 180)), 0, 360, 1, -1)
        tone[blob > 0] = rng.choice((0.35, 0.55, 0.0, -1.0))  # 0 is ink; -1 is a bright scrape
        small |= blob
    mask = cv2.resize(small.astype(np.float32), (width, height), interpolation=cv2.INTER_LINEAR)
    tones = cv2.resize(tone, (width, height), interpolation=cv2.INTER_NEAREST)
    covered = np.where(tones > 0, sheet * tones, np.where(tones < 0, np.maximum(sheet, 0.85), 0.12 * sheet + 0.05))
    return (sheet * (1 - mask) + covered * mask).astype(np.float32)


def _light(shape, strength, rng):
    y, x = np.mgrid[-1 : 1 : shape[0] * 1j, -1 : 1 : shape[1] * 1j].astype(np.float32)
    angle = rng.uniform(0, 6.3)
    return 1 - strength * (0.5 + 0.35 * (np.cos(angle) * x + np.sin(angle) * y) + 0.15 * (x * x + y * y) / 2)
