"""Asking the JPKI centre whether a card is good now: OCSP over HTTP with a nonce. Refuses to guess.

No answer, or one that is unsigned, stale, for another certificate or from a responder without delegation, is
`card-status-unknown`. Not responsible for the certificate's chain and dates (`card.py`). Source: RFC 6960 §3.2.
"""

import hmac
import secrets
from datetime import datetime, timedelta
from http import HTTPStatus

import httpx
from cryptography import x509
from cryptography.exceptions import InvalidSignature, UnsupportedAlgorithm
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.serialization import Encoding
from cryptography.x509 import ocsp
from cryptography.x509.oid import ExtendedKeyUsageOID

from hub.clock import Clock
from hub.key_bits import check_signed, key_bits
from hub.web.problem import Problem

NONCE_BYTES = 32
SKEW = timedelta(seconds=60)
AGE_MAX = timedelta(minutes=10)
ANSWER_MAX_BYTES = 32_768
KEPT_S = 60  # an idle connection, for the next person; below the JPKI centre's own limit


class _Untrusted(Exception):
    """The answer proves nothing."""


class CardStatus:
    """The centre's OCSP client for one authority."""

    def __init__(self, url: str, authority: x509.Certificate, clock: Clock, timeout_s: float) -> None:
        self._url = url
        self._authority = authority
        self._clock = clock
        kept = httpx.Limits(keepalive_expiry=KEPT_S)
        self._http = httpx.AsyncClient(timeout=timeout_s, trust_env=False, follow_redirects=False, limits=kept)

    async def require_good(self, certificate: x509.Certificate) -> None:
        """Return if the certificate is good now; raises Problem `card-revoked` or `card-status-unknown`."""
        nonce = secrets.token_bytes(NONCE_BYTES)
        request = (
            ocsp.OCSPRequestBuilder()
            .add_certificate(certificate, self._authority, hashes.SHA256())
            .add_extension(x509.OCSPNonce(nonce), critical=False)
            .build()
        )
        try:
            response = ocsp.load_der_ocsp_response(await self._post(request.public_bytes(Encoding.DER)))
            status = self._checked(response, request, nonce)
        except _Untrusted as error:
            raise _unknown(str(error)) from error
        except (ValueError, TypeError, UnsupportedAlgorithm, InvalidSignature, x509.ExtensionNotFound) as error:
            raise _unknown("its answer is not a signed OCSP response") from error
        if status is ocsp.OCSPCertStatus.REVOKED:
            raise Problem("card-revoked", "the JPKI centre says the certificate is revoked")
        if status is not ocsp.OCSPCertStatus.GOOD:
            raise _unknown("it does not know the certificate")

    async def close(self) -> None:
        """Close the connections."""
        await self._http.aclose()

    async def _post(self, body: bytes) -> bytes:
        headers = {"Content-Type": "application/ocsp-request", "Accept": "application/ocsp-response"}
        try:
            answer = await self._http.post(self._url, content=body, headers=headers)
        except httpx.HTTPError as error:
            raise _Untrusted("no answer") from error
        if answer.status_code != HTTPStatus.OK or len(answer.content) > ANSWER_MAX_BYTES:
            raise _Untrusted("its answer is not a response")
        if answer.headers.get("content-type", "") != "application/ocsp-response":
            raise _Untrusted("its answer has another media type")
        return answer.content

    def _checked(self, response: ocsp.OCSPResponse, request: ocsp.OCSPRequest, nonce: bytes) -> ocsp.OCSPCertStatus:
        if response.response_status is not ocsp.OCSPResponseStatus.SUCCESSFUL:
            raise _Untrusted("it refused the question")
        now = self._clock()
        self._check_signer(response, now)
        echoed = response.extensions.get_extension_for_class(x509.OCSPNonce).value.nonce
        if not hmac.compare_digest(echoed, nonce):
            raise _Untrusted("its answer is for another question")
        asked = (request.issuer_name_hash, request.issuer_key_hash, request.serial_number, request.hash_algorithm.name)
        told = (response.issuer_name_hash, response.issuer_key_hash, response.serial_number)
        if asked != (*told, response.hash_algorithm.name):
            raise _Untrusted("its answer is about another certificate")
        until = response.next_update_utc
        if not now - AGE_MAX <= response.this_update_utc <= now + SKEW or until is None or until < now:
            raise _Untrusted("its answer is not from now")
        return response.certificate_status

    def _check_signer(self, response: ocsp.OCSPResponse, now: datetime) -> None:
        signer = next((each for each in response.certificates if _named(each, response)), None)
        if signer is None:
            raise _Untrusted("its answer does not say who signed")
        signer.verify_directly_issued_by(self._authority)
        purposes = signer.extensions.get_extension_for_class(x509.ExtendedKeyUsage).value
        if ExtendedKeyUsageOID.OCSP_SIGNING not in purposes:
            raise _Untrusted("the signer has no delegation")
        if not signer.not_valid_before_utc <= now <= signer.not_valid_after_utc:
            raise _Untrusted("the signer's certificate is not valid now")
        digest = response.signature_hash_algorithm
        if not isinstance(digest, (hashes.SHA256, hashes.SHA384)):
            raise _Untrusted("the signature is of an unknown kind")
        check_signed(signer.public_key(), response.signature, response.tbs_response_bytes, digest)


def _named(certificate: x509.Certificate, response: ocsp.OCSPResponse) -> bool:
    if response.responder_name is not None:
        return response.responder_name == certificate.subject
    digest = hashes.Hash(hashes.SHA1())  # noqa: S303 - RFC 6960 names a responder by SHA-1 of its key
    digest.update(key_bits(certificate.public_key()))
    return response.responder_key_hash == digest.finalize()


def _unknown(reason: str) -> Problem:
    return Problem("card-status-unknown", f"the JPKI centre cannot be relied on now: {reason}")
