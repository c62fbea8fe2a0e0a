"""The manifest of a clip: what it is evidence of, when, how good, and the digests that bind it to its file.

The same facts are written into the film itself as its comment, so that a manifest changed afterwards is found out by
whoever holds the operator's key. Format: `docs/reference/evidence.md`. Not responsible for where it lies (`shelf.py`).
"""

from __future__ import annotations

import hashlib
import json
from datetime import UTC, datetime
from typing import Annotated, Any

import msgspec
from msgspec import Meta

from firmware.app.messages import MarkKind, Picture
from firmware.config import Mask

Digest = Annotated[str, Meta(pattern=r"^[0-9a-f]{64}\Z")]
ClipId = Annotated[str, Meta(pattern=r"^[0-9a-f]{32}\Z")]
Count = Annotated[int, Meta(ge=0)]


class ManifestError(Exception):
    """A manifest is damaged, or was changed."""


class Facts(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """What is known of a clip before it is a file; times are UTC, None where there is no film."""

    clip_id: ClipId
    kiosk_id: str
    mark: MarkKind
    subject_id: ClipId
    part: Annotated[int, Meta(ge=1)]
    marked_at: datetime
    first_frame_at: datetime | None
    last_frame_at: datetime | None
    frames: Count
    pictures: tuple[Picture, ...]
    width: Count
    height: Count
    masks: tuple[Mask, ...]

    def comment(self) -> str:
        """Return the facts as one line."""
        return _canonical(msgspec.to_builtins(self))


class Manifest(Facts, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """Facts with the file they belong to; `digest` is that of all other fields."""

    file: str | None
    sha256: Digest | None
    film_sha256: Digest | None
    recipient: str
    digest: Digest

    @property
    def facts(self) -> Facts:
        """Return the part that stands in the film, too."""
        return Facts(**{name: getattr(self, name) for name in Facts.__struct_fields__})

    def encode(self) -> bytes:
        """Return the file's content."""
        return json.dumps(msgspec.to_builtins(self), indent=1).encode() + b"\n"


def seal(facts: Facts, *, recipient: str, sealed: bytes | None, film: bytes | None) -> Manifest:
    """Return the manifest of encrypted `film`; both are None when there is none."""
    rest = {
        "file": f"{facts.clip_id}.age" if sealed is not None else None,
        "sha256": hashlib.sha256(sealed).hexdigest() if sealed is not None else None,
        "film_sha256": hashlib.sha256(film).hexdigest() if film is not None else None,
        "recipient": recipient,
    }
    fields: dict[str, Any] = {**msgspec.to_builtins(facts), **rest}
    return msgspec.convert({**fields, "digest": _digest(fields)}, Manifest)


def decode(content: bytes) -> Manifest:
    """Return the manifest; `ManifestError` when it is damaged or was changed."""
    try:
        fields = msgspec.json.decode(content, type=dict[str, Any])
        manifest = msgspec.convert(fields, Manifest)
    except (msgspec.DecodeError, UnicodeDecodeError) as error:  # ValidationError, too
        raise ManifestError(f"the manifest is damaged: {error}") from error
    del fields["digest"]
    if _digest(fields) != manifest.digest:
        raise ManifestError("the manifest was changed after it was written: its own digest does not fit")
    return manifest


def utc(unix_s: float) -> datetime:
    """Return the time, to the millisecond."""
    return datetime.fromtimestamp(round(unix_s, 3), UTC)


def _digest(fields: dict[str, Any]) -> str:
    return hashlib.sha256(_canonical(fields).encode()).hexdigest()


def _canonical(fields: dict[str, Any]) -> str:
    return json.dumps(fields, sort_keys=True, separators=(",", ":"))
