"""A piece of film around a marked moment, encrypted to the operator and put on the disk with its manifest.

The recorder holds only the operator's public key (age): what is written here cannot be read here. Not responsible for
how long evidence is kept. Manifest: `docs/reference/evidence.md`.
"""

from __future__ import annotations

import contextlib
import hashlib
import json
import os
import secrets
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

import pyrage

from firmware.app.messages import Clip, Id
from firmware.app.recorder.film import Frame, mp4

_age: Any = pyrage  # a compiled module without types

if TYPE_CHECKING:
    from collections.abc import Generator
    from pathlib import Path

    from firmware import config
    from firmware.app.messages import Mark


@dataclass(slots=True)
class Piece:
    """Film being collected for one mark, up to and including the first frame at or after `until_s`."""

    mark: Mark
    marked_s: float
    until_s: float
    frames: list[Frame]
    clip_id: Id = field(default_factory=lambda: Id(secrets.token_hex(16)))

    def add(self, frame: Frame) -> bool:
        """Append a frame; True when the piece is whole."""
        if self.frames or frame.key:
            self.frames.append(frame)
        return frame.t_s >= self.until_s


class EvidenceError(Exception):
    """Evidence cannot be put on the disk."""


class Evidence:
    """The folder `state_dir/evidence`: `<clip_id>.age` and `<clip_id>.json`."""

    def __init__(self, folder: Path, settings: config.Camera, kiosk_id: str) -> None:
        self._folder = folder
        self._settings = settings
        self._kiosk_id = kiosk_id
        self._recipient = _age.x25519.Recipient.from_str(settings.recipient)
        with _explained(folder):
            folder.mkdir(mode=0o700, parents=True, exist_ok=True)
            for torn in folder.glob(".*.part"):  # left by a power cut in mid-write
                torn.unlink()

    def write(self, piece: Piece, clock_offset_s: float) -> Clip:
        """Encrypt and write; both files are on the disk when this returns, or `EvidenceError`.

        `clock_offset_s` added to a frame's time gives Unix time.
        """
        film = mp4(piece.frames, self._settings.frames_per_s)
        sealed: bytes = _age.encrypt(film, [self._recipient])
        name = f"{piece.clip_id}.age"
        manifest: dict[str, Any] = {
            "clip_id": piece.clip_id,
            "kiosk_id": self._kiosk_id,
            "mark": piece.mark.mark,
            "subject_id": piece.mark.subject_id,
            "marked_at": _utc(piece.marked_s + clock_offset_s),
            "first_frame_at": _utc(piece.frames[0].t_s + clock_offset_s),
            "last_frame_at": _utc(piece.frames[-1].t_s + clock_offset_s),
            "frames": len(piece.frames),
            "width": self._settings.width,
            "height": self._settings.height,
            "file": name,
            "sha256": hashlib.sha256(sealed).hexdigest(),
            "film_sha256": hashlib.sha256(film).hexdigest(),
            "recipient": self._settings.recipient,
        }
        with _explained(self._folder):
            _write(self._folder / name, sealed)
            _write(self._folder / f"{piece.clip_id}.json", json.dumps(manifest, indent=1).encode() + b"\n")
        return Clip(clip_id=piece.clip_id, frames=len(piece.frames))


@contextlib.contextmanager
def _explained(folder: Path) -> Generator[None]:
    try:
        yield
    except OSError as error:
        raise EvidenceError(f"{folder}: evidence cannot be written: {error.strerror}. Look at the disk.") from error


def _utc(unix_s: float) -> str:
    return datetime.fromtimestamp(unix_s, UTC).isoformat(timespec="milliseconds")


def _write(path: Path, data: bytes) -> None:
    """Write a whole file or none, and make sure that it and its name are on the disk."""
    part = path.with_name(f".{path.name}.part")
    descriptor = os.open(part, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    with os.fdopen(descriptor, "wb") as file:
        file.write(data)
        file.flush()
        os.fsync(descriptor)
    part.replace(path)
    folder = os.open(path.parent, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(folder)
    finally:
        os.close(folder)
