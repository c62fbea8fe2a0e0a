"""The wire between the kiosk and its children: one JSON message a packet on a Unix `SOCK_SEQPACKET`, a closed schema.

Not responsible for what the messages mean (`messages.py`). Source: `docs/reference/process-link.md`.
"""

from __future__ import annotations

import asyncio
import json
import re
import socket
from dataclasses import fields
from typing import TYPE_CHECKING, Any, get_args, get_type_hints

import msgspec

from firmware.app import messages
from firmware.app.messages import FromClerk, FromKiosk, FromRecorder, Id, Mark, Message, Name

if TYPE_CHECKING:
    from collections.abc import Callable

CHILD_FD = 3
LONGEST_PACKET = 4096
LARGEST_COUNT = 10_000_000


class LinkError(Exception):
    """A packet that the schema does not allow; the process that sent it is ended. `reason` holds no received text."""


def _tag(kind: type) -> str:
    return re.sub(r"(?<!^)(?=[A-Z])", "_", kind.__name__).lower()


_KINDS: dict[str, type] = {
    _tag(kind): kind for union in (FromKiosk, FromClerk, FromRecorder) for kind in get_args(union)
} | {_tag(Mark): Mark}
_HINTS = {kind: get_type_hints(kind, dict(vars(messages))) for kind in _KINDS.values()}


def encode(message: Message) -> bytes:
    """Return the packet of a message."""
    body = {field.name: getattr(message, field.name) for field in fields(message)}
    return json.dumps({"type": _tag(type(message)), **body}, separators=(",", ":")).encode()


def decode(packet: bytes, allowed: type | Any) -> Message:
    """Return the message of a packet, one of the union `allowed`; `LinkError` for anything else."""
    if len(packet) > LONGEST_PACKET:
        raise LinkError("packet too long")
    try:
        raw: Any = msgspec.json.decode(packet)
        kind = _KINDS[raw.pop("type")]
    except (msgspec.DecodeError, UnicodeDecodeError, KeyError, TypeError, AttributeError) as error:
        raise LinkError("not a message") from error
    if kind not in (get_args(allowed) or (allowed,)):
        raise LinkError(f"{_tag(kind)} does not travel this way")
    hints = _HINTS[kind]
    if set(raw) != set(hints):
        raise LinkError(f"{_tag(kind)} has other fields")
    try:
        values = {name: msgspec.convert(raw[name], hint, dec_hook=_identifier) for name, hint in hints.items()}
    except (msgspec.ValidationError, ValueError) as error:
        raise LinkError(f"{_tag(kind)} has a value out of its bounds") from error
    if any(type(value) is int and not 0 <= value <= LARGEST_COUNT for value in values.values()):
        raise LinkError(f"{_tag(kind)} has a count out of bounds")
    return kind(**values)


def _identifier(kind: type, value: object) -> object:
    if kind in (Id, Name) and isinstance(value, str):
        return kind(value)
    raise ValueError("not an identifier")


class Link:
    """One end of the wire, on a running loop.

    `receive(message)` is called for each message and `closed(error)` once: `None` when the other end is gone, a
    `LinkError` when it sent what it may not.
    """

    def __init__(
        self,
        wire: socket.socket,
        allowed: type | Any,
        receive: Callable[[Any], None],
        closed: Callable[[LinkError | None], None],
    ) -> None:
        self._wire = wire
        self._allowed = allowed
        self._receive = receive
        self._closed = closed
        self._loop = asyncio.get_running_loop()
        wire.setblocking(False)
        self._loop.add_reader(wire, self._readable)

    def send(self, message: Message) -> None:
        """Send now. A full or closed wire means that the other end is stuck or gone: the link closes."""
        try:
            self._wire.send(encode(message))
        except OSError:
            self._end(None)

    def close(self) -> None:
        """Close without a call to `closed`."""
        if self._wire.fileno() >= 0:
            self._loop.remove_reader(self._wire)
            self._wire.close()

    def _readable(self) -> None:
        try:
            packet = self._wire.recv(LONGEST_PACKET + 1)
        except BlockingIOError:
            return
        except OSError:
            packet = b""
        if not packet:
            self._end(None)
            return
        try:
            message = decode(packet, self._allowed)
        except LinkError as error:
            self._end(error)
            return
        self._receive(message)

    def _end(self, error: LinkError | None) -> None:
        if self._wire.fileno() >= 0:
            self.close()
            self._closed(error)


def pair() -> tuple[socket.socket, socket.socket]:
    """Return (parent end, child end) of a new wire."""
    return socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)


def inherited() -> socket.socket:
    """Return the wire that the kiosk left to this process as file descriptor 3."""
    return socket.socket(fileno=CHILD_FD)
