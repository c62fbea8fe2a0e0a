"""Scans of originals and of copies, seeded: the material on which detection is measured.

A scan: print (hub/forgery/optics.py), feed that is not quite even, up to two folds, skew, scale, optics, uneven light,
noise, JPEG. A photocopy: a scanner, a tone curve and a laser printer before that. A reprint: a scan brought to 203 dpi
by one of the ways a person would try, printed on the same head, scanned. Conditions are drawn from wide ranges.
"""

from dataclasses import dataclass

import cv2
import numpy as np
from PIL import Image

from hub.forgery.optics import OVER, Head, printed

SAMPLES_MM = 8 * OVER
MARGIN_MM = 6
DPIS = (150, 200, 300, 400, 600)


@dataclass(frozen=True)
class Scanner:
    dpi: int
    skew_deg: float
    scale: float
    blur_mm: float
    light: float
    noise: float
    folds: int
    jpeg: int | None


def any_head(rng):
    return Head(
        heat_mm=rng.uniform(0.03, 0.045),
        turning=rng.uniform(0.27, 0.42),
        uneven=rng.uniform(0.02, 0.08),
        grain=rng.uniform(0.02, 0.06),
    )


def any_scanner(rng, dpi=None):
    dpi = dpi or int(rng.choice(DPIS))
    return Scanner(
        dpi=dpi,
        skew_deg=rng.uniform(-4, 4),
        scale=rng.uniform(0.985, 1.015),
        blur_mm=rng.uniform(0.025, 0.055) + (0.02 if dpi < 300 else 0),
        light=rng.uniform(0, 0.25),
        noise=rng.uniform(1, 4),
        folds=int(rng.integers(0, 3)),
        jpeg=int(rng.integers(75, 96)) if rng.random() < 0.5 else None,
    )


def original(dots, rng, dpi=None):
    """Print and scan; a picture of uint8 and its dpi."""
    scanner = any_scanner(rng, dpi)
    return scanned(printed(dots, any_head(rng), rng), scanner, rng), scanner.dpi


def photocopied(dots, rng, dpi=None, blur_mm=None):
    """An original on a copier, then scanned."""
    first = _on_glass(printed(dots, any_head(rng), rng), 600, any_scanner(rng), blur_mm or rng.uniform(0.06, 0.1), rng)
    half, steep = rng.uniform(0.42, 0.65), rng.uniform(0.04, 0.12)
    tone = 1 / (1 + np.exp((half - first) / steep))
    toner = (tone > 0.5).astype(np.float32) if rng.random() < 0.5 else _diffused(tone, 1)
    ink = cv2.resize(
        toner, None, fx=SAMPLES_MM * 25.4 / 600, fy=SAMPLES_MM * 25.4 / 600, interpolation=cv2.INTER_LINEAR
    )
    ink = cv2.GaussianBlur(ink, (0, 0), 0.03 * SAMPLES_MM)
    ink += 0.03 * rng.standard_normal(ink.shape, np.float32)
    scanner = any_scanner(rng, dpi)
    return scanned(ink, scanner, rng), scanner.dpi


def reprinted(dots, rng, dpi=None):
    """An original scanned at 300 or 600 dpi, brought to 203 dpi, printed on the same kind of head, scanned."""
    resolution = int(rng.choice((300, 600)))
    first = any_scanner(rng)
    grey = _on_glass(printed(dots, any_head(rng), rng), resolution, first, first.blur_mm, rng)
    way = rng.choice(("area", "cubic"))
    small = cv2.resize(
        grey,
        None,
        fx=203.2 / resolution,
        fy=203.2 / resolution,
        interpolation=cv2.INTER_AREA if way == "area" else cv2.INTER_CUBIC,
    )
    binary = rng.choice(("fixed", "otsu", "local", "diffused"))
    if binary == "fixed":
        again = small > rng.uniform(0.25, 0.55)
    elif binary == "otsu":
        eight = np.clip(255 * (1 - small), 0, 255).astype(np.uint8)
        again = eight < cv2.threshold(eight, 0, 255, cv2.THRESH_OTSU)[0]
    elif binary == "local":
        again = small > cv2.GaussianBlur(small, (0, 0), 12) + rng.uniform(0.08, 0.2)
    else:
        again = _diffused(np.clip(small, 0, 1), 1) > 0.5
    scanner = any_scanner(rng, dpi)
    return scanned(printed(again.astype(bool), any_head(rng), rng), scanner, rng), scanner.dpi


def scanned(ink, scanner, rng):
    """Ink on paper to a picture of uint8."""
    ink = _on_glass(ink, scanner.dpi, scanner, scanner.blur_mm, rng)
    rows, columns = ink.shape
    y, x = np.mgrid[:rows, :columns].astype(np.float32)
    turn = rng.uniform(0, 2 * np.pi)
    light = 1 - scanner.light * (0.5 + 0.5 * np.sin(turn + 2 * x / columns + 3 * y / rows))
    grey = 245 * light * (1 - 0.82 * ink) + scanner.noise * rng.standard_normal(ink.shape, np.float32)
    picture = np.clip(grey, 0, 255).astype(np.uint8)
    if scanner.jpeg is not None:
        _, data = cv2.imencode(".jpg", picture, [cv2.IMWRITE_JPEG_QUALITY, scanner.jpeg])
        picture = cv2.imdecode(data, cv2.IMREAD_GRAYSCALE)
    return picture


def _on_glass(ink, dpi, scanner, blur_mm, rng):
    """Ink as a sensor sees it, `dpi`: feed, folds, skew, scale, optics, the sensor's own area."""
    per_mm = dpi / 25.4
    rows, columns = ink.shape
    margin = round(MARGIN_MM * per_mm)
    height, width = round(rows / SAMPLES_MM * per_mm) + 2 * margin, round(columns / SAMPLES_MM * per_mm) + 2 * margin
    ink = cv2.GaussianBlur(ink, (0, 0), blur_mm * SAMPLES_MM)
    side = max(1, round(SAMPLES_MM / per_mm))
    ink = cv2.blur(ink, (side, side))
    y, x = np.mgrid[:height, :width].astype(np.float32)
    angle = np.deg2rad(scanner.skew_deg)
    dx, dy = (x - width / 2) / per_mm / scanner.scale, (y - height / 2) / per_mm / scanner.scale
    u = np.cos(angle) * dx + np.sin(angle) * dy + columns / 2 / SAMPLES_MM + rng.uniform(-1, 1)
    v = -np.sin(angle) * dx + np.cos(angle) * dy + rows / 2 / SAMPLES_MM + rng.uniform(-1, 1)
    length = rows / SAMPLES_MM
    v += 0.03 * np.sin(2 * np.pi * (v / rng.uniform(8, 30) + rng.random()))
    for _ in range(scanner.folds):
        at = rng.uniform(0.15, 0.85) * length
        v += 0.12 * np.tanh((v - at) / 0.6)
        u += 0.05 * np.tanh((v - at) / 0.6)
    seen = cv2.remap(
        ink,
        (u * SAMPLES_MM).astype(np.float32),
        (v * SAMPLES_MM).astype(np.float32),
        cv2.INTER_LINEAR,
        borderMode=cv2.BORDER_CONSTANT,
        borderValue=0,
    )
    return np.clip(seen, 0, 1)


def _diffused(tone, white):
    """Floyd-Steinberg, by the library."""
    eight = np.clip(255 * (white - tone), 0, 255).astype(np.uint8)
    return 1 - np.asarray(Image.fromarray(eight).convert("1"), np.float32)
