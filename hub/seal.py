"""Sealing a document to one session's key: HPKE (RFC 9180), single shot, DHKEM(X25519), HKDF-SHA256, AES-256-GCM.

Not responsible for what is sealed. Rule: `docs/reference/hub-protocol.md`, "The sealed document", "Queries".
Bytes are `enc ‖ ciphertext`.
"""

from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey, X25519PublicKey
from cryptography.hazmat.primitives.hpke import AEAD, KDF, KEM, Suite

_SUITE = Suite(KEM.X25519, KDF.HKDF_SHA256, AEAD.AES_256_GCM)
DOCUMENT = b"kiosk-document-v1:"
ANSWER = b"kiosk-answer-v2:"


def info_of(transaction_id: str, label: bytes = DOCUMENT) -> bytes:
    """HPKE `info`: the label and the transaction's id, so that an answer fits one transaction only."""
    return label + transaction_id.encode("ascii")


def seal(plaintext: bytes, encryption_key: bytes, transaction_id: str, label: bytes = DOCUMENT) -> bytes:
    """Encrypt to a raw X25519 public key (32 bytes); raises ValueError for an unusable key."""
    return _SUITE.encrypt(
        plaintext, X25519PublicKey.from_public_bytes(encryption_key), info=info_of(transaction_id, label)
    )


def unseal(sealed: bytes, key: X25519PrivateKey, transaction_id: str, label: bytes = DOCUMENT) -> bytes:
    """Decrypt; raises cryptography's InvalidTag when anything was changed or is meant for another session."""
    return _SUITE.decrypt(sealed, key, info=info_of(transaction_id, label))
