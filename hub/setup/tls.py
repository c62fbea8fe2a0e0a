"""The TLS certificates of the appliance's private network: one authority, server, broker, monitor, kiosks and clerks.

Not responsible for roles, which are read from the common names. Keys: EC P-256.
"""

import ipaddress
import shutil
from collections.abc import Callable
from datetime import datetime, timedelta
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID

from hub.files import key_pem, load_key, write_new
from hub.kiosk_id import KIOSK_ID

AUTHORITY_VALIDITY = timedelta(days=3650)
VALIDITY = timedelta(days=825)


class TlsAuthority:
    """The authority in DIR/pki/tls-ca.pem; made when it is not there."""

    def __init__(self, pki: Path, now: datetime, say: Callable[[str], None]) -> None:
        self._now = now
        self._say = say
        self._path = pki / "tls-ca.pem"
        self._key = _key(pki / "tls-ca.key")
        if not self._path.exists():
            write_new(self._path, self._self_signed().public_bytes(Encoding.PEM))
            say(f"made   {self._path}")
        self._certificate = x509.load_pem_x509_certificate(self._path.read_bytes())

    def server(self, stem: Path) -> None:
        """Make STEM.pem and STEM.key for a server on this machine (`localhost`, 127.0.0.1)."""
        names = [x509.DNSName("localhost"), x509.IPAddress(ipaddress.ip_address("127.0.0.1"))]
        alternative = x509.SubjectAlternativeName(names)
        self._issue(stem, "localhost", ExtendedKeyUsageOID.SERVER_AUTH, alternative)

    def issuing_server(self, stem: Path) -> None:
        """Make STEM.pem and STEM.key for municipalities' issuing server, which the centre knows by this name only."""
        alternative = x509.SubjectAlternativeName([x509.DNSName("issuing-server")])
        self._issue(stem, "issuing-server", ExtendedKeyUsageOID.SERVER_AUTH, alternative)

    def client(self, stem: Path, common_name: str) -> None:
        """Make STEM.pem and STEM.key for a client."""
        self._issue(stem, common_name, ExtendedKeyUsageOID.CLIENT_AUTH, None)

    def kiosk(self, folder: Path, kiosk_id: str, root_public: Path) -> None:
        """Fill a kiosk's folder: its certificate, its clerk's, and what it trusts. Raises ValueError for a bad id."""
        if not KIOSK_ID.fullmatch(kiosk_id):
            raise ValueError(f"`{kiosk_id}` is no kiosk id; use kiosk- and four to six digits, like kiosk-0001")
        self.client(folder / "kiosk", kiosk_id)
        self.client(folder / "clerk", f"{kiosk_id}.clerk")
        for source in (self._path, root_public):
            if not (folder / source.name).exists():
                shutil.copyfile(source, folder / source.name)

    def _issue(
        self,
        stem: Path,
        common_name: str,
        purpose: x509.ObjectIdentifier,
        alternative: x509.SubjectAlternativeName | None,
    ) -> None:
        path = stem.with_name(f"{stem.name}.pem")
        if path.exists():
            self._say(f"exists {path}")
            return
        key = _key(stem.with_name(f"{stem.name}.key"))
        builder = (
            self._builder(common_name, key, VALIDITY)
            .add_extension(x509.BasicConstraints(ca=False, path_length=None), critical=True)
            .add_extension(_usage(authority=False), critical=True)
            .add_extension(x509.ExtendedKeyUsage([purpose]), critical=False)
        )
        if alternative is not None:
            builder = builder.add_extension(alternative, critical=False)
        certificate = builder.sign(self._key, hashes.SHA256())
        write_new(path, certificate.public_bytes(Encoding.PEM))
        self._say(f"made   {path}")

    def _self_signed(self) -> x509.Certificate:
        return (
            self._builder("TEST kiosk network authority", self._key, AUTHORITY_VALIDITY)
            .add_extension(x509.BasicConstraints(ca=True, path_length=0), critical=True)
            .add_extension(_usage(authority=True), critical=True)
            .sign(self._key, hashes.SHA256())
        )

    def _builder(
        self, common_name: str, key: ec.EllipticCurvePrivateKey, validity: timedelta
    ) -> x509.CertificateBuilder:
        issuer_key = self._key.public_key()
        return (
            x509.CertificateBuilder()
            .subject_name(_name(common_name))
            .issuer_name(_name("TEST kiosk network authority"))
            .public_key(key.public_key())
            .serial_number(x509.random_serial_number())
            .not_valid_before(self._now - timedelta(days=1))
            .not_valid_after(self._now + validity)
            .add_extension(x509.SubjectKeyIdentifier.from_public_key(key.public_key()), critical=False)
            .add_extension(x509.AuthorityKeyIdentifier.from_issuer_public_key(issuer_key), critical=False)
        )


def _key(path: Path) -> ec.EllipticCurvePrivateKey:
    if not path.exists():
        write_new(path, key_pem(ec.generate_private_key(ec.SECP256R1())), secret=True)
    return load_key(path, ec.EllipticCurvePrivateKey)


def _name(common_name: str) -> x509.Name:
    return x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, common_name)])


def _usage(*, authority: bool) -> x509.KeyUsage:
    return x509.KeyUsage(
        digital_signature=not authority,
        content_commitment=False,
        key_encipherment=False,
        data_encipherment=False,
        key_agreement=False,
        key_cert_sign=authority,
        crl_sign=authority,
        encipher_only=False,
        decipher_only=False,
    )
