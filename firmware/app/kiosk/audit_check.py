"""Checks an audit log: finds any line that was cut out, changed, added or put in another place, and a missing end.

Works from the file alone with the kiosk's certificate; with the journal beside it, it also finds entries that the log
lacks. Not responsible for what the lines mean. Format: docs/reference/audit.md.
"""

from __future__ import annotations

import hashlib
import json
from base64 import b64decode
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec

from firmware.app.kiosk.audit import FIRST, LABEL, MOST_UNSIGNED

if TYPE_CHECKING:
    from collections.abc import Iterable

MOST_TOLD = 20


@dataclass(slots=True)
class Report:
    """What a check found: `faults` in the order of the file; `lines`, `checkpoints`, and the hash of the last line."""

    faults: list[str] = field(default_factory=list[str])
    lines: int = 0
    checkpoints: int = 0
    unsigned: int = 0
    head: bytes = FIRST
    began_s: float = 0.0
    states: set[tuple[str, str]] = field(default_factory=set[tuple[str, str]])
    hashes: set[bytes] = field(default_factory=set[bytes])

    def fault(self, text: str) -> None:
        """Keep it, but not endlessly."""
        if len(self.faults) < MOST_TOLD:
            self.faults.append(text)


def check(content: bytes, key: ec.EllipticCurvePublicKey) -> Report:
    """Check the bytes of a log; the report says what is wrong with it."""
    report = Report()
    if content and not content.endswith(b"\n"):
        report.fault("the last line is torn: power cut, or cut off")
    for number, line in enumerate(content.splitlines(), start=1):
        _line(report, number, line, key)
    if report.unsigned > MOST_UNSIGNED:
        report.fault(f"{report.unsigned} lines have no check-point; there should be one after {MOST_UNSIGNED}")
    return report


def compare_with_journal(report: Report, entries: Iterable[tuple[str, str, float]]) -> None:
    """Note every (document_id, state, at_s) of the journal that the log lacks, though it had begun."""
    for document_id, state, at_s in entries:
        if at_s >= report.began_s and (document_id, state) not in report.states:
            report.fault(f"order {document_id}: {state} is in the journal, and not here")


def compare_with_head(report: Report, head: bytes) -> None:
    """Note when a line that somebody else has seen (an earlier export) is not in the log."""
    if head not in report.hashes:
        report.fault(f"the line {head.hex()[:16]}..., which was exported, is not here: cut off, or another log")


def _line(report: Report, number: int, line: bytes, key: ec.EllipticCurvePublicKey) -> None:
    digest, _, text = line.partition(b" ")
    try:
        claimed, body = bytes.fromhex(digest.decode("ascii")), json.loads(text)
        counted, what = body["n"], body["what"]
    except (ValueError, KeyError, TypeError, RecursionError):
        report.fault(f"line {number} is none")
        return
    if counted != number:
        report.fault(f"line {number} counts as {counted}: lines are missing, added or in another order")
    if hashlib.sha256(report.head + text).digest() != claimed:
        report.fault(f"line {number} does not follow the one before it")
    if number == 1:
        report.began_s = float(body.get("at_s", 0))
    if what == "checkpoint":
        _checkpoint(report, number, body, key)
    else:
        report.unsigned += 1
    if what == "order":
        report.states.add((str(body.get("document_id")), str(body.get("state"))))
    report.lines, report.head = number, claimed
    report.hashes.add(claimed)


def _checkpoint(report: Report, number: int, body: dict[str, Any], key: ec.EllipticCurvePublicKey) -> None:
    try:
        key.verify(b64decode(str(body.get("signature")), validate=True), LABEL + report.head, ec.ECDSA(hashes.SHA256()))
    except (InvalidSignature, ValueError):
        report.fault(f"line {number} is a check-point that this kiosk did not sign")
        return
    report.checkpoints += 1
    report.unsigned = 0
