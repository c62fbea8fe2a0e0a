"""What the grid carries: a short open header (which document, which page) and the encrypted, authenticated page.

AES-256-GCM. Two keys come from the centre's key by HKDF: one encrypts, one makes the nonce as a MAC of everything that
is encrypted or authenticated, so a nonce never meets two different messages, and the same page gives the same panel.
Not responsible for error correction. Format: `docs/reference/scramble.md`, "Payload".
Source: NIST SP 800-38D, 8.2 (a nonce of 96 bits may not repeat under a key); RFC 5869.
"""

import hashlib
import hmac
import struct
from dataclasses import dataclass

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

from hub.scramble.compression import Kind, compress, decompress

KEY_BYTES = 32
VERSION = 1
_LABEL = b"kiosk-scramble-v1"
_HEAD = struct.Struct(">BBBB")  # version, page number, number of pages, length of the document's id
_SIZE = struct.Struct(">I")  # of the ciphertext with its tag
_PLAIN = struct.Struct(">BHH")  # kind of compression, width in dots, height in rows
_NONCE_BYTES = 12
_TAG_BYTES = 16
_ID_BYTES_MAX = 64


class NotAuthentic(ValueError):
    """The decoded payload is not one that was made with this key."""


@dataclass(frozen=True, slots=True)
class Page:
    """One page's dots (rows top to bottom, most significant bit left, 1 = black) and whose they are."""

    dots: bytes
    width_dots: int
    document_id: str
    number: int = 1
    of: int = 1

    @property
    def rows(self) -> int:
        """Rows of dots."""
        return len(self.dots) * 8 // self.width_dots


def seal_page(page: Page, key: bytes, bound: bytes, kind: Kind = Kind.MIXED_2) -> bytes:
    """Compress and encrypt; `bound` is authenticated with it and not part of the result."""
    name = page.document_id.encode()
    if not 0 < len(name) <= _ID_BYTES_MAX:
        raise ValueError(f"document id of {len(name)} bytes: 1 to {_ID_BYTES_MAX} are possible")
    head = _HEAD.pack(VERSION, page.number, page.of, len(name)) + name
    used, compressed = compress(page.dots, page.width_dots, page.rows, kind)
    plain = _PLAIN.pack(used, page.width_dots, page.rows) + compressed
    encryption_key, nonce_key = _keys(key)
    size = _SIZE.pack(len(plain) + _TAG_BYTES)
    known = bound + head + size
    message = struct.pack(">Q", len(known)) + known + plain
    nonce = hmac.digest(nonce_key, message, hashlib.sha256)[:_NONCE_BYTES]
    return head + nonce + size + AESGCM(encryption_key).encrypt(nonce, plain, known)


def open_page(payload: bytes, key: bytes, bound: bytes) -> Page:
    """Undo `seal_page` (bytes after its end are ignored); raises NotAuthentic: never a page that was not sealed."""
    try:
        _, number, of, name_bytes = _HEAD.unpack_from(payload)
        name_end = _HEAD.size + name_bytes
        nonce_end = name_end + _NONCE_BYTES
        (size,) = _SIZE.unpack_from(payload, nonce_end)
        head, nonce = payload[:name_end], payload[name_end:nonce_end]
        sealed = payload[nonce_end + _SIZE.size :][:size]
        known = bound + head + _SIZE.pack(size)
        plain = AESGCM(_keys(key)[0]).decrypt(nonce, sealed, known)
    except (struct.error, InvalidTag, ValueError) as error:
        raise NotAuthentic("the scrambled image was not made with this key, or was altered") from error
    kind, width, rows = _PLAIN.unpack_from(plain)
    if payload[0] != VERSION or kind not in iter(Kind):
        raise NotAuthentic(f"payload version {payload[0]}, compression {kind}: made by a newer centre")
    dots = decompress(kind, plain[_PLAIN.size :], width, rows)
    return Page(dots, width, head[_HEAD.size :].decode(), number, of)


def _keys(key: bytes) -> tuple[bytes, bytes]:
    if len(key) != KEY_BYTES:
        raise ValueError(f"a centre key has {KEY_BYTES} bytes, this one {len(key)}")
    derived = HKDF(SHA256(), 2 * KEY_BYTES, salt=None, info=_LABEL).derive(key)
    return derived[:KEY_BYTES], derived[KEY_BYTES:]
