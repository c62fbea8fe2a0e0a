"""Parts the one byte stream from the printer into its three kinds of answer. Pure.

Automatic status comes unasked, four bytes at a time, between the single bytes that answer DLE EOT and the blocks that
answer GS ( H. Only fixed bits tell them apart (DEVICES, "Thermal printer"). A byte that begins none of them is a
`BadResponse`.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, NoReturn

from firmware.devices import BadResponse

if TYPE_CHECKING:
    from collections.abc import Iterator

FIXED_BITS = 0x93
FRAME_FIRST, FRAME_REST_BITS, FRAME_BYTES = 0x10, 0x90, 4
REAL_TIME_FIRST = 0x12
BLOCK_FIRST, BLOCK_END, BLOCK_MAX_BYTES = 0x37, 0x00, 16
COMPLETION, CLEARED = 0x22, 0x25
PROCESS_ID_BYTES = 4


@dataclass(frozen=True, slots=True)
class AutomaticStatus:
    """Sent by itself, when something changed and once when it is switched on."""

    frame: bytes


@dataclass(frozen=True, slots=True)
class RealTimeStatus:
    """Answer to DLE EOT; which of the four only the question tells."""

    bits: int


@dataclass(frozen=True, slots=True)
class Completion:
    """All that was sent before the request with this id has been printed."""

    process_id: bytes


@dataclass(frozen=True, slots=True)
class Cleared:
    """The buffers were cleared by DLE DC4 8."""


Reply = AutomaticStatus | RealTimeStatus | Completion | Cleared


class ReplyParser:
    """Keeps the beginning of an answer until its rest has come."""

    def __init__(self) -> None:
        self._pending = b""

    def feed(self, data: bytes) -> Iterator[Reply]:
        """Yield the answers complete so far.

        Raises `BadResponse` at the first byte that is no answer; all that is pending is dropped.
        """
        self._pending += data
        while self._pending:
            length = self._length()
            if length is None:
                return
            raw, self._pending = self._pending[:length], self._pending[length:]
            yield self._named(raw)

    def _length(self) -> int | None:
        """Bytes of the answer at the front, None while it is not whole."""
        first = self._pending[0]
        if first == BLOCK_FIRST:
            end = self._pending.find(BLOCK_END, 2)
            if end < 0 and len(self._pending) >= BLOCK_MAX_BYTES:
                self._refuse("the printer began a block that does not end")
            return end + 1 if end >= 0 else None
        if first & FIXED_BITS == REAL_TIME_FIRST:
            return 1
        if first & FIXED_BITS != FRAME_FIRST:
            self._refuse("the printer sent a byte that begins no answer")
        if any(byte & FRAME_REST_BITS for byte in self._pending[1:FRAME_BYTES]):
            self._refuse("the printer sent a broken status frame")
        return FRAME_BYTES if len(self._pending) >= FRAME_BYTES else None

    def _named(self, raw: bytes) -> Reply:
        if len(raw) == 1:
            return RealTimeStatus(raw[0])
        if raw[0] != BLOCK_FIRST:
            return AutomaticStatus(raw)
        body = raw[2:-1]
        if raw[1] == COMPLETION and len(body) == PROCESS_ID_BYTES:
            return Completion(body)
        if raw[1] != CLEARED or body:
            self._pending = raw + self._pending
            self._refuse("the printer sent a block of an unknown kind")
        return Cleared()

    def _refuse(self, message: str) -> NoReturn:
        raw, self._pending = self._pending, b""
        raise BadResponse(message, raw)
