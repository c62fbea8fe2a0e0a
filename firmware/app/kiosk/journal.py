"""The journal: what happened to each order, on disk before anything is done about it.

One JSON object a line, with a checksum; append and fsync. A line torn by a power cut can only be the last one and is
cut off at the next start; a damaged line anywhere else stops the kiosk, because money may hang on it. Holds ids,
amounts and states, nothing personal. Rule: `DESIGN`, "Journal and money".
"""

from __future__ import annotations

import json
import os
import zlib
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from firmware.app.kiosk.orders import FINAL, OpenOrder, Order, OrderState
from firmware.app.messages import Id

if TYPE_CHECKING:
    from pathlib import Path


class JournalError(Exception):
    """The journal cannot be trusted or written; the kiosk must not serve. The message says what to do."""


@dataclass(frozen=True, slots=True)
class Entry:
    """One line: the order and the state that it came to, at Unix time `at_s`."""

    order: Order
    state: OrderState
    at_s: float


def _line(entry: Entry) -> bytes:
    body = {
        "at_s": round(entry.at_s, 3),
        "document_id": entry.order.document_id,
        "fee_yen": entry.order.fee_yen,
        "state": entry.state,
        "transaction_id": entry.order.transaction_id,
    }
    text = json.dumps(body, sort_keys=True, separators=(",", ":"))
    return f"{zlib.crc32(text.encode()):08x} {text}\n".encode()


def _entry(line: bytes) -> Entry:
    checksum, _, text = line.rstrip(b"\n").partition(b" ")
    if not line.endswith(b"\n") or int(checksum, 16) != zlib.crc32(text):
        raise ValueError("checksum")
    body: dict[str, Any] = json.loads(text)
    order = Order(Id(body["transaction_id"]), Id(body["document_id"]), int(body["fee_yen"]))
    return Entry(order, OrderState(body["state"]), float(body["at_s"]))


class Journal:
    """The open journal. `append` blocks until the line is on the disk: call it off the loop."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self.latest: dict[Id, Entry] = {}
        try:
            path.parent.mkdir(parents=True, exist_ok=True)
            self._fd = os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
            self._read()
            directory = os.open(path.parent, os.O_RDONLY)
            try:
                os.fsync(directory)
            finally:
                os.close(directory)
        except OSError as error:
            raise JournalError(f"{path}: {error.strerror}. Check kiosk.state_dir, its owner and the disk.") from error

    def _read(self) -> None:
        lines = self.path.read_bytes().splitlines(keepends=True)
        good = 0
        for number, line in enumerate(lines, start=1):
            try:
                entry = _entry(line)
            except (ValueError, KeyError) as error:
                if number == len(lines):
                    break
                raise JournalError(
                    f"{self.path}: line {number} is damaged, and others follow it. Keep a copy of the file for the "
                    "office, compare its orders with the hub's, then move it away to start a new one."
                ) from error
            good += len(line)
            self.latest[entry.order.document_id] = entry
        os.ftruncate(self._fd, good)
        os.lseek(self._fd, good, os.SEEK_SET)

    def append(self, entry: Entry) -> None:
        """Write one line and wait for the disk; `JournalError` when the disk refuses."""
        line = _line(entry)
        try:
            written = os.write(self._fd, line)
            os.fdatasync(self._fd)
        except OSError as error:
            raise JournalError(f"{self.path}: {error.strerror}. Free or repair the disk.") from error
        if written != len(line):
            raise JournalError(f"{self.path}: the disk took only a part of a line. Free space on it.")
        self.latest[entry.order.document_id] = entry

    def open_orders(self) -> tuple[OpenOrder, ...]:
        """Return the orders that have no end yet."""
        return tuple(OpenOrder(entry.order, entry.state) for entry in self.latest.values() if entry.state not in FINAL)

    def last(self) -> OpenOrder | None:
        """Return the newest order: coins that lie in the escrow can only be its."""
        entry = next(reversed(self.latest.values()), None)
        return OpenOrder(entry.order, entry.state) if entry else None

    def close(self) -> None:
        """Close the file."""
        os.close(self._fd)
