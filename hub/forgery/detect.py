"""Judges a scan: the paper that was printed, a copy of it, or nothing of ours. `python -m hub detect`.

Theory of operation: the lattice of fine dots gives the geometry, the public part of the dots the place and the id, the
keyed part whether the dots are the centre's, and how well they are kept whether this is the paper itself. Thresholds
and what they were measured on: `docs/reference/background.md`, "Detection". Not responsible for what the page says.
"""

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from hub.forgery.background import PITCHES, Background
from hub.forgery.balance import balance
from hub.forgery.fidelity import LEAST_PATCHES, Fidelity, fidelity
from hub.forgery.key import seed_of
from hub.forgery.lattice import Lattice, Wave, find_wave, rectified
from hub.forgery.mark import Cells, Place, locate, read_id, turned
from hub.forgery.scan import Scan, prepared

USUAL_DPI = (150, 200, 240, 300, 400, 600)
LEAST_DPI, MOST_DPI = 140, 1200
MOST_PIXELS = 80_000_000
LEAST_SIDE = 200
WIDTHS = (576, 832, 1728)
PLACE_SIGMAS = 8.0
KEY_SIGMAS = 10.0
EXPLAINED = ((150, 300), (0.62, 0.82))  # least share of variance at a resolution, in between in proportion
LEAST_BALANCE, MOST_BALANCE = 0.72, 1.6
CERTAIN, LEAST_BALANCE_CERTAIN = 0.93, 0.55  # no copier keeps so much; some heads print lone dots weakly


class UnusableScan(ValueError):
    """The picture cannot be judged; says why and what to do."""


@dataclass(frozen=True, slots=True)
class Finding:
    """`verdict`: `original`, `copy`, `unkeyed` (an id, but not the centre's dots), `none` (no mark found)."""

    verdict: str
    document_id: str | None = None
    key_sigmas: float | None = None
    explained: float | None = None
    balance: float | None = None
    patches: int = 0

    def told(self) -> dict[str, Any]:
        """Return what is printed as JSON."""
        return {
            "verdict": self.verdict,
            "document_id": self.document_id,
            "key_sigmas": self.key_sigmas,
            "explained": self.explained,
            "balance": self.balance,
            "patches": self.patches,
        }


def read_scan(path: Path, dpi: int | None = None) -> tuple[NDArray[np.uint8], tuple[float, ...]]:
    """Read a grey picture and the resolutions it may have, in samples a millimetre; raises UnusableScan, OSError."""
    with Image.open(path, formats=("PNG", "JPEG", "TIFF")) as opened:
        if opened.width * opened.height > MOST_PIXELS:
            raise UnusableScan(f"{path}: more than {MOST_PIXELS // 1_000_000} million pixels; scan at 300 dpi")
        if min(opened.size) < LEAST_SIDE:
            raise UnusableScan(f"{path}: only {opened.width} x {opened.height} pixels; scan at 300 dpi")
        claimed = dpi or float(opened.info.get("dpi", (0, 0))[0])
        grey = np.asarray(opened.convert("L"))
    known = LEAST_DPI <= claimed <= MOST_DPI
    return grey, tuple(each / 25.4 for each in ((claimed,) if known else USUAL_DPI))


def detected(grey: NDArray[np.uint8], resolutions: tuple[float, ...], key: bytes) -> Finding:
    """Judge a scan (0 black to 255 white) of one of these resolutions (samples a millimetre) with the centre's key."""
    return detected_by(grey, resolutions, lambda document_id: seed_of(document_id, key))


def detected_by(
    grey: NDArray[np.uint8], resolutions: tuple[float, ...], seed_for: Callable[[str], bytes | None]
) -> Finding:
    """Judge a scan by the seeds of documents; one without a seed is `unkeyed`."""
    scan, lattice, place, cells = max((_read(*each) for each in _waves(grey, resolutions)), key=lambda it: it[2].score)
    if place.score < PLACE_SIGMAS:
        return Finding("none")
    document_id = read_id(cells, place)
    if document_id is None:
        return Finding("none")
    seed = seed_for(document_id)
    if seed is None:
        return Finding("unkeyed", document_id)
    lattice = turned(lattice, place.quarters)
    printed = Background(document_id, seed, lattice.pitch)
    kept, width = max(
        ((fidelity(lattice, cells, place, printed, width), width) for width in WIDTHS),
        key=lambda each: (each[0].explained, -each[1]),
    )
    if kept.score < KEY_SIGMAS:
        return Finding("unkeyed", document_id, round(kept.score, 1))
    even = balance(lattice, place, width)
    return Finding(
        "original" if _faithful(kept, even, scan.per_mm * 25.4) else "copy",
        document_id,
        round(kept.score, 1),
        round(kept.explained, 3),
        None if even is None else round(even, 3),
        kept.patches,
    )


def _faithful(kept: Fidelity, even: float | None, dpi: float) -> bool:
    if kept.patches < LEAST_PATCHES or kept.explained < np.interp(dpi, *EXPLAINED):
        return False
    least = LEAST_BALANCE_CERTAIN if kept.explained >= CERTAIN else LEAST_BALANCE
    return even is not None and least <= even <= MOST_BALANCE


def _waves(grey: NDArray[np.uint8], resolutions: tuple[float, ...]) -> list[tuple[Scan, int, Wave]]:
    """Return the clearest lattice of each pitch."""
    scans = [prepared(grey, per_mm) for per_mm in resolutions]
    pitches = sorted({fine for fine, _, _ in PITCHES})
    return [
        max(((scan, pitch, find_wave(scan, pitch)) for scan in scans), key=lambda each: each[2].clarity)
        for pitch in pitches
    ]


def _read(scan: Scan, pitch: int, wave: Wave) -> tuple[Scan, Lattice, Place, Cells]:
    lattice = rectified(scan, pitch, wave)
    place, cells = locate(lattice)
    return scan, lattice, place, cells
