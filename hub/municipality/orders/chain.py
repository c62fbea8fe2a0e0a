"""The chain card → session → order or query, checked by the municipality's office and by its signer on their own.

Not responsible for revocation (the centre asks the JPKI centre) nor for who the card's holder is
(`registers/register.py`). Source: `docs/reference/hub-protocol.md`, "What the card signs" and "The order".
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from hashlib import sha256
from typing import Any

from cryptography import x509
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

from hub.card_algorithms import is_signed
from hub.cose import BadSignature, canonical, kid_of, peek_kid, verify1
from hub.municipality.interface import ChainRequest, IssueRequest, QueryRequest, Refused
from hub.order_fields import ORDER_FIELDS, VERSION

_LABEL = "kiosk-card-auth-v1"
_HEADS_DOTS = (576, 832, 1728)
_KEY_BYTES = 32
_QUERY_KINDS: Mapping[str, tuple[type, ...]] = {
    "v": (int,),
    "kind": (str,),
    "transaction_id": (str,),
    "municipality": (str,),
    "clerk_nonce": (bytes,),
    "query_nonce": (bytes,),
    "of": (dict,),
}
_BOUND = frozenset({"v", "transaction_id", "municipality", "clerk_nonce"})


@dataclass(frozen=True, slots=True)
class Order:
    """What the person chose; `fee_yen` is for all copies, `items` and `persons` (references) are sorted."""

    type: str
    scope: str
    items: tuple[str, ...]
    copies: int
    fee_yen: int
    head_dots: int
    persons: tuple[str, ...] = ()
    fiscal_year: int | None = None


@dataclass(frozen=True, slots=True)
class Chain:
    """A checked chain: the card's serial number, SHA-256 of its certificate, and the session it stands for."""

    serial: int
    fingerprint: bytes


@dataclass(frozen=True, slots=True)
class Query:
    """What the clerk asks before an order: `of` is as in the protocol's table, unchecked."""

    kind: str
    of: Mapping[str, Any]


def check_chain(request: ChainRequest, municipality: str, auth_ca: x509.Certificate, now: datetime) -> Chain:
    """Check every link up to the session; raises Refused `bad_signature` or `binding_mismatch`."""
    if request.municipality != municipality:
        raise Refused("binding_mismatch", "the request is for another municipality")
    if {len(request.signing_key), len(request.encryption_key), len(request.clerk_nonce)} != {_KEY_BYTES}:
        raise Refused("binding_mismatch", "session keys and nonce have 32 bytes each")
    certificate = _certificate(request.certificate_der, auth_ca, now)
    _check_card_signature(request, certificate)
    return Chain(certificate.serial_number, sha256(request.certificate_der).digest())


def read_order(request: IssueRequest) -> Order:
    """Check and read the order that the session signed; raises Refused `bad_signature` or `binding_mismatch`."""
    record = _signed(request, request.order_cose)
    if not _fits(record, ORDER_FIELDS) or record["v"] != VERSION:
        raise Refused("binding_mismatch", f"the order does not have exactly the fields of version {VERSION}")
    _check_bound(request, record)
    return order_from({name: value for name, value in record.items() if name not in _BOUND})


def read_query(request: QueryRequest) -> Query:
    """Check and read the query that the session signed; raises Refused `bad_signature` or `binding_mismatch`."""
    record = _signed(request, request.query_cose)
    if not _fits(record, _QUERY_KINDS) or record["v"] != VERSION or len(record["query_nonce"]) != _KEY_BYTES:
        raise Refused("binding_mismatch", f"the query does not have exactly the fields of version {VERSION}")
    _check_bound(request, record)
    return Query(record["kind"], record["of"])


def order_from(choice: Mapping[str, Any]) -> Order:
    """Read what was chosen, an order's fields from `type` to `head_dots`; raises Refused `binding_mismatch`."""
    wanted = {name: kind for name, kind in ORDER_FIELDS.items() if name not in _BOUND}
    if not _fits(choice, wanted):
        raise Refused("binding_mismatch", "the order does not have exactly its fields")
    if choice["head_dots"] not in _HEADS_DOTS:
        raise Refused("binding_mismatch", f"the head has one of {_HEADS_DOTS} dots")
    lists = {name: _sorted_texts(choice[name], name) for name in ("items", "persons")}
    fields: dict[str, Any] = {**choice, **lists}
    return Order(**fields)


def _fits(record: Mapping[str, Any], kinds: Mapping[str, tuple[type, ...]]) -> bool:
    return set(record) == set(kinds) and all(type(record[name]) in allowed for name, allowed in kinds.items())


def _sorted_texts(value: list[Any], name: str) -> tuple[str, ...]:
    texts = [it for it in value if isinstance(it, str)]
    if len(texts) != len(value) or texts != sorted(set(texts)):
        raise Refused("binding_mismatch", f"the order's {name} are not sorted texts, each once")
    return tuple(texts)


def _signed(request: ChainRequest, data: bytes) -> dict[str, Any]:
    try:
        key = Ed25519PublicKey.from_public_bytes(request.signing_key)
        if peek_kid(data) != kid_of(key):
            raise Refused("bad_signature", "the key id is not the session's")
        return verify1(data, key)
    except (BadSignature, ValueError) as error:
        raise Refused("bad_signature", "this is not signed by the session's key") from error


def _check_bound(request: ChainRequest, record: Mapping[str, Any]) -> None:
    here = (request.transaction_id, request.municipality, request.clerk_nonce)
    if (record["transaction_id"], record["municipality"], record["clerk_nonce"]) != here:
        raise Refused("binding_mismatch", "this belongs to another transaction, municipality or session")


def _certificate(der: bytes, auth_ca: x509.Certificate, now: datetime) -> x509.Certificate:
    try:
        certificate = x509.load_der_x509_certificate(der)
        certificate.verify_directly_issued_by(auth_ca)
    except (ValueError, TypeError, InvalidSignature) as error:
        raise Refused("bad_signature", "the card's certificate was not issued by the user-authentication CA") from error
    if not certificate.not_valid_before_utc <= now <= certificate.not_valid_after_utc:
        raise Refused("bad_signature", "the card's certificate is not valid at this time")
    return certificate


def _check_card_signature(request: ChainRequest, certificate: x509.Certificate) -> None:
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
    if not is_signed(certificate, signed, request.signature):
        raise Refused("bad_signature", "the card did not sign this transaction, kiosk and session")
