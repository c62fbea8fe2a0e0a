"""The audit log: what this kiosk did, in a chain that nobody can change unseen; ids and states only.

Each line carries the SHA-256 of the line before it; after each order's end, at start, at stop and at the latest after
32 lines comes a check-point that the kiosk's key signs; one that cannot be made comes with the next line. Not
responsible for deciding anything from it (the journal is), nor for checking it (`audit_check.py`).
Format: docs/reference/audit.md; docs/decisions/0024.
"""

from __future__ import annotations

import contextlib
import hashlib
import json
import os
import threading
import time
from base64 import b64encode
from typing import TYPE_CHECKING

from firmware.app.kiosk.incidents import Incidents
from firmware.app.kiosk.incidents import Line as Alarm
from firmware.app.kiosk.journal import Entry, Journal, JournalError
from firmware.app.kiosk.orders import FINAL

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

FILE = "audit"
FIRST = bytes(32)
MOST_UNSIGNED = 32
LABEL = b"kiosk-audit-v1\0"
_TAIL_BYTES = 4096


class CannotSign(Exception):
    """No signature just now; the message says why."""


def line_of(before: bytes, body: dict[str, object]) -> tuple[bytes, bytes]:
    """Return (line, its hash) for a record that follows the line with the hash `before`."""
    text = json.dumps(body, sort_keys=True, separators=(",", ":")).encode()
    digest = hashlib.sha256(before + text).digest()
    return digest.hex().encode() + b" " + text + b"\n", digest


class AuditLog:
    """The open log. `note` blocks until the line is on the disk: call it off the loop. Raises `JournalError`.

    What it is `owed` at the start, with a disk that refuses, it takes later: money that lies there goes back first.
    `sign` makes a DER signature (ECDSA, SHA-256) of its bytes with the kiosk's key, or raises `CannotSign`.
    """

    def __init__(self, path: Path, kiosk_id: str, sign: Callable[[bytes], bytes]) -> None:
        self.path = path
        self.synced = 0  # bytes that no power cut can take
        self._sign = sign
        try:
            path.parent.mkdir(parents=True, exist_ok=True)
            self._fd = os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
            self._number, self._hash, whole, self._recent = _end_of(self._fd)
            self._cut_off_at(whole)
        except OSError as error:
            raise JournalError(f"{path}: {error.strerror}. Check kiosk.state_dir, its owner and the disk.") from error
        self._unsigned = 0
        self._owing: CannotSign | None = None  # why the last check-point could not be signed
        self._lock = threading.Lock()  # journal and alarms are written from threads
        self._owed: list[tuple[str, bool, dict[str, str | int]]] = []
        self.owe("started", kiosk_id=kiosk_id, sign=True)

    def note(self, what: str, *, sign: bool = False, **ids: str | int) -> None:
        """Put one thing on record; with `sign`, a check-point behind it."""
        with self._lock:
            self._pay()
            self._note(what, sign=sign, **ids)

    def owe(self, what: str, *, sign: bool = False, **ids: str | int) -> None:
        """Put one thing on record as soon as the disk takes it: now, if it does."""
        with self._lock:
            self._owed.append((what, sign, ids))
            with contextlib.suppress(JournalError):  # whoever notes or pays next is told
                self._pay()

    def pay(self) -> None:
        """Put on record what is owed; `JournalError` when the disk still refuses."""
        with self._lock:
            self._pay()

    def _pay(self) -> None:
        while self._owed:
            what, sign, ids = self._owed[0]
            self._note(what, sign=sign, **ids)
            del self._owed[0]

    def has_lately(self, **ids: str) -> bool:
        """Tell whether one of the last lines before this start has all of these."""
        wanted = [f'"{name}":"{value}"'.encode() for name, value in ids.items()]
        return any(all(each in line for each in wanted) for line in self._recent.splitlines())

    def _note(self, what: str, *, sign: bool, **ids: str | int) -> None:
        self._append({"what": what, **ids})
        self._unsigned += 1
        if sign or self._owing or self._unsigned >= MOST_UNSIGNED:
            self._checkpoint()
        try:
            os.fdatasync(self._fd)
            self.synced = self._end
        except OSError as error:
            raise JournalError(f"{self.path}: {error.strerror}. Free or repair the disk.") from error
        if self._unsigned >= MOST_UNSIGNED:
            raise JournalError(f"{self.path}: {self._unsigned} lines could not be signed: {self._owing}")

    def _checkpoint(self) -> None:
        try:
            signature = b64encode(self._sign(LABEL + self._hash)).decode()
        except CannotSign as error:
            self._owing = error
            return
        self._append({"what": "checkpoint", "signature": signature})
        self._unsigned, self._owing = 0, None

    def close(self) -> None:
        """Sign the end and close the file."""
        try:
            self.note("stopped", sign=True)
        finally:
            os.close(self._fd)

    def _append(self, body: dict[str, object]) -> None:
        line, digest = line_of(self._hash, {"n": self._number + 1, "at_s": round(time.time(), 3), **body})
        try:
            if self._torn:
                self._cut_off_at(self._end)
            self._torn = True
            written = os.write(self._fd, line)
        except OSError as error:
            raise JournalError(f"{self.path}: {error.strerror}. Free or repair the disk.") from error
        if written != len(line):
            raise JournalError(f"{self.path}: the disk took only a part of a line. Free space on it.")
        self._torn, self._end = False, self._end + len(line)
        self._number, self._hash = self._number + 1, digest

    def _cut_off_at(self, end: int) -> None:
        """Let the next line follow the last whole one."""
        os.ftruncate(self._fd, end)
        os.lseek(self._fd, end, os.SEEK_SET)
        self._torn, self._end = False, end


class AuditedJournal(Journal):
    """The journal, each of whose entries is in the audit log too."""

    def __init__(self, path: Path, audit: AuditLog) -> None:
        super().__init__(path)
        self._audit = audit
        last = next(reversed(self.latest.values()), None)
        if last and not audit.has_lately(document_id=last.order.document_id, state=str(last.state)):
            self._put_on_record(last, self._audit.owe)  # the process ended between the two files
        if not self.open_orders():  # else their money goes back first; their ends are noted here, or end the process
            self._audit.pay()

    def append(self, entry: Entry) -> None:
        """Write the entry, then put it on record."""
        super().append(entry)
        self._put_on_record(entry, self._audit.note)

    def _put_on_record(self, entry: Entry, note: Callable[..., None]) -> None:
        order = entry.order
        note(
            "order",
            sign=entry.state in FINAL,
            state=str(entry.state),
            transaction_id=str(order.transaction_id),
            document_id=str(order.document_id),
            fee_yen=order.fee_yen,
        )


class AuditedIncidents(Incidents):
    """The record of alarms, each of whose lines is in the audit log too."""

    def __init__(self, path: Path, audit: AuditLog) -> None:
        super().__init__(path)
        self._audit = audit

    def append(self, line: Alarm) -> None:
        """Write the line, then put it on record, with the key of whoever cleared it."""
        super().append(line)
        by = {"key_id": line.clearance.key_id, "reason": str(line.clearance.reason)} if line.clearance else {}
        of = {"document_id": line.document_id} if line.document_id else {}
        self._audit.note(
            "alarm", sign=bool(by), alarm_id=line.alarm_id, noted=str(line.noted), thing=str(line.thing), **of, **by
        )


def _end_of(descriptor: int) -> tuple[int, bytes, int, bytes]:
    """Return number and hash of the last whole line, where it ends (a power cut may tear the next), the last lines.

    A last line that is none is followed by a line that says so in its number: 0 begins to count anew, which every
    check finds.
    """
    size = os.fstat(descriptor).st_size
    start = max(0, size - _TAIL_BYTES)
    tail = os.pread(descriptor, _TAIL_BYTES, start)
    whole = tail.rfind(b"\n") + 1
    if whole == 0:
        return 0, FIRST, start, b""
    last = tail[: whole - 1].rpartition(b"\n")[2]
    try:
        digest, _, text = last.partition(b" ")
        return int(json.loads(text)["n"]), bytes.fromhex(digest.decode("ascii")), start + whole, tail[:whole]
    except (ValueError, KeyError, TypeError):
        return 0, FIRST, start + whole, tail[:whole]
