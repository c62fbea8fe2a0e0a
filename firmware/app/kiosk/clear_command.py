"""The command that clears an alarm, signed with an operator's Ed25519 key: made on one side, checked on the other.

Not responsible for how it travels (`clearing.py`) nor for what follows (`left_behind.py`).
Format: `docs/reference/alarms.md`. `cryptography` is imported where it is used: the kiosk rarely needs it.
"""

from __future__ import annotations

import hashlib
from typing import TYPE_CHECKING, Annotated

import msgspec
from msgspec import Meta

from firmware.app.base64url import bytes_of, text_of
from firmware.app.kiosk.alarms import ClearReason
from firmware.app.kiosk.incidents import Clearance

if TYPE_CHECKING:
    from collections.abc import Mapping

    from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

LABEL = b"kiosk-clear-alarm-v1\n"
LONGEST_S = 120
LONGEST_NOTE = 200
_Hex = Annotated[str, Meta(pattern=r"^[0-9a-f]{32}\Z")]


class Refused(Exception):
    """The command is not carried out; `code` is a word of the reference page, the text says what to do."""

    def __init__(self, code: str, detail: str) -> None:
        super().__init__(detail)
        self.code = code


class ClearAlarm(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """What is signed: this alarm of this kiosk, once (`nonce`), within its time (Unix seconds)."""

    kiosk_id: Annotated[str, Meta(max_length=40)]
    alarm_id: _Hex
    nonce: _Hex
    reason: ClearReason
    note: Annotated[str, Meta(max_length=LONGEST_NOTE, pattern=r"^[^\x00-\x1f\x7f]*\Z")]
    issued_at: int
    expires_at: int


class Signed(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """The command as it travels: the very text that was signed, the key's id, and the signature in base64url."""

    command: Annotated[str, Meta(max_length=2000)]
    key_id: Annotated[str, Meta(pattern=r"^[0-9a-f]{16}\Z")]
    signature: Annotated[str, Meta(pattern=r"^[A-Za-z0-9_-]{86}\Z")]


def key_id(public_key: bytes) -> str:
    """Return the first 8 bytes of SHA-256 of a raw public key, in hexadecimal."""
    return hashlib.sha256(public_key).hexdigest()[:16]


def sign(command: ClearAlarm, key: Ed25519PrivateKey) -> Signed:
    """Return the command, signed."""
    text = msgspec.json.encode(command).decode()
    signature = key.sign(LABEL + text.encode())
    return Signed(command=text, key_id=key_id(key.public_key().public_bytes_raw()), signature=text_of(signature))


def verified(signed: Signed, keys: Mapping[str, str]) -> Clearance:
    """Return what the owner of a configured key has signed, to be put on record; `Refused`.

    `keys` are public keys (base64url) by the operator's name. Blocks for a moment: call it off the loop.
    """
    name = next((name for name, key in keys.items() if key_id(bytes_of(key)) == signed.key_id), None)
    if name is None:
        raise Refused("unknown-key", f"key {signed.key_id} is not among operators.keys of the kiosk's configuration")
    if not is_signed(signed.command, signed.signature, bytes_of(keys[name])):
        raise Refused("bad-signature", f"this was not signed with the key of {name}")
    command = command_of(signed.command)
    return Clearance(
        reason=command.reason,
        note=command.note,
        operator=name,
        key_id=signed.key_id,
        command=signed.command,
        signature=signed.signature,
    )


def is_signed(text: str, signature: str, public_key: bytes, label: bytes = LABEL) -> bool:
    """Tell whether the owner of the key has signed this text, as what the label says."""
    from cryptography.exceptions import InvalidSignature  # noqa: PLC0415
    from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey  # noqa: PLC0415

    try:
        Ed25519PublicKey.from_public_bytes(public_key).verify(bytes_of(signature), label + text.encode())
    except (InvalidSignature, ValueError):
        return False
    return True


def command_of(text: str) -> ClearAlarm:
    """Return the command of a signed text; `Refused` when it is none."""
    try:
        return msgspec.json.decode(text, type=ClearAlarm)
    except msgspec.DecodeError as error:
        raise Refused("bad-request", f"not a command: {error}") from error


def check(command: ClearAlarm, *, kiosk_id: str, nonce: str, now_s: float) -> None:
    """Raise `Refused` unless the command is for this kiosk and conversation, in time, and says enough."""
    if command.kiosk_id != kiosk_id:
        raise Refused("wrong-kiosk", f"signed for {command.kiosk_id}, this is {kiosk_id}")
    if command.nonce != nonce:
        raise Refused("wrong-nonce", "signed for another conversation: ask again and sign anew")
    if now_s > command.expires_at:
        raise Refused("expired", "its time is over: sign anew; compare the clocks if that does not help")
    if command.expires_at > now_s + LONGEST_S or command.issued_at > now_s + LONGEST_S:
        raise Refused("expired", f"valid for more than {LONGEST_S} s from now: sign anew; compare the clocks")
    if command.reason is ClearReason.HAND_OVER_POLICE and not command.note.strip():
        raise Refused("note-missing", "a hand-over to the police is recorded with to whom: give it with --note")
