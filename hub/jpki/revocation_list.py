"""The certificate revocation list (RFC 5280) of one authority, made anew at each request.

The second source beside OCSP; the centre does not use it to let anybody through.
"""

from datetime import timedelta

from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.serialization import Encoding

from hub.clock import Clock
from hub.jpki.authority import Authority
from hub.jpki.register import Register

VALIDITY = timedelta(days=1)


def make_revocation_list(authority: Authority, register: Register, clock: Clock) -> bytes:
    """Return the signed list, DER; its number is the time in seconds, so it grows."""
    now = clock().replace(microsecond=0)
    builder = (
        x509.CertificateRevocationListBuilder()
        .issuer_name(authority.certificate.subject)
        .last_update(now)
        .next_update(now + VALIDITY)
        .add_extension(x509.CRLNumber(int(now.timestamp())), critical=False)
        .add_extension(x509.AuthorityKeyIdentifier.from_issuer_public_key(authority.key.public_key()), critical=False)
    )
    for entry in register.revoked(authority.kind):
        if entry.revoked_at is not None:
            revoked = x509.RevokedCertificateBuilder().serial_number(entry.serial).revocation_date(entry.revoked_at)
            builder = builder.add_revoked_certificate(revoked.build())
    return builder.sign(authority.key, hashes.SHA256()).public_bytes(Encoding.DER)
