"""A command to a kiosk, signed with an operator's Ed25519 key.

Not responsible for sending it (`line.py`) nor for what a kiosk accepts. Format: `docs/reference/mqtt.md`, "Commands";
the text of `clear_alarm`: `docs/reference/alarms.md`.
"""

import hashlib
import json
import secrets
import time
from dataclasses import dataclass
from pathlib import Path

from cryptography.exceptions import UnsupportedAlgorithm
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.serialization import load_pem_private_key

from hub.base64url import to_base64url

COMMANDS = (
    "out_of_service",
    "in_service",
    "clear_alarm",
    "restart",
    "send_diagnostics",
    "test_print",
    "start_update",
)
REASONS = ("hand-over-police", "taken-by-staff", "destroyed", "false-alarm")
VALID_S = 45
_LABEL = b"kiosk-command-v1\n"
_LABEL_OF_CLEARING = b"kiosk-clear-alarm-v1\n"


@dataclass(frozen=True, slots=True)
class Clearing:
    """Which alarm is cleared, why, and the office's own words."""

    alarm_id: str
    reason: str
    note: str = ""


def operator_key(path: Path) -> Ed25519PrivateKey:
    """Read an operator's private key; raises ValueError or OSError with the remedy."""
    try:
        key = load_pem_private_key(path.read_bytes(), None)
    except (ValueError, TypeError, UnsupportedAlgorithm) as error:
        raise ValueError(f"{path}: is no key: {error}; kiosk operator-key makes one") from error
    if not isinstance(key, Ed25519PrivateKey):
        raise TypeError(f"{path}: is no Ed25519 key; kiosk operator-key makes one")
    return key


def signed(
    key: Ed25519PrivateKey,
    kiosk_id: str,
    name: str,
    clearing: Clearing | None = None,
    valid_s: int = VALID_S,
    *,
    bundle: str = "",
) -> tuple[bytes, str]:
    """Return the payload of `cmd/<name>` and its nonce; `bundle` is the file that `start_update` names."""
    nonce, now_s = secrets.token_hex(16), int(time.time())
    times = {"issued_at": now_s, "expires_at": now_s + valid_s}
    if name == "clear_alarm":
        if clearing is None:
            raise ValueError("clear_alarm needs the alarm and the reason")
        what = {"alarm_id": clearing.alarm_id, "nonce": nonce, "reason": clearing.reason, "note": clearing.note}
        text, label = json.dumps({"kiosk_id": kiosk_id, **what, **times}), _LABEL_OF_CLEARING
    else:
        which = {"bundle": bundle} if bundle else {}
        text, label = json.dumps({"kiosk_id": kiosk_id, "name": name, "nonce": nonce, **times, **which}), _LABEL
    public = key.public_key().public_bytes_raw()
    body = {
        "command": text,
        "key_id": hashlib.sha256(public).hexdigest()[:16],
        "signature": to_base64url(key.sign(label + text.encode())),
    }
    return json.dumps(body).encode(), nonce
