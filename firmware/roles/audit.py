"""`kiosk audit verify|export`: checks the audit log, or copies it out for the hub once it is found whole.

Runs beside the kiosk and changes nothing. Not responsible for how it is written (`app/kiosk/audit.py`).
Exit status 0, or 1 with what is wrong on stderr.
"""

from __future__ import annotations

import os
import sys
from typing import TYPE_CHECKING

from cryptography import x509
from cryptography.hazmat.primitives.asymmetric import ec

from firmware.app.kiosk.audit import FILE
from firmware.app.kiosk.audit_check import Report, check, compare_with_head, compare_with_journal
from firmware.app.kiosk.journal import entry_of
from firmware.app.kiosk.lines import LineDamaged, read

if TYPE_CHECKING:
    import argparse
    from pathlib import Path

    from firmware.config import Config

FAILED = 1


def run(config: Config, arguments: argparse.Namespace) -> int:
    """Verify, and export if asked to; returns the exit status."""
    path = config.kiosk.state_dir / FILE
    try:
        content = path.read_bytes()
        report = check(content, _key_of(config.hub.kiosk_certificate))
        _compare(report, config.kiosk.state_dir / "journal", arguments.head)
    except (OSError, ValueError) as error:
        print(f"kiosk audit: {error}", file=sys.stderr)
        return FAILED
    for fault in report.faults:
        print(f"kiosk audit: {path}: {fault}", file=sys.stderr)
    if arguments.action == "export":  # a broken log is exported too: the hub shall see it
        arguments.out.write_bytes(content)
    said = "broken" if report.faults else "whole"
    print(f"{said}: {report.lines} lines, {report.checkpoints} check-points, head {report.head.hex()}")
    return FAILED if report.faults else os.EX_OK


def _compare(report: Report, journal: Path, head: str) -> None:
    states: list[tuple[str, str, float]] = []

    def take(body: dict[str, object]) -> None:
        entry = entry_of(body)
        states.append((str(entry.order.document_id), str(entry.state), entry.at_s))

    try:
        read(journal.read_bytes() if journal.exists() else b"", take)
    except LineDamaged as error:
        report.fault(f"{journal}: {error}")
    compare_with_journal(report, states)
    if head:
        compare_with_head(report, bytes.fromhex(head))


def _key_of(certificate: Path) -> ec.EllipticCurvePublicKey:
    key = x509.load_pem_x509_certificates(certificate.read_bytes())[0].public_key()
    if not isinstance(key, ec.EllipticCurvePublicKey):
        raise ValueError(f"{certificate}: holds no EC key")  # noqa: TRY004 - the file is wrong, not the caller
    return key
