"""The two identities of a kiosk, as files: keys that are made here and never leave, requests for them, certificates.

Files of a folder: `kiosk.key clerk.key` (mode 0600), `kiosk.pem clerk.pem tls-ca.pem root.pub.pem` (0644). A key that
is there is kept, so that a second try asks for the same. Not responsible for asking (`enrolment.py`).
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import (
    Encoding,
    NoEncryption,
    PrivateFormat,
    PublicFormat,
    load_pem_private_key,
)
from cryptography.x509.oid import NameOID

from firmware.app.whole_file import write

if TYPE_CHECKING:
    from pathlib import Path

SECRET, PUBLIC = 0o600, 0o644


class IdentityError(Exception):
    """Keys or certificates cannot be used; the text says which and why."""


def request_for(key_file: Path, common_name: str) -> str:
    """Return a certificate request in PEM for the key in this file, which is made if it is not there."""
    if not key_file.exists():
        key = ec.generate_private_key(ec.SECP256R1())
        write(key_file, key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()), SECRET)
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, common_name)])
    request = x509.CertificateSigningRequestBuilder().subject_name(name).sign(_load(key_file), hashes.SHA256())
    return request.public_bytes(Encoding.PEM).decode()


def check(certificate_pem: str, key_file: Path, common_name: str, authority: x509.Certificate) -> None:
    """Raise `IdentityError` unless this certificate is for this key and name, by this authority."""
    try:
        certificate = x509.load_pem_x509_certificate(certificate_pem.encode())
        certificate.verify_directly_issued_by(authority)
    except Exception as error:
        raise IdentityError(f"the certificate for {common_name} is not the authority's: {error}") from error
    names = [each.value for each in certificate.subject.get_attributes_for_oid(NameOID.COMMON_NAME)]
    if names != [common_name]:
        raise IdentityError(f"the hub gave a certificate for {names}, not for {common_name}")
    raw = Encoding.DER, PublicFormat.SubjectPublicKeyInfo
    if certificate.public_key().public_bytes(*raw) != _load(key_file).public_key().public_bytes(*raw):
        raise IdentityError(f"the certificate for {common_name} is for another key than {key_file}")


def _load(key_file: Path) -> ec.EllipticCurvePrivateKey:
    try:
        key = load_pem_private_key(key_file.read_bytes(), None)
    except (OSError, ValueError, TypeError) as error:
        raise IdentityError(f"{key_file}: cannot be used: {error}. Remove it, and a new one is made.") from error
    if not isinstance(key, ec.EllipticCurvePrivateKey):
        raise IdentityError(f"{key_file}: is no EC key. Remove it, and a new one is made.")
    return key
