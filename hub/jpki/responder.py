"""The OCSP responder (RFC 6960): reads one request, looks the number up, signs the answer with a delegated key.

Not responsible for HTTP (`app.py`). A number the authority never issued is `unknown`, another authority is
`unauthorized`.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta

from cryptography import x509
from cryptography.exceptions import UnsupportedAlgorithm
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.serialization import Encoding
from cryptography.x509 import ocsp

from hub.clock import Clock
from hub.jpki.register import Register
from hub.key_bits import AuthorityKey, key_bits

VALIDITY = timedelta(minutes=10)
NONCE_MAX_BYTES = 32  # RFC 8954
_HASHES = (hashes.SHA1, hashes.SHA256)  # of the request's CertID; openssl asks with SHA-1


@dataclass(frozen=True, slots=True)
class Delegation:
    """One authority and the key that may answer for it."""

    kind: str
    authority: x509.Certificate
    certificate: x509.Certificate
    key: AuthorityKey


class Responder:
    """Answers DER requests with DER responses, for all delegations it holds."""

    def __init__(self, delegations: list[Delegation], register: Register, clock: Clock) -> None:
        self._delegations = delegations
        self._register = register
        self._clock = clock

    def answer(self, request_der: bytes) -> bytes:
        """Answer one request; never raises for bad input, which gets `malformedRequest`."""
        try:
            request = ocsp.load_der_ocsp_request(request_der)
            nonce = _nonce(request)
            hash_algorithm = request.hash_algorithm
        except (ValueError, NotImplementedError, UnsupportedAlgorithm, x509.DuplicateExtension):
            return _unsuccessful(ocsp.OCSPResponseStatus.MALFORMED_REQUEST)
        if nonce is not None and not 1 <= len(nonce) <= NONCE_MAX_BYTES:
            return _unsuccessful(ocsp.OCSPResponseStatus.MALFORMED_REQUEST)
        if not isinstance(hash_algorithm, _HASHES):
            return _unsuccessful(ocsp.OCSPResponseStatus.UNAUTHORIZED)
        for delegation in self._delegations:
            if _same_issuer(request, delegation.authority):
                return self._signed(request, delegation, nonce)
        return _unsuccessful(ocsp.OCSPResponseStatus.UNAUTHORIZED)

    def _signed(self, request: ocsp.OCSPRequest, delegation: Delegation, nonce: bytes | None) -> bytes:
        now = self._clock().replace(microsecond=0)
        status, revoked_at = self._status(delegation.kind, request.serial_number)
        builder = (
            ocsp.OCSPResponseBuilder()
            .add_response_by_hash(
                issuer_name_hash=request.issuer_name_hash,
                issuer_key_hash=request.issuer_key_hash,
                serial_number=request.serial_number,
                algorithm=request.hash_algorithm,
                cert_status=status,
                this_update=now,
                next_update=now + VALIDITY,
                revocation_time=revoked_at,
                revocation_reason=None,
            )
            .responder_id(ocsp.OCSPResponderEncoding.HASH, delegation.certificate)
            .certificates([delegation.certificate])
        )
        if nonce is not None:
            builder = builder.add_extension(x509.OCSPNonce(nonce), critical=False)
        return builder.sign(delegation.key, hashes.SHA256()).public_bytes(Encoding.DER)

    def _status(self, kind: str, serial: int) -> tuple[ocsp.OCSPCertStatus, datetime | None]:
        entry = self._register.find(kind, serial)
        if entry is None:
            return ocsp.OCSPCertStatus.UNKNOWN, None
        if entry.revoked_at is None:
            return ocsp.OCSPCertStatus.GOOD, None
        return ocsp.OCSPCertStatus.REVOKED, entry.revoked_at


def _nonce(request: ocsp.OCSPRequest) -> bytes | None:
    try:
        return request.extensions.get_extension_for_class(x509.OCSPNonce).value.nonce
    except x509.ExtensionNotFound:
        return None


def _same_issuer(request: ocsp.OCSPRequest, authority: x509.Certificate) -> bool:
    name_hash = _digest(request.hash_algorithm, authority.subject.public_bytes())
    key_hash = _digest(request.hash_algorithm, key_bits(authority.public_key()))
    return (name_hash, key_hash) == (request.issuer_name_hash, request.issuer_key_hash)


def _digest(algorithm: hashes.HashAlgorithm, data: bytes) -> bytes:
    digest = hashes.Hash(algorithm)
    digest.update(data)
    return digest.finalize()


def _unsuccessful(status: ocsp.OCSPResponseStatus) -> bytes:
    return ocsp.OCSPResponseBuilder.build_unsuccessful(status).public_bytes(Encoding.DER)
