"""Asks the hub to issue a certificate anew before it ends, over a connection that shows the present one.

The key stays: so one file is replaced, whole, and key and certificate are a pair at every moment. Not responsible for
when a running kiosk takes the new one up (`hub_client.py`, `drivers/mqtt_tls.py`). Source:
`docs/reference/provisioning.md`.
"""

from __future__ import annotations

import ssl
from dataclasses import dataclass
from typing import TYPE_CHECKING

import msgspec
from cryptography import x509
from cryptography.x509.oid import NameOID

from firmware.app.provision.enrolment import NotEnrolled, ask
from firmware.app.provision.identity import PUBLIC, IdentityError, check
from firmware.app.whole_file import write

if TYPE_CHECKING:
    from datetime import datetime, timedelta
    from pathlib import Path

PART_LEFT = 3  # asked for when a third of the time is left: four months of thirteen


class _Renewed(msgspec.Struct, frozen=True):
    certificate: str


@dataclass(frozen=True, slots=True)
class Identity:
    """A certificate and its key, as files."""

    certificate: Path
    key: Path

    def left(self, now: datetime) -> timedelta:
        """Return how long it is still valid; `IdentityError`."""
        return self._read().not_valid_after_utc - now

    def is_due(self, now: datetime) -> bool:
        """Tell whether it is time to renew; `IdentityError`."""
        present = self._read()
        return (
            present.not_valid_after_utc - now
        ) * PART_LEFT < present.not_valid_after_utc - present.not_valid_before_utc

    def renew(self, url: str, ca: Path) -> None:
        """Replace the certificate by a new one for the same key. `NotEnrolled`, `IdentityError`, `OSError`."""
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
        context.minimum_version = ssl.TLSVersion.TLSv1_3
        try:
            context.load_verify_locations(ca)
            context.load_cert_chain(self.certificate, self.key)
            issuer = x509.load_pem_x509_certificate(ca.read_bytes())
        except (ssl.SSLError, ValueError) as error:
            raise IdentityError(f"{self.certificate}, {self.key}, {ca}: cannot be used: {error}") from error
        present = self._read()
        try:
            renewed = msgspec.json.decode(ask(url, context, "POST", "/v1/renew", None), type=_Renewed).certificate
        except (msgspec.DecodeError, UnicodeDecodeError) as error:
            raise NotEnrolled(f"the hub's answer cannot be read: {error}") from error
        name = str(present.subject.get_attributes_for_oid(NameOID.COMMON_NAME)[0].value)
        check(renewed, self.key, name, issuer)
        if x509.load_pem_x509_certificate(renewed.encode()).not_valid_after_utc <= present.not_valid_after_utc:
            raise NotEnrolled("the hub gave a certificate that ends no later than the present one")
        write(self.certificate, renewed.encode(), PUBLIC)

    def _read(self) -> x509.Certificate:
        try:
            return x509.load_pem_x509_certificate(self.certificate.read_bytes())
        except (OSError, ValueError) as error:
            raise IdentityError(f"{self.certificate}: cannot be used: {error}") from error
