"""Follows the chain of an audit log over the lines that came: hashes, numbers, check-points. Pure.

A fault is told once: the check goes on from what the line claims. Source: docs/reference/audit.md.
"""

import hashlib
import json
from base64 import b64decode
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from typing import Any

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec

FIRST = "0" * 64
MOST_UNSIGNED = 32
_LABEL = b"kiosk-audit-v1\0"


@dataclass(slots=True)
class Chain:
    """Where a log stands; `faults` are (line, text), `key` the one whose signature was good last."""

    kiosk_id: str
    lines: int = 0
    head: str = FIRST
    checkpoints: int = 0
    unsigned: int = 0
    key: ec.EllipticCurvePublicKey | None = None
    faults: list[tuple[int, str]] = field(default_factory=list[tuple[int, str]])

    def follow(self, lines: Iterable[str], keys: Sequence[ec.EllipticCurvePublicKey]) -> None:
        """Take more lines; a check-point counts if one of `keys`, or the last good one, signed it."""
        for line in lines:
            self._take(line, [*keys, *([self.key] if self.key else [])])

    def _fault(self, text: str) -> None:
        self.faults.append((self.lines, text))

    def _take(self, line: str, keys: Sequence[ec.EllipticCurvePublicKey]) -> None:
        self.lines += 1
        claimed, _, text = line.partition(" ")
        before = bytes.fromhex(self.head)
        self.head = claimed
        if hashlib.sha256(before + text.encode()).hexdigest() != claimed:
            self._fault("does not follow the line before it: changed, added, or one is missing")
        try:
            body: dict[str, Any] = json.loads(text)
            number, what = body["n"], body["what"]
        except (ValueError, KeyError, TypeError, RecursionError):
            self._fault("is no record")
            return
        if number != self.lines:
            self._fault(f"counts as {number}: lines are missing, added or in another order")
        if what == "started" and body.get("kiosk_id") != self.kiosk_id:
            self._fault("belongs to another kiosk")
        if what == "checkpoint":
            self._checkpoint(before, str(body.get("signature")), keys)
            return
        self.unsigned += 1
        if self.unsigned == MOST_UNSIGNED + 2:
            self._fault(f"no check-point within {MOST_UNSIGNED} lines")

    def _checkpoint(self, before: bytes, signature: str, keys: Sequence[ec.EllipticCurvePublicKey]) -> None:
        for key in keys:
            try:
                key.verify(b64decode(signature, validate=True), _LABEL + before, ec.ECDSA(hashes.SHA256()))
            except (InvalidSignature, ValueError):
                continue
            self.key, self.unsigned = key, 0
            self.checkpoints += 1
            return
        self._fault("is a check-point that this kiosk did not sign")
