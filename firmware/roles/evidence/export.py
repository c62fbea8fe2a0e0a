"""Hands clips over into a folder. Each is logged before it is there: nothing leaves unlogged.

Not responsible for which (`command.py`), nor for checking (`app/recorder/opening.py`).
"""

from __future__ import annotations

import hashlib
import os
from typing import TYPE_CHECKING, Any

from firmware.app.recorder import opening
from firmware.app.recorder.export_log import Action, ExportLog
from firmware.app.recorder.opening import OpeningError

if TYPE_CHECKING:
    from pathlib import Path

    from firmware.app.recorder.shelf import Clip


class Export:
    """From the folder of evidence `source` to the folder `target`, which is made; files in it are never replaced."""

    def __init__(self, source: Path, target: Path, *, who: str, why: str) -> None:
        self._source = source
        self._target = target
        self._said = {"who": who, "why": why}
        self._log = ExportLog(source)
        self._log.lines()  # a log that was tampered with is not written on
        target.mkdir(mode=0o700, parents=True, exist_ok=True)

    def key(self, path: Path) -> Any:
        """Read the operator's private key; `OpeningError`."""
        return opening.read_key(path)

    def film(self, clip: Clip, key: Any) -> Path:
        """Write `<clip_id>.mp4` and its manifest; returns the former. `OpeningError`."""
        return self._hand_over(Action.EXPORTED_FILM, clip, opening.open_film(self._source, clip, key), "mp4")

    def sealed(self, clip: Clip, *, unchecked: bool = False) -> Path:
        """Write `<clip_id>.age` and its manifest; returns the former. `OpeningError`."""
        read = opening.read_unchecked if unchecked else opening.read_sealed
        return self._hand_over(Action.EXPORTED_SEALED, clip, read(self._source, clip), "age")

    def _hand_over(self, action: Action, clip: Clip, content: bytes, suffix: str) -> Path:
        path = self._target / f"{clip.clip_id}.{suffix}"
        if path.exists():
            raise OpeningError(f"clip {clip.clip_id}: {path} is there already. Choose another folder with --to.")
        digest = hashlib.sha256(content).hexdigest()
        part = path.with_name(f".{path.name}.part")
        _write(part, content)
        self._log.append(action, clip.clip_id, **self._said, sha256=digest)
        part.rename(path)
        note = self._source / f"{clip.clip_id}.json"
        if note.exists():
            _write(self._target / note.name, note.read_bytes())
        return path


def _write(path: Path, content: bytes) -> None:
    """Write for the owner's eyes alone."""
    descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    with os.fdopen(descriptor, "wb") as file:
        file.write(content)
        file.flush()
        os.fsync(descriptor)
