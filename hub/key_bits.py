"""The bits of a public key as certificates carry and hash them, and checking what an authority signed with it.

Not responsible for who holds the key. Source: RFC 5280 §4.1.2.7, RFC 3279 §2.3, RFC 5480 §2.2.
"""

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric.ec import ECDSA, EllipticCurvePrivateKey, EllipticCurvePublicKey
from cryptography.hazmat.primitives.asymmetric.padding import PKCS1v15
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey, RSAPublicKey
from cryptography.hazmat.primitives.asymmetric.types import CertificatePublicKeyTypes
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

AuthorityKey = RSAPrivateKey | EllipticCurvePrivateKey
HolderKey = RSAPublicKey | EllipticCurvePublicKey


def key_bits(key: CertificatePublicKeyTypes) -> bytes:
    """Return what the subjectPublicKey holds; raises TypeError for a key that is neither RSA nor on a curve."""
    if isinstance(key, RSAPublicKey):
        return key.public_bytes(Encoding.DER, PublicFormat.PKCS1)
    if isinstance(key, EllipticCurvePublicKey):
        return key.public_bytes(Encoding.X962, PublicFormat.UncompressedPoint)
    raise TypeError("keys of this JPKI are RSA or on a curve")


def check_signed(
    key: CertificatePublicKeyTypes, signature: bytes, content: bytes, digest: hashes.HashAlgorithm
) -> None:
    """Check an authority's or a responder's signature; raises InvalidSignature, also for another kind of key."""
    if isinstance(key, RSAPublicKey):
        key.verify(signature, content, PKCS1v15(), digest)
    elif isinstance(key, EllipticCurvePublicKey):
        key.verify(signature, content, ECDSA(digest))
    else:
        raise InvalidSignature
