"""Clips as the recorder writes them, without a recorder: one second of moving squares, made in milliseconds."""

from __future__ import annotations

import json
import time
from functools import cache
from typing import TYPE_CHECKING

import numpy as np
import pyrage

from firmware import config
from firmware.app.messages import Id, Mark, MarkKind, Picture
from firmware.app.recorder.evidence import Evidence, Piece
from firmware.app.recorder.film import Encoder, Frame

if TYPE_CHECKING:
    from pathlib import Path

OPERATOR = pyrage.x25519.Identity.generate()
SETTINGS = config.Camera(recipient=str(OPERATOR.to_public()), masks=(), width=320, height=240)
DAY_S = 86_400


@cache
def frames() -> tuple[Frame, ...]:
    """Return six pictures, a fifth of a second apart."""
    encoder = Encoder(SETTINGS)
    film = []
    for number in range(6):
        planes = np.full((360, 320), 128, np.uint8)
        planes[40 : 40 + 20 * number, 40:80] = 220
        film += encoder.encode(planes, 1000 + number / 5)
    return tuple(film)


def write(state_dir: Path, *, days_ago: float = 0.0, subject: str = "ab" * 16, mark="transaction", film=True) -> str:
    """Write a clip that was marked so long ago; returns its id."""
    piece = Piece(Mark(MarkKind(mark), Id(subject)), 1000.5, 1001.0, list(frames()) if film else [], {Picture.OK})
    if not film:
        piece.pictures = {Picture.MISSING}
    offset_s = time.time() - days_ago * DAY_S - 1001.0
    return str(Evidence(state_dir, SETTINGS, "kiosk-0001").write(piece, offset_s).clip_id)


def manifest(state_dir: Path, clip_id: str) -> dict:
    return json.loads((state_dir / "evidence" / f"{clip_id}.json").read_text())


def tidy(state_dir: Path, keep: str = "", **settings) -> set[str]:
    """Have the folder tidied under other settings; returns the clips that are left."""
    fields = {name: getattr(SETTINGS, name) for name in SETTINGS.__struct_fields__}
    Evidence(state_dir, config.Camera(**(fields | settings)), "kiosk-0001").tidy(keep)
    return {path.stem for path in (state_dir / "evidence").glob("*.age")}
