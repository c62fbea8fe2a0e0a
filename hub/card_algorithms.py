"""How cards sign: the table of algorithms, one entry for each generation of cards and phones, used by whoever checks.

A certificate's key settles which one it is; a name beside it must be that one. Not responsible for what is signed nor
for the certificate (`hub/centre/card.py`, `hub/municipality/orders/chain.py`). Source:
`docs/reference/hub-protocol.md`, "What the card signs".
"""

from collections.abc import Callable, Mapping
from types import MappingProxyType

from cryptography import x509
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.asymmetric.padding import PKCS1v15
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPublicKey
from cryptography.hazmat.primitives.asymmetric.types import CertificatePublicKeyTypes
from cryptography.hazmat.primitives.asymmetric.utils import encode_dss_signature

_RSA_BITS = 2048
_EXPONENT = 65_537
Verify = Callable[[CertificatePublicKeyTypes, bytes, bytes], bool]


def _rsa2048_sha256(key: CertificatePublicKeyTypes, content: bytes, signature: bytes) -> bool:
    if not isinstance(key, RSAPublicKey) or key.key_size != _RSA_BITS or key.public_numbers().e != _EXPONENT:
        return False
    try:
        key.verify(signature, content, PKCS1v15(), hashes.SHA256())
    except InvalidSignature:
        return False
    return True


def _ecdsa(curve: type[ec.EllipticCurve], digest: hashes.HashAlgorithm) -> Verify:
    """Make a check of r and s, each as long as the curve's numbers, one after the other."""
    number_bytes = curve().key_size // 8

    def verify(key: CertificatePublicKeyTypes, content: bytes, signature: bytes) -> bool:
        if not isinstance(key, ec.EllipticCurvePublicKey) or not isinstance(key.curve, curve):
            return False
        if len(signature) != 2 * number_bytes:
            return False
        r, s = (int.from_bytes(each) for each in (signature[:number_bytes], signature[number_bytes:]))
        try:
            key.verify(encode_dss_signature(r, s), content, ec.ECDSA(digest))
        except InvalidSignature:
            return False
        return True

    return verify


# The next generation of cards is a new entry here and a new APDU profile in the kiosk. Phones have keys of P-256.
ALGORITHMS: Mapping[str, Verify] = MappingProxyType(
    {
        "rsa2048-sha256": _rsa2048_sha256,
        "ecdsa-p256-sha256": _ecdsa(ec.SECP256R1, hashes.SHA256()),
        "ecdsa-p384-sha384": _ecdsa(ec.SECP384R1, hashes.SHA384()),
    }
)


def is_signed(certificate: x509.Certificate, content: bytes, signature: bytes) -> bool:
    """Tell whether the certificate's key signed the content, in the one way that its kind of key signs."""
    key = certificate.public_key()
    return any(verify(key, content, signature) for verify in ALGORITHMS.values())
