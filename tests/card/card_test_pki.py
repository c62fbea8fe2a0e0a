"""A throw-away PKI in the shape of JPKI and citizens' card folders, for these tests only.

Not responsible for: anything the hub makes; it has its own. Layout of a folder: docs/reference/hub-protocol.md.
"""

import datetime as dt
import json
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import rsa
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat
from cryptography.x509.oid import NameOID

AUTH_PIN = "1234"
SIGN_PIN = "TEST1234"


def make_key() -> rsa.RSAPrivateKey:
    return rsa.generate_private_key(65537, 2048)


def make_citizen(folder: Path, name: str) -> None:
    """Write one citizen's card folder: both certificates, their CAs (also as PEM), keys and PINs."""
    folder.mkdir(parents=True)
    card = {"name": name, "label": f"{name} (TEST)", "auth_pin": AUTH_PIN, "sign_pin": SIGN_PIN}
    (folder / "card.json").write_text(json.dumps(card), encoding="utf-8")
    for kind in ("auth", "sign"):
        ca_key, key = make_key(), make_key()
        ca_name = _name(f"TEST JPKI {kind}")
        ca = _certificate(ca_name, ca_name, ca_key, ca_key, is_ca=True)
        own = _certificate(_name(f"TEST {name} {kind}"), ca_name, key, ca_key, is_ca=False)
        (folder / f"{kind}_ca.der").write_bytes(ca.public_bytes(Encoding.DER))
        (folder / f"{kind}_ca.pem").write_bytes(ca.public_bytes(Encoding.PEM))
        (folder / f"{kind}_cert.der").write_bytes(own.public_bytes(Encoding.DER))
        (folder / f"{kind}_key.pem").write_bytes(
            key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()),
        )


def _name(text: str) -> x509.Name:
    return x509.Name([
        x509.NameAttribute(NameOID.COUNTRY_NAME, "JP"),
        x509.NameAttribute(NameOID.ORGANIZATION_NAME, "TEST JPKI"),
        x509.NameAttribute(NameOID.COMMON_NAME, text),
    ])  # fmt: skip


def _certificate(
    subject: x509.Name, issuer: x509.Name, key: rsa.RSAPrivateKey, ca_key: rsa.RSAPrivateKey, *, is_ca: bool,
) -> x509.Certificate:  # fmt: skip
    now = dt.datetime.now(dt.UTC)
    return (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(issuer)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - dt.timedelta(days=1))
        .not_valid_after(now + dt.timedelta(days=1800))
        .add_extension(x509.BasicConstraints(ca=is_ca, path_length=None), critical=True)
        .add_extension(x509.SubjectKeyIdentifier.from_public_key(key.public_key()), critical=False)
        .add_extension(x509.AuthorityKeyIdentifier.from_issuer_public_key(ca_key.public_key()), critical=False)
        .sign(ca_key, hashes.SHA256())
    )
