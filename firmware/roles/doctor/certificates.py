"""How long the certificates of the configuration are still valid.

Not responsible for whether the other side accepts them (`centre.py`, `peripherals.py`).
"""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

from cryptography import x509

from firmware.roles.doctor.finding import Finding, fail, ok, warn

if TYPE_CHECKING:
    from pathlib import Path

    from firmware.config import Config

WARN_BEFORE = timedelta(days=30)


async def check(config: Config) -> Finding:
    """Return what is to be said of the one that ends first."""
    hub, mqtt = config.hub, config.mqtt
    files = {
        "hub.ca": hub.ca,
        "hub.kiosk_certificate": hub.kiosk_certificate,
        "hub.clerk_certificate": hub.clerk_certificate,
        "mqtt.ca": mqtt.ca,
        "mqtt.certificate": mqtt.certificate,
    }
    return judge(files, datetime.now(UTC))


def judge(files: dict[str, Path], now: datetime) -> Finding:
    """Judge the certificates in these PEM files, by the key of the configuration that names each."""
    ends: list[tuple[datetime, str]] = []
    for key, path in files.items():
        try:
            certificates = x509.load_pem_x509_certificates(path.read_bytes())
        except OSError as error:
            return fail(f"{key} = {path}: {error.strerror}", f"put the file there, or correct {key}")
        except ValueError:
            return fail(f"{key} = {path}: is no certificate in PEM", f"put the right file there, or correct {key}")
        begins = max(each.not_valid_before_utc for each in certificates)
        if begins > now:
            return fail(f"{key} is not valid before {begins:%Y-%m-%d}", "set the clock: timedatectl")
        ends.append((min(each.not_valid_after_utc for each in certificates), key))
    first, key = min(ends)
    if first <= now:
        return fail(f"{key} ended on {first:%Y-%m-%d}", "have a new one issued by the operator of the hub")
    found = f"{key} ends first, on {first:%Y-%m-%d}, in {(first - now).days} days"
    if first - now < WARN_BEFORE:
        return warn(found, "have a new one issued by the operator of the hub")
    return ok(found)
