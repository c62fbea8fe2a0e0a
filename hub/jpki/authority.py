"""Certificates of the test JPKI: authorities, cards, delegated OCSP responders.

Not responsible for who holds a card (the municipality knows) nor for what is revoked (`register.py`).
Shape: RSA-2048 (later cards and phones: P-256 or P-384), SHA-256; an authentication certificate carries a number, a
key and an expiry, and no name.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta

from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.x509.oid import AuthorityInformationAccessOID, ExtendedKeyUsageOID, NameOID

from hub.key_bits import AuthorityKey, HolderKey

KINDS = ("auth", "sign")
CARD_VALIDITY = timedelta(days=1825)
AUTHORITY_VALIDITY = timedelta(days=3650)
_UNITS = {"auth": "TEST JPKI for user authentication", "sign": "TEST JPKI for digital signature"}


@dataclass(frozen=True, slots=True)
class Authority:
    """A certification authority of the kind `auth` or `sign`."""

    kind: str
    certificate: x509.Certificate
    key: AuthorityKey


def make_authority(kind: str, key: AuthorityKey, now: datetime) -> Authority:
    """Make a self-signed authority, valid for ten years."""
    name = _name(_UNITS[kind])
    certificate = (
        _builder(
            subject=name,
            issuer=name,
            key=key.public_key(),
            not_before=now - timedelta(days=1),
            not_after=now + AUTHORITY_VALIDITY,
        )
        .add_extension(x509.BasicConstraints(ca=True, path_length=0), critical=True)
        .add_extension(_usage(sign_certificates=True), critical=True)
        .add_extension(x509.SubjectKeyIdentifier.from_public_key(key.public_key()), critical=False)
        .sign(key, hashes.SHA256())
    )
    return Authority(kind, certificate, key)


def issue_card_certificate(
    authority: Authority, public_key: HolderKey, not_before: datetime, not_after: datetime, base_url: str
) -> x509.Certificate:
    """Issue a card's certificate; `base_url` (ends in `/`) is where OCSP and the revocation list are served."""
    serial = x509.random_serial_number()
    subject = x509.Name(
        [
            x509.NameAttribute(NameOID.COUNTRY_NAME, "JP"),
            x509.NameAttribute(NameOID.COMMON_NAME, f"TEST{serial % 10**20:020d}{authority.kind[0].upper()}"),
        ]
    )
    issuer = authority.certificate.subject
    ocsp = x509.AccessDescription(AuthorityInformationAccessOID.OCSP, x509.UniformResourceIdentifier(base_url))
    crl = x509.UniformResourceIdentifier(f"{base_url}crl/{authority.kind}.crl")
    builder = (
        _builder(
            subject=subject,
            issuer=issuer,
            key=public_key,
            not_before=not_before,
            not_after=not_after,
            serial=serial,
        )
        .add_extension(x509.BasicConstraints(ca=False, path_length=None), critical=True)
        .add_extension(_usage(non_repudiation=authority.kind == "sign"), critical=True)
        .add_extension(_issued_by(authority), critical=False)
        .add_extension(x509.SubjectKeyIdentifier.from_public_key(public_key), critical=False)
        .add_extension(x509.AuthorityInformationAccess([ocsp]), critical=False)
        .add_extension(x509.CRLDistributionPoints([x509.DistributionPoint([crl], None, None, None)]), critical=False)
    )
    if authority.kind == "auth":
        builder = builder.add_extension(x509.ExtendedKeyUsage([ExtendedKeyUsageOID.CLIENT_AUTH]), critical=False)
    return builder.sign(authority.key, hashes.SHA256())


def issue_responder(authority: Authority, public_key: HolderKey, now: datetime) -> x509.Certificate:
    """Delegate OCSP answers to a key (RFC 6960 §4.2.2.2), with `id-pkix-ocsp-nocheck`."""
    name = _name(f"{_UNITS[authority.kind]} OCSP")
    return (
        _builder(
            subject=name,
            issuer=authority.certificate.subject,
            key=public_key,
            not_before=now - timedelta(days=1),
            not_after=now + AUTHORITY_VALIDITY,
        )
        .add_extension(x509.BasicConstraints(ca=False, path_length=None), critical=True)
        .add_extension(_usage(), critical=True)
        .add_extension(x509.ExtendedKeyUsage([ExtendedKeyUsageOID.OCSP_SIGNING]), critical=True)
        .add_extension(x509.OCSPNoCheck(), critical=False)
        .add_extension(_issued_by(authority), critical=False)
        .add_extension(x509.SubjectKeyIdentifier.from_public_key(public_key), critical=False)
        .sign(authority.key, hashes.SHA256())
    )


def _name(unit: str) -> x509.Name:
    return x509.Name(
        [
            x509.NameAttribute(NameOID.COUNTRY_NAME, "JP"),
            x509.NameAttribute(NameOID.ORGANIZATION_NAME, "TEST JPKI"),
            x509.NameAttribute(NameOID.ORGANIZATIONAL_UNIT_NAME, unit),
        ]
    )


def _builder(
    *,
    subject: x509.Name,
    issuer: x509.Name,
    key: HolderKey,
    not_before: datetime,
    not_after: datetime,
    serial: int | None = None,
) -> x509.CertificateBuilder:
    return (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(issuer)
        .public_key(key)
        .serial_number(serial or x509.random_serial_number())
        .not_valid_before(not_before)
        .not_valid_after(not_after)
    )


def _usage(*, sign_certificates: bool = False, non_repudiation: bool = False) -> x509.KeyUsage:
    return x509.KeyUsage(
        digital_signature=not sign_certificates,
        content_commitment=non_repudiation,
        key_encipherment=False,
        data_encipherment=False,
        key_agreement=False,
        key_cert_sign=sign_certificates,
        crl_sign=sign_certificates,
        encipher_only=False,
        decipher_only=False,
    )


def _issued_by(authority: Authority) -> x509.AuthorityKeyIdentifier:
    return x509.AuthorityKeyIdentifier.from_issuer_public_key(authority.key.public_key())
