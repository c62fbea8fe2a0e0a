"""The clerk's secrets for one person: a nonce, a signing key pair (Ed25519) and an encryption key pair (X25519).

Not responsible for what is signed or opened. They live in memory only; `drop` lets go of them, and OpenSSL overwrites a
private key when it frees it. Source: `docs/reference/hub-protocol.md`, "What the card signs", "The sealed document".
"""

from __future__ import annotations

import hashlib
import secrets

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey
from cryptography.hazmat.primitives.hpke import AEAD, KDF, KEM, Suite

from firmware.app.clerk import cose

_CARD_LABEL = "kiosk-card-auth-v1"
DOCUMENT, ANSWER = "kiosk-document-v1:", "kiosk-answer-v2:"  # what the sealed bytes were sealed as
_SUITE = Suite(KEM.X25519, KDF.HKDF_SHA256, AEAD.AES_256_GCM)


class SessionOver(Exception):
    """The keys are gone: no order can be signed and no late answer opened."""


class NotForThisSession(Exception):
    """The sealed bytes do not open with this session's key and transaction."""


class SessionKeys:
    """Made new for each person. `signing_key`, `encryption_key` are raw public keys; `clerk_nonce` has 32 bytes."""

    def __init__(self) -> None:
        signing, encryption = Ed25519PrivateKey.generate(), X25519PrivateKey.generate()
        self.clerk_nonce = secrets.token_bytes(32)
        self.signing_key = signing.public_key().public_bytes_raw()
        self.encryption_key = encryption.public_key().public_bytes_raw()
        self.kid = hashlib.sha256(self.signing_key).digest()[:8]
        self.key_hash = hashlib.sha256(self.signing_key + self.encryption_key).digest()
        self._private: tuple[Ed25519PrivateKey, X25519PrivateKey] | None = (signing, encryption)

    def card_message(self, centre_nonce: bytes, transaction_id: str, kiosk_id: str) -> bytes:
        """Return the bytes whose SHA-256 the card signs."""
        keys = (self.signing_key, self.encryption_key)
        return cose.encoded([_CARD_LABEL, centre_nonce, self.clerk_nonce, transaction_id, kiosk_id, *keys])

    def sign(self, payload: bytes) -> bytes:
        """Return the COSE_Sign1 over `payload`."""
        return cose.sign1(payload, self._keys()[0], self.kid)

    def open(self, sealed: bytes, transaction_id: str, label: str = DOCUMENT) -> bytes:
        """Return the plaintext of `enc ‖ ciphertext`; `NotForThisSession` when it was sealed for anything else."""
        try:
            return _SUITE.decrypt(sealed, self._keys()[1], info=(label + transaction_id).encode("ascii"))
        except (InvalidTag, ValueError) as error:
            raise NotForThisSession from error

    def drop(self) -> None:
        """Let go of the private keys."""
        self._private = None

    def _keys(self) -> tuple[Ed25519PrivateKey, X25519PrivateKey]:
        if self._private is None:
            raise SessionOver
        return self._private
