"""Constants of the JPKI application: status words, ids, limits, command bytes and signature algorithms.

Not responsible for: the order of commands (`jpki.py`). Source: DEVICES, "Smart card" (OpenSC's JPKI driver and the
jpki/myna project). A coming generation of cards is reported to use 384-bit EC keys: it becomes one more `Algorithm`.
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from enum import Enum, IntEnum
from typing import TYPE_CHECKING

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import padding, rsa

if TYPE_CHECKING:
    from cryptography.hazmat.primitives.asymmetric.types import CertificatePublicKeyTypes

PIN_DIGITS = 4
PIN_TRIES_MAX = 3
CERTIFICATE_MAX_BYTES = 4096
CHUNK_MAX_BYTES = 256
DER_HEAD_BYTES = 4
DER_SEQUENCE_TWO_LENGTH_BYTES = b"\x30\x82"


class Aid(Enum):
    """Application ids."""

    JPKI = bytes.fromhex("D392F000260100000001")


class Ef(IntEnum):
    """Elementary files of the JPKI application that the kiosk uses."""

    AUTH_CERTIFICATE = 0x000A
    AUTH_KEY = 0x0017
    AUTH_PIN = 0x0018


class Sw(IntEnum):
    """Status words."""

    OK = 0x9000
    TRIES_LEFT = 0x63C0  # low nibble: tries left
    BLOCKED = 0x6983
    BLOCKED_OTHERWISE = 0x6984  # cards differ; both mean a locked PIN


def tries_in(status: int) -> int | None:
    """Return the tries left that a status word tells, 0 for a locked PIN; None when it tells none."""
    if status in {Sw.BLOCKED, Sw.BLOCKED_OTHERWISE}:
        return 0
    left = status - Sw.TRIES_LEFT
    return left if 0 <= left <= PIN_TRIES_MAX else None


def select_application(aid: Aid) -> bytes:
    """Return SELECT by name, without answer data."""
    return b"\x00\xa4\x04\x0c" + bytes([len(aid.value)]) + aid.value


def select_file(file: Ef) -> bytes:
    """Return SELECT of a file under the application, without answer data."""
    return b"\x00\xa4\x02\x0c\x02" + file.to_bytes(2, "big")


ASK_TRIES = b"\x00\x20\x00\x80"


def verify(pin: bytearray) -> bytearray:
    """Return VERIFY with the PIN in it; the caller wipes it after use."""
    command = bytearray(b"\x00\x20\x00\x80")
    command.append(len(pin))
    command += pin
    return command


def read_binary(offset: int, count: int) -> bytes:
    """Return READ BINARY of 1 to 256 bytes at `offset`."""
    return b"\x00\xb0" + offset.to_bytes(2, "big") + bytes([count & 0xFF])


def compute_signature(digest_info: bytes) -> bytes:
    """Return the command that signs a DigestInfo, any answer length."""
    return b"\x80\x2a\x00\x80" + bytes([len(digest_info)]) + digest_info + b"\x00"


@dataclass(frozen=True)
class Algorithm:
    """One way of signing; `name` is the hub protocol's."""

    name: str
    key_bits: int
    signature_bytes: int
    digest_info_prefix: bytes

    def fits(self, key: CertificatePublicKeyTypes) -> bool:
        """Tell whether the certificate's key signs this way."""
        return isinstance(key, rsa.RSAPublicKey) and key.key_size == self.key_bits

    def digest_info(self, message: bytes) -> bytes:
        """Return what the card pads and signs."""
        return self.digest_info_prefix + hashlib.sha256(message).digest()

    def verifies(self, key: CertificatePublicKeyTypes, signature: bytes, message: bytes) -> bool:
        """Check a signature under a key that fits."""
        if not isinstance(key, rsa.RSAPublicKey):
            return False
        try:
            key.verify(signature, message, padding.PKCS1v15(), hashes.SHA256())
        except InvalidSignature:
            return False
        return True


ALGORITHMS = (
    Algorithm("rsa2048-sha256", 2048, 256, bytes.fromhex("3031300d060960864801650304020105000420")),
)  # fmt: skip
