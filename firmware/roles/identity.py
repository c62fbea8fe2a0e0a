"""What a kiosk says of itself: version, hashes of its build and its configuration, when its certificates end.

Two kiosks with the same build hash run the same files. Not responsible for publishing it (`app/kiosk/telemetry.py`).
"""

from __future__ import annotations

import hashlib
import re
import time
from calendar import timegm
from pathlib import Path
from ssl import PEM_cert_to_DER_cert
from typing import TYPE_CHECKING

from firmware import __version__
from firmware.app.kiosk.telemetry import utc

if TYPE_CHECKING:
    from firmware.config import Config

_FIRMWARE = Path(__file__).resolve().parents[1]
# RFC 5280, 4.1.2.5: Validity is a SEQUENCE of two times, UTCTime (17) or GeneralizedTime (18).
_VALIDITY = re.compile(rb"\x30[\x1e-\x22](?:\x17\x0d\d{12}|\x18\x0f\d{14})Z(\x17\x0d\d{12}|\x18\x0f\d{14})Z")
_PEM = re.compile(r"-----BEGIN CERTIFICATE-----.+?-----END CERTIFICATE-----", re.DOTALL)


def info_of(config: Config, path: Path) -> dict[str, object]:
    """Return what `info` holds, but for what a start adds; blocks for some milliseconds."""
    ends = [end for file in (config.mqtt.certificate, config.hub.kiosk_certificate) if (end := certificate_end(file))]
    return {
        "contract": "kiosk/v1",
        "version": __version__,
        "operator": config.kiosk.operator,
        "build": build_hash(),
        "configuration": hashlib.sha256(path.read_bytes()).hexdigest()[:16],
        "certificate_expires": utc(min(ends)) if ends else "unknown",
    }


def build_hash() -> str:
    """Return the first 16 hexadecimal digits of SHA-256 over the firmware's files, their names included."""
    digest = hashlib.sha256()
    for file in sorted(_FIRMWARE.rglob("*")):
        if file.suffix in {".py", ".toml", ".js", ".css", ".html"}:
            content = file.read_bytes()
            digest.update(f"{file.relative_to(_FIRMWARE).as_posix()} {len(content)}\n".encode())
            digest.update(content)
    return digest.hexdigest()[:16]


def certificate_end(file: Path) -> float | None:
    """Return when the first certificate of a PEM file ends, in Unix seconds; None when that cannot be read."""
    try:
        found = _PEM.search(file.read_text(encoding="ascii"))
        der = PEM_cert_to_DER_cert(found[0]) if found else b""
    except (OSError, ValueError):
        return None
    validity = _VALIDITY.search(der)
    if validity is None:
        return None
    digits = validity[1][2:].decode()
    form = "%y%m%d%H%M%S" if len(digits) == len("yymmddhhmmss") else "%Y%m%d%H%M%S"
    return float(timegm(time.strptime(digits, form)))
