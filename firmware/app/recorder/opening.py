"""Opens a clip with the operator's private key, and finds out whether film and manifest are what was written.

Only ever used away from the recorder, which has no private key. Not responsible for recording that it was done
(`export_log.py`).
"""

from __future__ import annotations

import hashlib
from typing import TYPE_CHECKING, Any

import pyrage

from firmware.app.recorder.film import comment_of

if TYPE_CHECKING:
    from pathlib import Path

    from firmware.app.recorder.shelf import Clip

_age: Any = pyrage  # a compiled module without types
_PREFIX = "AGE-SECRET-KEY-1"


class OpeningError(Exception):
    """A clip cannot be opened, or is not what was written; the text names thing, cause and remedy."""


def read_key(path: Path) -> Any:
    """Return the private key of a file as age-keygen writes it; `OpeningError`."""
    try:
        lines = path.read_text(encoding="utf-8").split("\n")
    except OSError as error:
        raise OpeningError(f"{path}: cannot be read: {error.strerror}. Give the operator's key file.") from error
    except UnicodeDecodeError as error:
        raise OpeningError(f"{path}: is not a key file. Give what age-keygen -o wrote.") from error
    keys = [line.strip() for line in lines if line.strip().startswith(_PREFIX)]
    if len(keys) != 1:
        raise OpeningError(
            f"{path}: holds {len(keys)} private keys ({_PREFIX}...), not one. Give what age-keygen wrote."
        )
    try:
        return _age.x25519.Identity.from_str(keys[0])
    except _age.IdentityError as error:
        raise OpeningError(f"{path}: the private key is damaged. Give what age-keygen -o wrote.") from error


def read_sealed(folder: Path, clip: Clip) -> bytes:
    """Return the encrypted file after comparing it with its manifest; `OpeningError`."""
    manifest = clip.manifest
    if manifest is None:
        raise OpeningError(f"clip {clip.clip_id}: {clip.trouble}. Export it as it is: --sealed --unchecked")
    if manifest.file is None:
        pictures = ", ".join(manifest.pictures)
        raise OpeningError(
            f"clip {clip.clip_id}: there is no film, the camera was: {pictures}. Nothing can be exported."
        )
    sealed = read_unchecked(folder, clip)
    if hashlib.sha256(sealed).hexdigest() != manifest.sha256:
        raise OpeningError(
            f"clip {clip.clip_id}: {manifest.file} is not the file that was written: it is damaged or was changed."
            " Restore it from a copy, or export it as it is: --sealed --unchecked"
        )
    return sealed


def read_unchecked(folder: Path, clip: Clip) -> bytes:
    """Return the encrypted file as it is; `OpeningError` when there is none."""
    path = folder / f"{clip.clip_id}.age"
    try:
        return path.read_bytes()
    except OSError as error:
        raise OpeningError(f"clip {clip.clip_id}: {path}: cannot be read: {error.strerror}.") from error


def open_film(folder: Path, clip: Clip, key: Any) -> bytes:
    """Return the MP4 file after comparing it with the manifest, and the manifest with the film; `OpeningError`."""
    sealed = read_sealed(folder, clip)
    manifest = clip.manifest
    assert manifest is not None  # noqa: S101 - read_sealed saw to it
    if manifest.recipient != str(key.to_public()):
        raise OpeningError(
            f"clip {clip.clip_id}: the wrong key: it is encrypted to {manifest.recipient}, the key given is of"
            f" {key.to_public()}. Give the key file of the former."
        )
    try:
        film: bytes = _age.decrypt(sealed, [key])
    except _age.DecryptError as error:
        raise OpeningError(
            f"clip {clip.clip_id}: cannot be decrypted: {error}. The manifest names the wrong key."
        ) from error
    if hashlib.sha256(film).hexdigest() != manifest.film_sha256:
        raise OpeningError(f"clip {clip.clip_id}: the film is not the one of the manifest: one of them was changed.")
    try:
        told = comment_of(film)
    except ValueError as error:
        raise OpeningError(f"clip {clip.clip_id}: {error}. It was damaged before it was encrypted.") from error
    if told != manifest.facts.comment():
        raise OpeningError(
            f"clip {clip.clip_id}: the manifest was changed after it was written: the film itself says {told}"
        )
    return film
