"""Check-points are signed by the `openssl` command, so that the kiosk process holds no library for it."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat

from firmware.app.kiosk import audit_signature
from firmware.app.kiosk.audit import MOST_UNSIGNED, AuditLog, CannotSign
from firmware.app.kiosk.audit_check import check
from firmware.app.kiosk.audit_signature import signer
from firmware.app.kiosk.journal import JournalError
from sim_hw.machine import REPOSITORY, STANDINS

KEY = ec.generate_private_key(ec.SECP256R1())


@pytest.fixture
def key_file(tmp_path: Path) -> Path:
    path = tmp_path / "kiosk.key"
    path.write_bytes(KEY.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()))
    return path


class Fickle:
    """Signs, except when told not to."""

    def __init__(self, key_file: Path) -> None:
        self.sign = signer(key_file)
        self.ill = False

    def __call__(self, data: bytes) -> bytes:
        if self.ill:
            raise CannotSign("no memory")
        return self.sign(data)


def test_another_library_takes_the_signature_for_good(key_file: Path) -> None:
    KEY.public_key().verify(signer(key_file)(b"a line"), b"a line", ec.ECDSA(hashes.SHA256()))


@pytest.mark.parametrize("content", [None, b"no key"])
def test_a_key_that_cannot_be_used_is_named(tmp_path: Path, content: bytes | None) -> None:
    path = tmp_path / "other.key"
    if content is not None:
        path.write_bytes(content)
    with pytest.raises(CannotSign, match=r"other\.key"):
        signer(path)(b"a line")


def test_an_openssl_that_hangs_is_given_up(key_file: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    hung = tmp_path / "bin" / "openssl"
    hung.parent.mkdir()
    hung.write_text("#!/bin/sh\nexec sleep 60\n")
    hung.chmod(0o755)
    monkeypatch.setenv("PATH", f"{hung.parent}:/usr/bin:/bin")
    monkeypatch.setattr(audit_signature, "LONGEST_S", 0.05)
    with pytest.raises(CannotSign, match="timed out"):
        signer(key_file)(b"a line")


def test_a_machine_without_openssl_is_told_what_to_install(key_file: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", "")
    with pytest.raises(JournalError, match="apt install openssl"):
        signer(key_file)


def test_a_check_point_that_could_not_be_signed_comes_with_the_next_line(key_file: Path, tmp_path: Path) -> None:
    sign = Fickle(key_file)
    log = AuditLog(tmp_path / "audit", "kiosk-0001", sign)
    sign.ill = True
    log.note("order", sign=True, state="taken")
    log.note("alarm", thing="card")
    before = check((tmp_path / "audit").read_bytes(), KEY.public_key())
    sign.ill = False
    log.note("alarm", thing="paper")
    after = check((tmp_path / "audit").read_bytes(), KEY.public_key())
    log.close()
    assert (before.faults, before.checkpoints, before.unsigned) == ([], 1, 2)
    assert (after.faults, after.checkpoints, after.unsigned) == ([], 2, 0)


def test_a_log_that_cannot_be_signed_at_all_stops_the_kiosk_and_has_every_line(key_file: Path, tmp_path: Path) -> None:
    sign = Fickle(key_file)
    log = AuditLog(tmp_path / "audit", "kiosk-0001", sign)
    sign.ill = True
    for _ in range(MOST_UNSIGNED - 1):
        log.note("alarm", thing="card")
    with pytest.raises(JournalError, match="32 lines could not be signed: no memory"):
        log.note("alarm", thing="card")
    found = check((tmp_path / "audit").read_bytes(), KEY.public_key())
    assert (found.faults, found.unsigned) == ([], MOST_UNSIGNED)
    sign.ill = False
    log.close()


def test_the_kiosk_process_does_not_load_the_library() -> None:
    command = "import sys, firmware.roles.kiosk; sys.exit('cryptography' in sys.modules)"
    places = {"PYTHONPATH": os.pathsep.join(map(str, (STANDINS, REPOSITORY))), "SIM_HW_PINS": "used by nobody here"}
    assert subprocess.run((sys.executable, "-c", command), env=os.environ | places, check=False).returncode == 0
