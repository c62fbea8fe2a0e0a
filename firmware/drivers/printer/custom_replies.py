"""Parts the byte stream of a Custom kiosk printer into full status and counters. Pure.

Full status, asked for (DLE EOT 20) or sent by itself (GS E0): `10 0F` and four bytes: paper, user, recoverable,
unrecoverable. Counters (GS E2 to E5) come as text: `2376 cuts`, `512ret`. The bytes that answer DLE EOT 1 to 4 cannot
be told from a counter's digits and are never asked for. Source: printer_models.toml, `custom-vkp80iii`.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, NoReturn

from firmware.devices import BadResponse

if TYPE_CHECKING:
    from collections.abc import Iterator

HEADER = b"\x10\x0f"
FULL_STATUS_BYTES = 6
COUNTER = re.compile(rb"(\d{1,10}) ?(cuts|ret|cm|on)[\x00\r\n]*")
COUNTER_BEGUN = re.compile(rb"\d{1,10} ?(?:c|cu|cut|r|re|o)?")


@dataclass(frozen=True, slots=True)
class FullStatus:
    """The four bytes behind the header."""

    paper: int
    user: int
    recoverable: int
    unrecoverable: int


@dataclass(frozen=True, slots=True)
class Counter:
    """`unit` is what is counted: cuts, ret (retracted), cm (printed), on (switched on)."""

    unit: str
    value: int


class CustomReplyParser:
    """Keeps the beginning of an answer until its rest has come."""

    def __init__(self) -> None:
        self._pending = b""

    def feed(self, data: bytes) -> Iterator[FullStatus | Counter]:
        """Yield the answers complete so far; raises `BadResponse` at the first byte that is no answer."""
        self._pending += data
        while self._pending:
            if self._pending.startswith(HEADER[: len(self._pending)]):
                if len(self._pending) < FULL_STATUS_BYTES:
                    return
                raw, self._pending = self._pending[:FULL_STATUS_BYTES], self._pending[FULL_STATUS_BYTES:]
                yield FullStatus(*raw[len(HEADER) :])
            elif found := COUNTER.match(self._pending):
                self._pending = self._pending[found.end() :]
                yield Counter(found[2].decode(), int(found[1]))
            elif COUNTER_BEGUN.fullmatch(self._pending):
                return
            elif not self._pending.strip(b"\x00\r\n"):
                self._pending = b""
            else:
                self._refuse()

    def _refuse(self) -> NoReturn:
        raw, self._pending = self._pending, b""
        raise BadResponse("the printer sent bytes that begin no answer", raw)
