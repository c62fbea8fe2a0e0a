"""A command that came over MQTT, signed with an operator's Ed25519 key: its form, and whether it may be carried out.

Not responsible for how it travels (`remote.py`), for what it does, nor for replays, which need a memory.
Format: `docs/reference/mqtt.md`, "Commands". `clear_alarm` is the text of `clear_command.py`, which goes on record.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING, Annotated

import msgspec
from msgspec import Meta

from firmware.app.base64url import bytes_of
from firmware.app.kiosk import clear_command
from firmware.app.kiosk.clear_command import Refused, Signed

if TYPE_CHECKING:
    from collections.abc import Mapping

    from firmware.app.kiosk.incidents import Clearance

LABEL = b"kiosk-command-v1\n"
LONGEST_S = 60
SKEW_S = 5
LONGEST_BYTES = 4096


class Order(StrEnum):
    """What can be asked of a kiosk."""

    OUT_OF_SERVICE = "out_of_service"
    IN_SERVICE = "in_service"
    CLEAR_ALARM = "clear_alarm"
    RESTART = "restart"
    SEND_DIAGNOSTICS = "send_diagnostics"
    TEST_PRINT = "test_print"
    START_UPDATE = "start_update"


class Command(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """What is signed: this order to this kiosk, once (`nonce`), within its time (Unix seconds); `bundle`: an update."""

    kiosk_id: Annotated[str, Meta(max_length=40)]
    name: Order
    nonce: Annotated[str, Meta(pattern=r"^[0-9a-f]{32}\Z")]
    issued_at: int
    expires_at: int
    bundle: Annotated[str, Meta(pattern=r"^([A-Za-z0-9_][A-Za-z0-9._~-]{0,99}\.raucb)?\Z")] = ""


@dataclass(frozen=True, slots=True)
class Checked:
    """A command whose signature, addressee and time are right.

    `clearance` with `clear_alarm`, `bundle` with `start_update` alone.
    """

    order: Order
    nonce: str
    expires_at: int
    key_id: str
    clearance: Clearance | None = None
    bundle: str = ""


def checked(name: str, payload: bytes, keys: Mapping[str, str], kiosk_id: str, now_s: float) -> Checked:
    """Return what may be carried out, or raise `Refused`. Blocks for a moment: call it off the loop."""
    try:
        order = Order(name)
    except ValueError:
        raise Refused("unknown-command", f"there are: {', '.join(Order)}") from None
    if len(payload) > LONGEST_BYTES:
        raise Refused("bad-request", f"longer than {LONGEST_BYTES} bytes")
    try:
        signed = msgspec.json.decode(payload, type=Signed)
    except (msgspec.DecodeError, UnicodeDecodeError) as error:
        raise Refused("bad-request", f"not a signed command: {error}") from error
    if order is Order.CLEAR_ALARM:
        return _clearing(signed, keys, kiosk_id, now_s)
    key = next((key for key in keys.values() if _id_of(key) == signed.key_id), None)
    if key is None:
        raise Refused("unknown-key", f"key {signed.key_id} is not among operators.keys of the kiosk's configuration")
    if not clear_command.is_signed(signed.command, signed.signature, bytes_of(key), LABEL):
        raise Refused("bad-signature", f"this was not signed with key {signed.key_id}")
    try:
        command = msgspec.json.decode(signed.command, type=Command)
    except msgspec.DecodeError as error:
        raise Refused("bad-request", f"not a command: {error}") from error
    if command.kiosk_id != kiosk_id:
        raise Refused("wrong-kiosk", f"signed for {command.kiosk_id}, this is {kiosk_id}")
    if command.name is not order:
        raise Refused("wrong-command", f"signed as {command.name}, sent as {order}")
    if bool(command.bundle) is not (order is Order.START_UPDATE):
        raise Refused("bad-request", "start_update, and no other, names a bundle: FILE.raucb")
    _in_time(command.issued_at, command.expires_at, now_s)
    return Checked(order, command.nonce, command.expires_at, signed.key_id, bundle=command.bundle)


def nonce_of(payload: bytes) -> str:
    """Return the nonce that a command names, so that its sender knows which one is refused; empty for none."""
    found = re.search(rb'nonce\\?"\s*:\s*\\?"([0-9a-f]{32})\\?"', payload[:LONGEST_BYTES])
    return found[1].decode() if found else ""


def _clearing(signed: Signed, keys: Mapping[str, str], kiosk_id: str, now_s: float) -> Checked:
    clearance = clear_command.verified(signed, keys)
    command = clear_command.command_of(clearance.command)
    clear_command.check(command, kiosk_id=kiosk_id, nonce=command.nonce, now_s=now_s)
    _in_time(command.issued_at, command.expires_at, now_s)
    return Checked(Order.CLEAR_ALARM, command.nonce, command.expires_at, signed.key_id, clearance)


def _in_time(issued_at: int, expires_at: int, now_s: float) -> None:
    if now_s > expires_at:
        raise Refused("expired", "its time is over: sign anew; compare the clocks if that does not help")
    if expires_at > now_s + LONGEST_S or expires_at - issued_at > LONGEST_S or issued_at > now_s + SKEW_S:
        raise Refused("expired", f"valid for more than {LONGEST_S} s from now: sign anew; compare the clocks")


def _id_of(key: str) -> str:
    return clear_command.key_id(bytes_of(key))
