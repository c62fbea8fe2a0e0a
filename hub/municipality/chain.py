"""The chain card → session → order, checked by the municipality itself, by its office and by its signer on their own.

Not responsible for revocation (the centre asks the JPKI centre) nor for who the card's holder is (`register.py`).
Source: `docs/reference/hub-protocol.md`, "What the card signs" and "The order".
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from hashlib import sha256
from typing import Any, cast

from cryptography import x509
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey
from cryptography.hazmat.primitives.asymmetric.padding import PKCS1v15
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPublicKey
from cryptography.hazmat.primitives.hashes import SHA256

from hub.cose import BadSignature, canonical, kid_of, peek_kid, verify1
from hub.municipality.interface import IssueRequest, Refused

_LABEL = "kiosk-card-auth-v1"
_HEADS_DOTS = (576, 832, 1728)
_KEY_BYTES = 32
_ORDER_KINDS: Mapping[str, type] = {
    "v": int,
    "transaction_id": str,
    "municipality": str,
    "type": str,
    "scope": str,
    "items": list,
    "copies": int,
    "fee_yen": int,
    "head_dots": int,
    "clerk_nonce": bytes,
}


@dataclass(frozen=True, slots=True)
class Order:
    """What the person chose; `fee_yen` is for all copies, `items` are sorted."""

    type: str
    scope: str
    items: tuple[str, ...]
    copies: int
    fee_yen: int
    head_dots: int


@dataclass(frozen=True, slots=True)
class Chain:
    """A checked chain: the card's serial number and SHA-256 of its certificate, and the order it stands for."""

    serial: int
    fingerprint: bytes
    order: Order


def check_chain(request: IssueRequest, municipality: str, auth_ca: x509.Certificate, now: datetime) -> Chain:
    """Check every link; raises Refused `bad_signature` or `binding_mismatch`."""
    if request.municipality != municipality:
        raise Refused("binding_mismatch", "the request is for another municipality")
    if {len(request.signing_key), len(request.encryption_key), len(request.clerk_nonce)} != {_KEY_BYTES}:
        raise Refused("binding_mismatch", "session keys and nonce have 32 bytes each")
    certificate = _certificate(request.certificate_der, auth_ca, now)
    _check_card_signature(request, certificate)
    order = _read_order(request)
    return Chain(certificate.serial_number, sha256(request.certificate_der).digest(), order)


def _certificate(der: bytes, auth_ca: x509.Certificate, now: datetime) -> x509.Certificate:
    try:
        certificate = x509.load_der_x509_certificate(der)
        certificate.verify_directly_issued_by(auth_ca)
    except (ValueError, TypeError, InvalidSignature) as error:
        raise Refused("bad_signature", "the card's certificate was not issued by the user-authentication CA") from error
    if not certificate.not_valid_before_utc <= now <= certificate.not_valid_after_utc:
        raise Refused("bad_signature", "the card's certificate is not valid at this time")
    return certificate


def _check_card_signature(request: IssueRequest, certificate: x509.Certificate) -> None:
    key = certificate.public_key()
    if not isinstance(key, RSAPublicKey):
        raise Refused("bad_signature", "the card's key is not RSA")
    signed = canonical(
        [
            _LABEL,
            request.centre_nonce,
            request.clerk_nonce,
            request.transaction_id,
            request.kiosk_id,
            request.signing_key,
            request.encryption_key,
        ]
    )
    try:
        key.verify(request.signature, signed, PKCS1v15(), SHA256())
    except InvalidSignature as error:
        raise Refused("bad_signature", "the card did not sign this transaction, kiosk and session") from error


def _read_order(request: IssueRequest) -> Order:
    try:
        key = Ed25519PublicKey.from_public_bytes(request.signing_key)
        if peek_kid(request.order_cose) != kid_of(key):
            raise Refused("bad_signature", "the order's key id is not the session's")
        record = verify1(request.order_cose, key)
    except (BadSignature, ValueError) as error:
        raise Refused("bad_signature", "the order is not signed by the session's key") from error
    if set(record) != set(_ORDER_KINDS) or any(type(record[name]) is not kind for name, kind in _ORDER_KINDS.items()):
        raise Refused("binding_mismatch", "the order does not have exactly the fields of version 1")
    here = (1, request.transaction_id, request.municipality, request.clerk_nonce)
    if (record["v"], record["transaction_id"], record["municipality"], record["clerk_nonce"]) != here:
        raise Refused("binding_mismatch", "the order belongs to another transaction, municipality or session")
    return _order(record)


def _order(record: Mapping[str, Any]) -> Order:
    items = cast("list[Any]", record["items"])
    texts = [it for it in items if isinstance(it, str)]
    if len(texts) != len(items) or texts != sorted(set(texts)):
        raise Refused("binding_mismatch", "the order's items are not sorted texts, each once")
    if record["head_dots"] not in _HEADS_DOTS:
        raise Refused("binding_mismatch", f"the head has one of {_HEADS_DOTS} dots")
    return Order(
        record["type"], record["scope"], tuple(texts), record["copies"], record["fee_yen"], record["head_dots"]
    )
