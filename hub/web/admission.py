"""Lets nobody in whose certificate is revoked: looks into the signed list at each request, kept connections too.

TLS alone would look only when a connection begins, and a kiosk keeps its own for days. The answer is a problem, so
that the kiosk can say plainly why it is out of service. Not responsible for the list (`hub/enrolment/revocation.py`).
"""

from pathlib import Path
from typing import cast

from cryptography import x509
from starlette.types import ASGIApp, Receive, Scope, Send

from hub import log
from hub.web.problem import Problem, answer

LIST = "tls-ca.crl.pem"


class RevokedCertificates:
    """The serial numbers in PKI/tls-ca.crl.pem, read again when the file was replaced; none while there is no file.

    ValueError when a list that is there at the start is not this authority's.
    """

    def __init__(self, pki: Path) -> None:
        self._place = pki / LIST
        self._key = x509.load_pem_x509_certificate((pki / "tls-ca.pem").read_bytes()).public_key()
        self._version: tuple[int, int] | None = None
        self._serials: frozenset[int] = frozenset()
        self._read(self._seen())

    def __contains__(self, serial: int) -> bool:
        """Tell whether the certificate with this serial number is revoked."""
        version = self._seen()
        if version != self._version:
            try:
                self._read(version)
            except (OSError, ValueError) as error:  # what was known before stays true
                self._version = version
                log.fault("revocation_list_unusable", error)
        return serial in self._serials

    def _seen(self) -> tuple[int, int] | None:
        try:
            found = self._place.stat()
        except FileNotFoundError:
            return None
        return found.st_ino, found.st_mtime_ns

    def _read(self, version: tuple[int, int] | None) -> None:
        if version is not None:
            try:
                revoked = x509.load_pem_x509_crl(self._place.read_bytes())
                signed = revoked.is_signature_valid(self._key)  # pyright: ignore[reportArgumentType] - EC, made so
            except (ValueError, TypeError) as error:
                raise ValueError(
                    f"{self._place}: is no revocation list: {error}; make it again: hub.enrolment"
                ) from error
            if not signed:
                raise ValueError(f"{self._place}: was not signed by tls-ca.pem beside it; make it again: hub.enrolment")
            self._serials = frozenset(each.serial_number for each in revoked)
        self._version = version


class Admission:
    """Stands before an application that is served over mutual TLS."""

    def __init__(self, app: ASGIApp, revoked: RevokedCertificates) -> None:
        self._app = app
        self._revoked = revoked

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass a request on, or answer that the certificate is revoked."""
        tls = scope.get("extensions", {}).get("tls", {})
        serial = cast("int | None", tls.get("client_cert_serial"))
        if serial is not None and serial in self._revoked:
            problem = Problem("certificate-revoked", "the operator of the hub has revoked this certificate")
            await answer(problem)(scope, receive, send)
            return
        await self._app(scope, receive, send)
