"""Signs check-points of the audit log with the kiosk's key, by the `openssl` command, a process of some milliseconds.

A library for it in the kiosk process would take 7 MiB of memory for ever, for some signatures an hour
(docs/decisions/0059). Not responsible for when (`audit.py`).
"""

from __future__ import annotations

import shutil
import subprocess
from typing import TYPE_CHECKING

from firmware.app.kiosk.audit import CannotSign
from firmware.app.kiosk.journal import JournalError

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

LONGEST_S = 5.0
_MOST_TOLD = 200


def signer(key_file: Path) -> Callable[[bytes], bytes]:
    """Return what makes a DER signature (ECDSA, SHA-256) of its bytes; it blocks, and raises `CannotSign`.

    `JournalError` when there is no `openssl`.
    """
    openssl = shutil.which("openssl")
    if openssl is None:
        raise JournalError("the audit log cannot be signed: openssl is not installed. apt install openssl")

    def sign(data: bytes) -> bytes:
        command = (openssl, "dgst", "-sha256", "-sign", str(key_file))
        try:
            done = subprocess.run(command, input=data, capture_output=True, timeout=LONGEST_S, check=False)
        except (OSError, subprocess.TimeoutExpired) as error:
            raise CannotSign(f"openssl: {error}") from error
        if done.returncode or not done.stdout:
            raise CannotSign(f"{key_file}: openssl: {done.stderr.decode(errors='replace')[:_MOST_TOLD].strip()}")
        return done.stdout

    return sign
