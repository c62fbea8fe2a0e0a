"""Performs one `kiosk evidence` command on the folder of evidence. Exit status 0, or 1 with the reason on stderr.

Not responsible for arguments (`arguments.py`), nor for checking and opening clips (`app/recorder/opening.py`).
"""

from __future__ import annotations

import json
import os
import sys
from typing import TYPE_CHECKING

import msgspec

from firmware.app.recorder.evidence import FOLDER
from firmware.app.recorder.export_log import Action, ExportLog, LogError
from firmware.app.recorder.opening import OpeningError
from firmware.app.recorder.shelf import Clip, Shelf
from firmware.app.recorder.view import ViewError
from firmware.devices import DeviceError
from firmware.roles.evidence.export import Export

if TYPE_CHECKING:
    import argparse

    from firmware.config import Config

FAILED = 1


class Refused(Exception):
    """The command makes no sense as it was given."""


def run(config: Config, arguments: argparse.Namespace) -> int:
    """Perform; returns the exit status."""
    shelf = Shelf(config.kiosk.state_dir / FOLDER)
    try:
        match arguments.action:
            case "list":
                return _list(shelf, arguments)
            case "export":
                return _export(shelf, arguments)
            case "hold":
                return _hold(shelf, arguments)
            case "release":
                return _release(shelf, arguments)
            case "log":
                return _log(shelf)
            case _:
                from firmware.roles.evidence import still  # noqa: PLC0415 - the others need no camera

                return still.run(config, arguments)
    except (Refused, OpeningError, LogError, ViewError, DeviceError, OSError) as error:
        print(f"kiosk evidence: {error}", file=sys.stderr)
        return FAILED


def _list(shelf: Shelf, arguments: argparse.Namespace) -> int:
    for clip in _chosen(shelf, arguments):
        print(_as_json(clip) if arguments.json else _as_text(clip))
    return os.EX_OK


def _as_text(clip: Clip) -> str:
    manifest = clip.manifest
    at = clip.at.astimezone().isoformat(sep=" ", timespec="seconds")
    if manifest is None:
        said = f"damaged: {clip.trouble}"
    elif not (manifest.first_frame_at and manifest.last_frame_at):
        said = f"{manifest.mark} {manifest.subject_id} no film, camera {' '.join(manifest.pictures)}"
    else:
        lasts_s = (manifest.last_frame_at - manifest.first_frame_at).total_seconds()
        kept = "" if clip.size_bytes else " FILE IS GONE"
        pictures = " ".join(manifest.pictures)
        said = f"{manifest.mark} {manifest.subject_id} part {manifest.part} {lasts_s:.1f} s, camera {pictures}{kept}"
    held = f" HELD for {clip.hold.who or '?'} since {clip.hold.at or '?'}: {clip.hold.why or '?'}" if clip.hold else ""
    return f"{clip.clip_id} {at} {said}{held}"


def _as_json(clip: Clip) -> str:
    hold = {"who": clip.hold.who, "why": clip.hold.why, "at": clip.hold.at} if clip.hold else None
    manifest = msgspec.to_builtins(clip.manifest)
    shown = {"clip_id": clip.clip_id, "size_bytes": clip.size_bytes, "trouble": clip.trouble, "hold": hold}
    return json.dumps({**shown, "manifest": manifest}, ensure_ascii=False)


def _export(shelf: Shelf, arguments: argparse.Namespace) -> int:
    if arguments.unchecked and not arguments.sealed:
        raise Refused("--unchecked goes with --sealed: a film is always checked")
    clips = _named(shelf, arguments)
    if not clips:
        raise Refused("no clip fits; look at: kiosk evidence list")
    export = Export(shelf.path, arguments.to, who=arguments.who, why=arguments.why)
    failed = False
    key = export.key(arguments.key) if arguments.key else None
    for clip in clips:
        try:
            path = export.film(clip, key) if key else export.sealed(clip, unchecked=arguments.unchecked)
        except OpeningError as error:
            failed = True
            print(f"kiosk evidence: {error}", file=sys.stderr)
        else:
            print(path)
    return FAILED if failed else os.EX_OK


def _hold(shelf: Shelf, arguments: argparse.Namespace) -> int:
    clips = _named(shelf, arguments)
    if not clips:
        raise Refused("no clip fits; look at: kiosk evidence list")
    for clip in clips:
        try:
            shelf.hold(clip.clip_id, arguments.who, arguments.why)
        except KeyError:
            raise Refused(f"clip {clip.clip_id} is not here any more: it was deleted for its age just now") from None
        ExportLog(shelf.path).append(Action.HELD, clip.clip_id, who=arguments.who, why=arguments.why)
        print(f"held {clip.clip_id}")
    return os.EX_OK


def _release(shelf: Shelf, arguments: argparse.Namespace) -> int:
    if not arguments.clips:
        raise Refused("name the clips to release; kiosk evidence list shows which are held")
    held = {clip.clip_id for clip in shelf.clips() if clip.hold}
    for clip_id in arguments.clips:
        if clip_id not in held:
            raise Refused(f"clip {clip_id} is not held; kiosk evidence list shows which are")
        ExportLog(shelf.path).append(Action.RELEASED, clip_id, who=arguments.who, why=arguments.why)
        shelf.release(clip_id)
        print(f"released {clip_id}")
    return os.EX_OK


def _log(shelf: Shelf) -> int:
    for line in ExportLog(shelf.path).lines():
        at = line.at.astimezone().isoformat(sep=" ", timespec="seconds")
        print(f"{at} {line.action} {line.clip_id} who: {line.who} why: {line.why} sha256: {line.sha256 or '-'}")
    return os.EX_OK


def _named(shelf: Shelf, arguments: argparse.Namespace) -> list[Clip]:
    """Return the clips that were named or chosen; all of them only when asked for by time, subject or mark."""
    choice = (arguments.since, arguments.until, arguments.subject, arguments.mark)
    if bool(arguments.clips) == any(choice):
        raise Refused("name clips, or choose with --from, --until, --subject or --mark; one of the two")
    if not arguments.clips:
        return _chosen(shelf, arguments)
    there = {clip.clip_id: clip for clip in shelf.clips()}
    for clip_id in arguments.clips:
        if clip_id not in there:
            raise Refused(f"clip {clip_id} is not in {shelf.path}; look at: kiosk evidence list")
    return [there[clip_id] for clip_id in arguments.clips]


def _chosen(shelf: Shelf, arguments: argparse.Namespace) -> list[Clip]:
    """Return the clips that fit; one whose manifest is damaged fits by time alone."""

    def fits(clip: Clip) -> bool:
        manifest = clip.manifest
        return (
            (arguments.since is None or clip.at >= arguments.since)
            and (arguments.until is None or clip.at < arguments.until)
            and (manifest is None or arguments.subject in (None, manifest.subject_id))
            and (manifest is None or arguments.mark in (None, manifest.mark))
        )

    return [clip for clip in shelf.clips() if fits(clip)]
