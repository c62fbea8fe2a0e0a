"""A private key on the card: PKCS#1 v1.5 type 1 padding and RSA over whatever DigestInfo the terminal sends.

Not responsible for: hashing (the terminal's job) and access rights (`card.py`). Source: RFC 8017 §9.2 step 4 and on.
"""

from dataclasses import dataclass
from typing import Self

from cryptography.hazmat.primitives.asymmetric import rsa
from cryptography.hazmat.primitives.serialization import load_pem_private_key

PADDING_MIN_BYTES = 11


@dataclass(frozen=True)
class CardKey:
    """An RSA key that signs inside the card."""

    numbers: rsa.RSAPrivateNumbers

    @classmethod
    def from_pem(cls, pem: bytes) -> Self:
        """Read an unencrypted PEM; raise `ValueError` or `TypeError` when it is no RSA key."""
        key = load_pem_private_key(pem, None)
        if not isinstance(key, rsa.RSAPrivateKey):
            raise TypeError(f"the simulated card signs with RSA only, the file holds {type(key).__name__}")
        return cls(key.private_numbers())

    @property
    def size_bytes(self) -> int:
        """Bytes of a signature."""
        return (self.numbers.public_numbers.n.bit_length() + 7) // 8

    def fits(self, digest_info: bytes) -> bool:
        """Tell whether padding leaves room for it."""
        return 0 < len(digest_info) <= self.size_bytes - PADDING_MIN_BYTES

    def sign(self, digest_info: bytes) -> bytes:
        """Pad and sign; `digest_info` must fit."""
        filler = b"\xff" * (self.size_bytes - 3 - len(digest_info))
        message = int.from_bytes(b"\x00\x01" + filler + b"\x00" + digest_info, "big")
        key = self.numbers
        by_p = pow(message, key.dmp1, key.p)
        by_q = pow(message, key.dmq1, key.q)
        signature = by_q + ((by_p - by_q) * key.iqmp % key.p) * key.q  # Chinese remainders
        return signature.to_bytes(self.size_bytes, "big")
