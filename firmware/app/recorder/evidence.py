"""A piece of film around a marked moment, encrypted to the operator and put on the disk with its manifest.

The recorder holds only the operator's public key (age): what is written here cannot be read here. A disk that is full
makes the oldest clips go, never a held one. Not responsible for what is kept when (`shelf.py` does what it is told
here). Format: `docs/reference/evidence.md`.
"""

from __future__ import annotations

import contextlib
import errno
import os
import secrets
import sys
import time
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any

import pyrage

from firmware.app import whole_file
from firmware.app.messages import Clip, Id, Picture
from firmware.app.recorder import manifest
from firmware.app.recorder.film import Frame, mp4
from firmware.app.recorder.shelf import Shelf

_age: Any = pyrage  # a compiled module without types

if TYPE_CHECKING:
    from collections.abc import Generator
    from pathlib import Path

    from firmware import config
    from firmware.app.messages import Mark

FOLDER = "evidence"
PART_S = 60.0
SWEEP_EVERY_S = 3600.0
_MEGABYTE = 1_000_000


@dataclass(slots=True)
class Piece:
    """Film being collected for one mark, up to and including the first frame at or after `until_s`."""

    mark: Mark
    marked_s: float
    until_s: float
    frames: list[Frame]
    pictures: set[Picture] = field(default_factory=set[Picture])
    part: int = 1
    clip_id: Id = field(default_factory=lambda: Id(secrets.token_hex(16)))

    def add(self, frame: Frame) -> bool:
        """Append a frame; True when the piece is whole."""
        if self.frames or frame.key:
            self.frames.append(frame)
        return frame.t_s >= self.until_s

    def long(self, frame: Frame) -> bool:
        """Tell whether this frame should begin the next part: films of a whole visit are cut into parts."""
        return bool(self.frames) and frame.key and frame.t_s - self.frames[0].t_s >= PART_S

    def next_part(self) -> Piece:
        """Return the part that follows."""
        return Piece(self.mark, self.marked_s, self.until_s, [], part=self.part + 1)


class EvidenceError(Exception):
    """Evidence cannot be put on the disk."""


class EvidenceFull(EvidenceError):
    """There is no room, although all clips are gone that may go."""


class Evidence:
    """The folder `state_dir/evidence`: `<clip_id>.age` and `<clip_id>.json`."""

    def __init__(self, state_dir: Path, settings: config.Camera, kiosk_id: str) -> None:
        self._folder = state_dir / FOLDER
        self._settings = settings
        self._kiosk_id = kiosk_id
        self._shelf = Shelf(self._folder)
        self._sweep_s = 0.0
        try:
            self._recipient = _age.x25519.Recipient.from_str(settings.recipient)
        except _age.RecipientError as error:
            raise EvidenceError(f"camera.recipient: {error}. Give what age-keygen prints as the public key.") from error
        with _explained(self._folder):
            self._folder.mkdir(mode=0o700, parents=True, exist_ok=True)
            for torn in self._folder.glob(".*.new"):  # left by a power cut in mid-write
                torn.unlink()

    def write(self, piece: Piece, clock_offset_s: float) -> Clip:
        """Encrypt and write; all is on the disk when this returns, or `EvidenceError`.

        Of a piece without film the manifest alone is written: that there is none. `clock_offset_s` added to a frame's
        time gives Unix time.
        """
        facts = self._facts(piece, clock_offset_s)
        film = mp4(piece.frames, self._settings.frames_per_s, facts.comment()) if piece.frames else None
        sealed: bytes | None = _age.encrypt(film, [self._recipient]) if film is not None else None
        sheet = manifest.seal(facts, recipient=self._settings.recipient, sealed=sealed, film=film)
        while True:
            try:
                with _explained(self._folder):
                    if sealed is not None:
                        whole_file.write(self._folder / f"{piece.clip_id}.age", sealed)
                    whole_file.write(self._folder / f"{piece.clip_id}.json", sheet.encode())
                return Clip(piece.clip_id, len(piece.frames), piece.mark.mark, piece.mark.subject_id, piece.part)
            except EvidenceFull:
                (self._folder / f"{piece.clip_id}.age").unlink(missing_ok=True)  # it is written anew, or waits
                if not self._drop_oldest():
                    raise

    def tidy(self, keep: str = "") -> None:
        """Delete what is too old or too much, but for the clip `keep`; `EvidenceFull` when there is still no room.

        Without a new clip the folder is gone through once an hour only; room is looked at in any case.
        """
        settings = self._settings
        with _explained(self._folder):
            if keep or time.monotonic() >= self._sweep_s:
                self._sweep_s = time.monotonic() + SWEEP_EVERY_S
                self._sweep(keep)
            while self._free_bytes() < settings.keep_free_mb * _MEGABYTE:
                if not self._drop_oldest():
                    raise EvidenceFull(
                        f"{self._folder}: less than {settings.keep_free_mb} MB free, and no clip left that may go."
                        " Free the disk, or release clips that are held."
                    )

    def _sweep(self, keep: str) -> None:
        days, most_mb = self._settings.keep_days, self._settings.keep_mb
        for clip_id in self._shelf.sweep(_days_ago(days), most_mb * _MEGABYTE, keep=keep):
            _say(f"clip {clip_id} deleted: older than {days:g} days, or over {most_mb} MB")

    def _drop_oldest(self) -> bool:
        clip_id = self._shelf.drop_oldest(_days_ago(self._settings.keep_least_days))
        if clip_id:
            _say(f"clip {clip_id} deleted: the disk is full")
        return clip_id is not None

    def _free_bytes(self) -> int:
        disk = os.statvfs(self._folder)
        return disk.f_bavail * disk.f_frsize

    def _facts(self, piece: Piece, clock_offset_s: float) -> manifest.Facts:
        frames, settings = piece.frames, self._settings
        return manifest.Facts(
            clip_id=str(piece.clip_id),
            kiosk_id=self._kiosk_id,
            mark=piece.mark.mark,
            subject_id=str(piece.mark.subject_id),
            part=piece.part,
            marked_at=manifest.utc(piece.marked_s + clock_offset_s),
            first_frame_at=manifest.utc(frames[0].t_s + clock_offset_s) if frames else None,
            last_frame_at=manifest.utc(frames[-1].t_s + clock_offset_s) if frames else None,
            frames=len(frames),
            pictures=tuple(sorted(piece.pictures)),
            width=settings.width,
            height=settings.height,
            masks=settings.masks,
        )


def _days_ago(days: float) -> datetime:
    return datetime.now(UTC) - timedelta(days=days)


def _say(text: str) -> None:
    print(f"recorder: {text}", file=sys.stderr, flush=True)


@contextlib.contextmanager
def _explained(folder: Path) -> Generator[None]:
    try:
        yield
    except OSError as error:
        full = error.errno in (errno.ENOSPC, errno.EDQUOT)
        kind = EvidenceFull if full else EvidenceError
        raise kind(f"{folder}: evidence cannot be written: {error.strerror}. Look at the disk.") from error
