"""`kiosk clear-alarm`: asks the running kiosk which alarm is on, signs the command that clears it, tells the outcome.

Runs beside the kiosk, as its user or root. Not responsible for what the kiosk accepts (`app/kiosk/clearing.py`).
Protocol: `docs/reference/alarms.md`. Exit status 0, or 1 with the reason on stderr.
"""

from __future__ import annotations

import os
import socket
import sys
import time
from typing import TYPE_CHECKING, TypeVar

import msgspec
from cryptography.exceptions import UnsupportedAlgorithm
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.serialization import load_pem_private_key

from firmware.app.kiosk.alarms import ClearReason
from firmware.app.kiosk.clear_command import ClearAlarm, sign
from firmware.app.kiosk.clearing import Hello, Result, reachable

if TYPE_CHECKING:
    import argparse
    import io
    from pathlib import Path

    from firmware.config import Config

Heard = TypeVar("Heard", Hello, Result)
FAILED = 1
ANSWER_S = 20.0
VALID_S = 60


class NotCleared(Exception):
    """The alarm goes on; the text says why and what to do."""


def run(config: Config, arguments: argparse.Namespace) -> int:
    """Clear the alarm; returns the exit status."""
    try:
        key = _key(arguments.key)
        outcome = _clear(config.kiosk.state_dir, key, arguments)
    except NotCleared as error:
        print(f"kiosk clear-alarm: {error}", file=sys.stderr)
        return FAILED
    print(outcome)
    return os.EX_OK


def _key(path: Path) -> Ed25519PrivateKey:
    try:
        key = load_pem_private_key(path.read_bytes(), None)
    except OSError as error:
        raise NotCleared(f"{path}: {error.strerror}. Give the operator's private key with --key.") from error
    except (ValueError, TypeError, UnsupportedAlgorithm) as error:
        raise NotCleared(f"{path}: is no key: {error}. kiosk operator-key makes one.") from error
    if not isinstance(key, Ed25519PrivateKey):
        raise NotCleared(f"{path}: is no Ed25519 key. kiosk operator-key makes one.")
    return key


def _clear(state_dir: Path, key: Ed25519PrivateKey, arguments: argparse.Namespace) -> str:
    """Hold the conversation; returns what was done, in words."""
    try:
        with socket.socket(socket.AF_UNIX, socket.SOCK_STREAM) as wire:
            wire.settimeout(ANSWER_S)
            with reachable(state_dir) as address:
                wire.connect(address)
            with wire.makefile("rwb") as lines:
                return _talk(lines, key, arguments)
    except TimeoutError as error:
        raise NotCleared("the kiosk does not answer. Look at its log and at: kiosk incidents list") from error
    except OSError as error:
        remedy = "Is it running? Run this as the kiosk's user (sudo -u kiosk) or root"
        raise NotCleared(f"the kiosk of {state_dir} cannot be reached: {error.strerror}. {remedy}.") from error


def _talk(lines: io.BufferedRWPair, key: Ed25519PrivateKey, arguments: argparse.Namespace) -> str:
    hello = _heard(lines, Hello)
    alarm_id = arguments.alarm or (hello.alarm.alarm_id if hello.alarm else None)
    if alarm_id is None:
        raise NotCleared("no alarm is on. Name one that is over with --alarm; look at: kiosk incidents list")
    now_s = int(time.time())
    command = ClearAlarm(
        kiosk_id=hello.kiosk_id,
        alarm_id=alarm_id,
        nonce=hello.nonce,
        reason=ClearReason(arguments.reason),
        note=arguments.note,
        issued_at=now_s,
        expires_at=now_s + VALID_S,
    )
    lines.write(msgspec.json.encode(sign(command, key)) + b"\n")
    lines.flush()
    result = _heard(lines, Result)
    match result.result:
        case "cleared":
            return f"cleared {alarm_id}; the kiosk serves again as soon as nothing lies there any more"
        case "recorded":
            return f"recorded for {alarm_id}, which was over"
        case _:
            raise NotCleared(f"refused ({result.code}): {result.detail}")


def _heard(lines: io.BufferedRWPair, kind: type[Heard]) -> Heard:
    line = lines.readline()
    if not line:
        raise NotCleared("the kiosk ended the conversation. Look at its log and at: kiosk incidents list")
    try:
        return msgspec.json.decode(line, type=kind)
    except msgspec.DecodeError as error:
        raise NotCleared(f"the kiosk says what is not understood: {error}. Is it of another version?") from error
