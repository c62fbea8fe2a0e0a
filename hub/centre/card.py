"""The card's proof: what it signs, and the certificate's chain and validity.

Not responsible for algorithms (`hub/card_algorithms.py`) nor for revocation (`card_status.py`).
Source: `docs/reference/hub-protocol.md`, "What the card signs".
"""

from datetime import datetime

from cryptography import x509
from cryptography.exceptions import InvalidSignature
from cryptography.x509.oid import ExtendedKeyUsageOID

from hub.card_algorithms import ALGORITHMS
from hub.cose import canonical
from hub.web.problem import Problem

_LABEL = "kiosk-card-auth-v1"


def signed_content(
    *,
    centre_nonce: bytes,
    clerk_nonce: bytes,
    transaction_id: str,
    kiosk_id: str,
    signing_key: bytes,
    encryption_key: bytes,
) -> bytes:
    """Build the CBOR array whose SHA-256 the card signs."""
    return canonical([_LABEL, centre_nonce, clerk_nonce, transaction_id, kiosk_id, signing_key, encryption_key])


def read_certificate(der: bytes) -> x509.Certificate:
    """Parse a card's certificate, all of it; raises Problem `bad-request`."""
    try:
        certificate = x509.load_der_x509_certificate(der)
        _ = certificate.subject, certificate.extensions, certificate.public_key()
    except Exception as error:  # the parser of foreign bytes has many kinds of errors
        raise Problem("bad-request", "certificate: not a certificate in DER") from error
    return certificate


def check_chain(certificate: x509.Certificate, authority: x509.Certificate) -> None:
    """Check that the authority issued it for user authentication; raises Problem `card-chain`."""
    try:
        certificate.verify_directly_issued_by(authority)
        usage = certificate.extensions.get_extension_for_class(x509.KeyUsage).value
        extended = certificate.extensions.get_extension_for_class(x509.ExtendedKeyUsage).value
        basic = certificate.extensions.get_extension_for_class(x509.BasicConstraints).value
    except (ValueError, TypeError, InvalidSignature, x509.ExtensionNotFound) as error:
        raise Problem("card-chain", "the trusted authority did not issue this certificate") from error
    if basic.ca or not usage.digital_signature or ExtendedKeyUsageOID.CLIENT_AUTH not in extended:
        raise Problem("card-chain", "the certificate is not meant for user authentication")


def check_validity(certificate: x509.Certificate, now: datetime) -> None:
    """Check the dates; raises Problem `card-expired`."""
    if not certificate.not_valid_before_utc <= now <= certificate.not_valid_after_utc:
        raise Problem("card-expired", "the certificate has expired or is not valid yet")


def check_signature(algorithm: str, certificate: x509.Certificate, content: bytes, signature: bytes) -> None:
    """Check the card's signature; raises Problem `bad-request` (algorithm) or `bad-signature`."""
    verify = ALGORITHMS.get(algorithm)
    if verify is None:
        raise Problem("bad-request", f"algorithm: known are {', '.join(ALGORITHMS)}")
    if not verify(certificate.public_key(), content, signature):
        raise Problem("bad-signature", "the card's signature does not fit nonces, keys, transaction and kiosk")
