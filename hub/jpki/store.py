"""Where the JPKI centre's keys and certificates lie in a data directory (DIR/pki/jpki), and reading them.

Not responsible for making them (`hub/setup/cards.py`).
"""

from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey

from hub.files import load_key
from hub.jpki.authority import KINDS, Authority
from hub.jpki.responder import Delegation

RESPONDER_STEMS = {"auth": "ocsp", "sign": "ocsp-sign"}


def folder(data: Path) -> Path:
    """Return DIR/pki/jpki."""
    return data / "pki" / "jpki"


def load_authorities(data: Path) -> list[Authority]:
    """Read both authorities with their private keys."""
    jpki = folder(data)
    return [
        Authority(kind, _certificate(jpki / f"{kind}-ca.pem"), load_key(jpki / f"{kind}-ca.key", RSAPrivateKey))
        for kind in KINDS
    ]


def load_delegations(data: Path) -> list[Delegation]:
    """Read the responders' keys and certificates; needs no authority's private key."""
    jpki = folder(data)
    return [
        Delegation(
            kind,
            _certificate(jpki / f"{kind}-ca.pem"),
            _certificate(jpki / f"{stem}.pem"),
            load_key(jpki / f"{stem}.key", RSAPrivateKey),
        )
        for kind, stem in RESPONDER_STEMS.items()
    ]


def load_authority_certificate(data: Path, kind: str) -> x509.Certificate:
    """Read one authority's certificate, which is what others trust."""
    return _certificate(folder(data) / f"{kind}-ca.pem")


def _certificate(path: Path) -> x509.Certificate:
    return x509.load_pem_x509_certificate(path.read_bytes())
