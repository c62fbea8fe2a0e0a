"""A certificate for each simulated kiosk, signed by the hub's test authority; one key for all of them, to be quick.

Not responsible for the authority: `hub init` makes it.
"""

from __future__ import annotations

import datetime as dt
from typing import TYPE_CHECKING

from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import (
    Encoding,
    NoEncryption,
    PrivateFormat,
    load_pem_private_key,
)
from cryptography.x509.oid import NameOID

if TYPE_CHECKING:
    from pathlib import Path


class Certificates:
    """Writes into `folder` what `ssl` reads; `pki` holds tls-ca.pem and tls-ca.key."""

    def __init__(self, pki: Path, folder: Path) -> None:
        folder.mkdir(parents=True, exist_ok=True)
        self.ca = pki / "tls-ca.pem"
        self._folder = folder
        key = load_pem_private_key((pki / "tls-ca.key").read_bytes(), None)
        if not isinstance(key, ec.EllipticCurvePrivateKey):
            raise TypeError(f"{pki / 'tls-ca.key'} is no key of an elliptic curve; hub init makes one")
        self._signer = key
        self._issuer = x509.load_pem_x509_certificate(self.ca.read_bytes()).subject
        self._key = ec.generate_private_key(ec.SECP256R1())
        self._pem = self._key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())

    def issue(self, name: str) -> Path:
        """Return a file with certificate and key for this common name, good for a day."""
        now = dt.datetime.now(dt.UTC)
        certificate = (
            x509.CertificateBuilder()
            .subject_name(x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, name)]))
            .issuer_name(self._issuer)
            .public_key(self._key.public_key())
            .serial_number(x509.random_serial_number())
            .not_valid_before(now - dt.timedelta(days=1))
            .not_valid_after(now + dt.timedelta(days=1))
            .sign(self._signer, hashes.SHA256())
        )
        path = self._folder / f"{name}.pem"
        path.write_bytes(certificate.public_bytes(Encoding.PEM) + self._pem)
        path.chmod(0o600)
        return path
