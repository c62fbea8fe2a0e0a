"""The log of what was done with evidence: who was given which clip, why and when; who had it held and released.

Append-only: each line holds the digest of the line before, so that a line taken out or changed later is found out.
Not responsible for doing these things. Format: `docs/reference/evidence.md`.
"""

from __future__ import annotations

import fcntl
import hashlib
import json
import os
from datetime import UTC, datetime
from enum import StrEnum
from typing import TYPE_CHECKING

import msgspec

if TYPE_CHECKING:
    from pathlib import Path

NAME = "export-log.jsonl"
_NOTHING = "0" * 64


class LogError(Exception):
    """The log cannot be written, is damaged, or was changed."""


class Action(StrEnum):
    """What was done with a clip."""

    EXPORTED_FILM = "exported_film"
    EXPORTED_SEALED = "exported_sealed"
    HELD = "held"
    RELEASED = "released"


class Line(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """One line; `sha256` is of the file handed over, empty for the others, `previous` of the line before."""

    at: datetime
    who: str
    why: str
    action: Action
    clip_id: str
    sha256: str
    previous: str


class ExportLog:
    """The log in the folder of evidence."""

    def __init__(self, folder: Path) -> None:
        self._path = folder / NAME

    def append(self, action: Action, clip_id: str, *, who: str, why: str, sha256: str = "") -> None:
        """Add a line; it is on the disk when this returns. `LogError`."""
        try:
            descriptor = os.open(self._path, os.O_RDWR | os.O_CREAT | os.O_APPEND, 0o600)
        except OSError as error:
            raise LogError(f"{self._path}: cannot be written: {error.strerror}. Nothing was done.") from error
        with os.fdopen(descriptor, "r+b") as file:
            fcntl.flock(file, fcntl.LOCK_EX)
            lines = file.read().splitlines()
            previous = hashlib.sha256(lines[-1]).hexdigest() if lines else _NOTHING
            now = datetime.now(UTC).replace(microsecond=0)
            line = Line(at=now, who=who, why=why, action=action, clip_id=str(clip_id), sha256=sha256, previous=previous)
            text = json.dumps(msgspec.to_builtins(line), ensure_ascii=False)
            file.write(text.encode() + b"\n")
            file.flush()
            os.fsync(descriptor)

    def lines(self) -> list[Line]:
        """Return all lines, oldest first; `LogError` at the first one that is damaged or does not follow."""
        try:
            content = self._path.read_bytes().splitlines()
        except FileNotFoundError:
            return []
        except OSError as error:
            raise LogError(f"{self._path}: cannot be read: {error.strerror}.") from error
        previous, lines = _NOTHING, list[Line]()
        for number, text in enumerate(content, 1):
            try:
                line = msgspec.json.decode(text, type=Line)
            except (msgspec.DecodeError, UnicodeDecodeError) as error:
                raise LogError(f"{self._path}: line {number} is damaged: {error}") from error
            if line.previous != previous:
                raise LogError(f"{self._path}: a line before line {number} was changed or taken out.")
            previous = hashlib.sha256(text).hexdigest()
            lines.append(line)
        return lines
