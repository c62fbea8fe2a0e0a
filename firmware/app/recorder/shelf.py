"""The folder of evidence: which clips lie there, which are held, and which go when it is full or they are old.

`<clip_id>.age` the film, `<clip_id>.json` its manifest, `<clip_id>.hold` while somebody holds it. The recorder and the
command line use it at the same time: whoever changes what is kept locks the folder. Not responsible for writing clips
(`evidence.py`) nor for opening them (`opening.py`). Format: `docs/reference/evidence.md`.
"""

from __future__ import annotations

import contextlib
import fcntl
import json
import os
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any, cast

from firmware.app.messages import ID
from firmware.app.recorder.manifest import Manifest, ManifestError, decode

if TYPE_CHECKING:
    from collections.abc import Generator
    from pathlib import Path


@dataclass(frozen=True, slots=True)
class Hold:
    """Who wants a clip kept, why, and since when; empty texts when the note was torn by a power cut."""

    who: str = ""
    why: str = ""
    at: str = ""


@dataclass(frozen=True, slots=True)
class Clip:
    """One clip of the folder. `trouble` says what is wrong with its manifest, which is None then."""

    clip_id: str
    at: datetime
    size_bytes: int
    manifest: Manifest | None
    trouble: str
    hold: Hold | None


class Shelf:
    """The folder at `path`; it need not be there yet."""

    def __init__(self, path: Path) -> None:
        self.path = path

    def clips(self) -> list[Clip]:
        """Return all clips, oldest first."""
        names = {path.stem for path in self.path.glob("*") if path.suffix in {".age", ".json"}}
        clips = [self._clip(name) for name in names if ID.fullmatch(name)]
        return sorted((clip for clip in clips if clip), key=lambda clip: (clip.at, clip.clip_id))

    def hold(self, clip_id: str, who: str, why: str) -> None:
        """Keep a clip whatever its age; `KeyError` when it is not there (any more)."""
        note = {"who": who, "why": why, "at": datetime.now(UTC).isoformat(timespec="seconds")}
        with self._locked():
            if self._clip(clip_id) is None:
                raise KeyError(clip_id)
            path = self.path / f"{clip_id}.hold"
            with path.open("w", encoding="utf-8") as file:
                json.dump(note, file)
                file.flush()
                os.fsync(file.fileno())

    def release(self, clip_id: str) -> None:
        """Let a clip go when its time comes; `KeyError` when it is not held."""
        with self._locked():
            path = self.path / f"{clip_id}.hold"
            if not path.exists():
                raise KeyError(clip_id)
            path.unlink()

    def sweep(self, before: datetime, most_bytes: int, *, keep: str = "") -> list[str]:
        """Delete what is older than `before`, then the oldest until no more than `most_bytes` are left; returns which.

        Held clips and the clip `keep` stay, and count.
        """
        gone: list[str] = []
        with self._locked():
            clips = self.clips()
            left_bytes = sum(clip.size_bytes for clip in clips)
            for clip in clips:
                if clip.hold or clip.clip_id == keep or (clip.at >= before and left_bytes <= most_bytes):
                    continue
                self._delete(clip.clip_id)
                left_bytes -= clip.size_bytes
                gone.append(clip.clip_id)
        return gone

    def drop_oldest(self, before: datetime) -> str | None:
        """Delete the oldest clip from before a time that is not held and takes room; returns which, None if none."""
        with self._locked():
            for clip in self.clips():
                if clip.at < before and not clip.hold and clip.size_bytes:
                    self._delete(clip.clip_id)
                    return clip.clip_id
        return None

    def _clip(self, clip_id: str) -> Clip | None:
        film, note = _stat(self.path / f"{clip_id}.age"), _stat(self.path / f"{clip_id}.json")
        either = film or note
        if either is None:
            return None
        manifest, trouble = None, ""
        try:
            manifest = decode((self.path / f"{clip_id}.json").read_bytes())
        except FileNotFoundError:
            trouble = "there is no manifest: the power went while it was written"
        except ManifestError as error:
            trouble = str(error)
        at = manifest.marked_at if manifest else datetime.fromtimestamp(either.st_mtime, UTC)
        return Clip(clip_id, at, film.st_size if film else 0, manifest, trouble, self._hold(clip_id))

    def _hold(self, clip_id: str) -> Hold | None:
        try:
            note: Any = json.loads((self.path / f"{clip_id}.hold").read_text(encoding="utf-8"))
        except FileNotFoundError:
            return None
        except ValueError:
            return Hold()
        fields = cast("dict[str, Any]", note) if isinstance(note, dict) else {}
        return Hold(**{name: str(fields.get(name, "")) for name in ("who", "why", "at")})

    def _delete(self, clip_id: str) -> None:
        for suffix in ("age", "json"):
            (self.path / f"{clip_id}.{suffix}").unlink(missing_ok=True)

    @contextlib.contextmanager
    def _locked(self) -> Generator[None]:
        descriptor = os.open(self.path, os.O_RDONLY | os.O_DIRECTORY)
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX)
            yield
        finally:
            os.close(descriptor)


def _stat(path: Path) -> os.stat_result | None:
    try:
        return path.stat()
    except FileNotFoundError:
        return None
