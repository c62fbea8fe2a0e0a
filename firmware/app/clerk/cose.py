"""Deterministic CBOR and COSE_Sign1 with Ed25519, strict: bytes that this protocol would not write are `Malformed`.

Not responsible for which key is right nor for what is signed. Rules: `docs/reference/hub-protocol.md`, opening
paragraph (RFC 8949 section 4.2.1, RFC 9052). Signatures are made and checked by pycose.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, cast

import cbor2
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from pycose.algorithms import EdDSA
from pycose.exceptions import CoseException
from pycose.headers import KID, Algorithm
from pycose.keys.okp import OKPKey
from pycose.messages.sign1message import Sign1Message

_TAG = 18
_ALGORITHM, _KID, _EDDSA = 1, 4, -8
_PARTS = 4  # protected, unprotected, payload, signature
_SIGNATURE_BYTES = 64
_LONGEST_KID = 32
_UNREADABLE = (cbor2.CBORError, ValueError, TypeError, ArithmeticError, RecursionError, MemoryError)


class Malformed(ValueError):
    """The bytes break the protocol; `what` names the part in our own words."""

    def __init__(self, what: str) -> None:
        super().__init__(what)
        self.what = what


def encoded(value: object) -> bytes:
    """Return deterministic CBOR."""
    return cbor2.dumps(value, canonical=True)


def decoded(data: bytes, what: str) -> object:
    """Return the value of deterministic CBOR; `Malformed(what)` for anything that `encoded` would not have written."""
    try:
        value: object = cbor2.loads(data)
        again = encoded(value)
    except _UNREADABLE as error:
        raise Malformed(what) from error
    if again != data:
        raise Malformed(what)
    return value


def record(data: bytes, fields: frozenset[str], what: str) -> dict[str, object]:
    """Return a map with exactly the text keys `fields`."""
    return exactly(decoded(data, what), fields, what)


def exactly(value: object, fields: frozenset[str], what: str) -> dict[str, object]:
    """Return `value` as a map with exactly the text keys `fields`; `Malformed(what)` for one more or one less."""
    mapping = cast("dict[str, object]", value)
    if type(value) is not dict or set(mapping) ^ fields:
        raise Malformed(what)
    return mapping


@dataclass(frozen=True)
class Signed:
    """A well-formed COSE_Sign1 whose signature is not yet checked."""

    kid: bytes
    payload: bytes
    signature: bytes

    @classmethod
    def read(cls, data: bytes, what: str) -> Signed:
        """Take the bytes apart; `Malformed(what)` unless every byte is as this protocol writes it."""
        message = decoded(data, what)
        if not isinstance(message, cbor2.CBORTag) or message.tag != _TAG:
            raise Malformed(what)
        protected, unprotected, payload, signature = _four(cast("object", message.value), what)
        if type(protected) is not bytes or type(payload) is not bytes or type(signature) is not bytes:
            raise Malformed(what)
        kid = _kid(protected, what)
        if unprotected != {} or len(signature) != _SIGNATURE_BYTES:
            raise Malformed(what)
        return cls(kid, payload, signature)

    def is_by(self, public_key: bytes) -> bool:
        """Tell whether the raw Ed25519 key made the signature."""
        message: Any = Sign1Message(phdr={Algorithm: EdDSA, KID: self.kid}, payload=self.payload)
        message.key = OKPKey(crv="ED25519", x=public_key)
        message.signature = self.signature
        try:
            return message.verify_signature() is True
        except (CoseException, ValueError):
            return False


def sign1(payload: bytes, key: Ed25519PrivateKey, kid: bytes) -> bytes:
    """Return the tagged COSE_Sign1 over `payload`."""
    message: Any = Sign1Message(phdr={Algorithm: EdDSA, KID: kid}, payload=payload)
    message.key = OKPKey(crv="ED25519", d=key.private_bytes_raw(), x=key.public_key().public_bytes_raw())
    return message.encode()


def _four(value: object, what: str) -> list[object]:
    parts = cast("list[object]", value)
    if type(value) is not list or len(parts) != _PARTS:
        raise Malformed(what)
    return parts


def _kid(protected: bytes, what: str) -> bytes:
    """Return the key id of a protected header that is what `sign1` writes, byte for byte: to Python 1 equals True."""
    match decoded(protected, what):
        case {4: bytes() as kid} if len(kid) <= _LONGEST_KID and protected == encoded({_ALGORITHM: _EDDSA, _KID: kid}):
            return kid
        case _:
            raise Malformed(what)
