"""Certificates for keys that a kiosk made itself: from a request (CSR), by the network's authority in DIR/pki.

Only the key is taken from a request; name, use and time are the hub's. Not responsible for who may ask (`tokens.py`).
"""

from datetime import timedelta
from pathlib import Path

from cryptography import x509
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID

from hub.clock import Clock
from hub.files import load_key

VALIDITY = timedelta(days=397)


class BadRequest(ValueError):
    """The request cannot be signed; the text says why."""


class Authority:
    """The authority of the appliance's network, which `python -m hub init` made."""

    def __init__(self, pki: Path, clock: Clock) -> None:
        self._key = load_key(pki / "tls-ca.key", ec.EllipticCurvePrivateKey)
        self._clock = clock
        self.certificate = x509.load_pem_x509_certificate((pki / "tls-ca.pem").read_bytes())
        self.root_key = (pki / "root.pub.pem").read_text(encoding="ascii")

    @property
    def pem(self) -> str:
        """The authority's own certificate."""
        return self.certificate.public_bytes(Encoding.PEM).decode()

    @property
    def fingerprint(self) -> str:
        """SHA-256 of it, in hex."""
        return self.certificate.fingerprint(hashes.SHA256()).hex()

    def client(self, request_pem: str, common_name: str) -> str:
        """Return a client certificate in PEM for the key of the request; `BadRequest`."""
        return self._certificate(_key_of(request_pem), common_name)

    def again(self, certificate_pem: str) -> str:
        """Return a certificate in PEM as this one, which TLS has checked: same name, same key, a new time."""
        present = x509.load_pem_x509_certificate(certificate_pem.encode())
        key = present.public_key()
        names = present.subject.get_attributes_for_oid(NameOID.COMMON_NAME)
        if not isinstance(key, ec.EllipticCurvePublicKey) or len(names) != 1:
            raise BadRequest("only a kiosk's own certificate can be renewed")
        return self._certificate(key, str(names[0].value))

    def _certificate(self, key: ec.EllipticCurvePublicKey, common_name: str) -> str:
        now = self._clock()
        certificate = (
            x509.CertificateBuilder()
            .subject_name(x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, common_name)]))
            .issuer_name(self.certificate.subject)
            .public_key(key)
            .serial_number(x509.random_serial_number())
            .not_valid_before(now - timedelta(hours=1))
            .not_valid_after(min(now + VALIDITY, self.certificate.not_valid_after_utc))
            .add_extension(x509.SubjectKeyIdentifier.from_public_key(key), critical=False)
            .add_extension(x509.AuthorityKeyIdentifier.from_issuer_public_key(self._key.public_key()), critical=False)
            .add_extension(x509.BasicConstraints(ca=False, path_length=None), critical=True)
            .add_extension(_SIGNS_ONLY, critical=True)
            .add_extension(x509.ExtendedKeyUsage([ExtendedKeyUsageOID.CLIENT_AUTH]), critical=False)
            .sign(self._key, hashes.SHA256())
        )
        return certificate.public_bytes(Encoding.PEM).decode()


_SIGNS_ONLY = x509.KeyUsage(
    digital_signature=True,
    content_commitment=False,
    key_encipherment=False,
    data_encipherment=False,
    key_agreement=False,
    key_cert_sign=False,
    crl_sign=False,
    encipher_only=False,
    decipher_only=False,
)


def _key_of(request_pem: str) -> ec.EllipticCurvePublicKey:
    try:
        request = x509.load_pem_x509_csr(request_pem.encode())
        sound = request.is_signature_valid
    except (ValueError, InvalidSignature) as error:
        raise BadRequest("this is no certificate request in PEM") from error
    key = request.public_key()
    if not sound:
        raise BadRequest("the request is not signed by its own key")
    if not isinstance(key, ec.EllipticCurvePublicKey) or not isinstance(key.curve, ec.SECP256R1):
        raise BadRequest("the key must be EC P-256")
    return key
