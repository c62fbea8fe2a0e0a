"""The thermal head and the paper: dots in, reflectance out (1 white … 0 black), 4 samples a dot."""

from dataclasses import dataclass

import cv2
import numpy as np

FINE = 4  # samples a dot


@dataclass(frozen=True)
class PrintQuality:
    """Strengths; lengths in dots, others relative to a single dot's energy."""

    gain: float  # energy at a dot's centre over what just blackens
    spot: float  # sigma of a dot's heat
    history: float  # energy left from the row before
    neighbours: float
    droop: float  # loss in a row that is all black
    jitter: float
    grain: float
    density: float  # blackness of black
    edge: float  # softness of the paper's answer


GOOD = PrintQuality(1.0, 0.42, 0.10, 0.05, 0.04, 0.08, 0.03, 0.93, 0.10)
WORN = PrintQuality(1.12, 0.52, 0.22, 0.10, 0.12, 0.20, 0.07, 0.80, 0.16)
QUALITIES = {"good": GOOD, "worn": WORN}


def printed(dots, quality, rng):
    """Reflectance of a print of `dots` (rows, columns), shape times `FINE`."""
    energy = _energy(dots.astype(np.float32), quality, rng)
    fine = np.zeros((dots.shape[0] * FINE, dots.shape[1] * FINE), np.float32)
    fine[FINE // 2 :: FINE, FINE // 2 :: FINE] = energy
    sigma = quality.spot * FINE
    heat = cv2.GaussianBlur(fine, (0, 0), sigma) * (2 * np.pi * sigma * sigma)
    heat = _jitter(heat, quality.jitter * FINE, rng)
    heat *= 1 + _noise(heat.shape, 1.5, rng) * quality.grain + _noise(heat.shape, 9, rng) * quality.grain
    black = 1 / (1 + np.exp(np.clip((0.55 - heat * quality.gain) / (quality.edge * 0.55), -30, 30)))
    paper = 0.94 + 0.012 * _noise(heat.shape, 2, rng)
    return np.clip(paper * (1 - quality.density * black), 0, 1).astype(np.float32)


def _energy(dots, quality, rng):
    """Energy of each dot: more after and beside black ones, less in full rows, each resistor a little different."""
    warm = np.zeros(dots.shape[1], np.float32)
    energy = np.empty_like(dots)
    resistors = 1 + 0.03 * rng.standard_normal(dots.shape[1]).astype(np.float32)
    beside = cv2.blur(dots, (3, 1)) * 1.5 - dots * 0.5
    for row, line in enumerate(dots):
        energy[row] = line * (1 + quality.history * (warm - 0.5) - quality.droop * line.mean())
        warm = 0.55 * warm + 0.45 * line
    return energy * (1 + quality.neighbours * (beside - 0.5)) * resistors


def _jitter(heat, amplitude, rng):
    """Shift rows by a gear's period and a wandering feed."""
    rows = np.arange(heat.shape[0], dtype=np.float32)
    walk = np.cumsum(rng.standard_normal(heat.shape[0]))
    walk -= cv2.GaussianBlur(walk.reshape(-1, 1), (1, 801), 160).ravel()
    walk *= amplitude / max(float(walk.std()), 1e-6)
    gear = amplitude * np.sin(2 * np.pi * rows / (rng.uniform(20, 60) * FINE) + rng.uniform(0, 6))
    y = np.repeat((rows + walk + gear).astype(np.float32)[:, None], heat.shape[1], 1)
    x = np.repeat(np.arange(heat.shape[1], dtype=np.float32)[None], heat.shape[0], 0)
    return cv2.remap(heat, x, y, cv2.INTER_LINEAR, borderMode=cv2.BORDER_REPLICATE)


def _noise(shape, size, rng):
    """Noise of unit deviation with grains of `size` samples."""
    small = (int(shape[0] / size) + 2, int(shape[1] / size) + 2)
    noise = cv2.resize(rng.standard_normal(small, dtype=np.float32), shape[::-1], interpolation=cv2.INTER_LINEAR)
    return noise / noise.std()
