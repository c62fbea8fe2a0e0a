"""The list of revoked certificates (RFC 5280) of the appliance's network: DIR/pki/tls-ca.crl.pem, signed, for all.

The centre reads it at each request (`hub/web/admission.py`), the broker as its `crlfile`. It has no end of its own: it
lies on the same machine as who reads it, and a list that ran out would lock every kiosk out. Not responsible for what
is revoked (`register.py`).
"""

import os
from datetime import datetime
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding

from hub.clock import Clock
from hub.enrolment.register import Register
from hub.files import load_key
from hub.web.admission import LIST


def publish(pki: Path, register: Register, clock: Clock) -> Path:
    """Write the list anew, whole or not at all; returns its file."""
    key = load_key(pki / "tls-ca.key", ec.EllipticCurvePrivateKey)
    authority = x509.load_pem_x509_certificate((pki / "tls-ca.pem").read_bytes())
    data = _signed(authority, key, register, clock().replace(microsecond=0))
    place = pki / LIST
    beside = place.with_name(f".{LIST}.new")
    with beside.open("wb") as file:
        file.write(data)
        file.flush()
        os.fsync(file.fileno())
    beside.rename(place)
    return place


def _signed(authority: x509.Certificate, key: ec.EllipticCurvePrivateKey, register: Register, now: datetime) -> bytes:
    builder = (
        x509.CertificateRevocationListBuilder()
        .issuer_name(authority.subject)
        .last_update(now)
        .next_update(authority.not_valid_after_utc)
        .add_extension(x509.CRLNumber(int(now.timestamp())), critical=False)
        .add_extension(x509.AuthorityKeyIdentifier.from_issuer_public_key(key.public_key()), critical=False)
    )
    for serial, at in register.revoked():
        revoked = x509.RevokedCertificateBuilder().serial_number(serial).revocation_date(at)
        builder = builder.add_revoked_certificate(revoked.build())
    return builder.sign(key, hashes.SHA256()).public_bytes(Encoding.PEM)
