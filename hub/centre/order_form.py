"""The order a clerk signs: its exact form, its signature, and what it has to agree with.

Not responsible for prices and types, which come from the municipality's offers.
Source: `docs/reference/hub-protocol.md`, "The order".
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, cast

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

from hub.cose import BadSignature, kid_of, peek_kid, verify1
from hub.municipality.interface import Offer
from hub.web.problem import Problem

_KINDS: Mapping[str, type] = {
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
VERSION = 1


@dataclass(frozen=True, slots=True)
class OrderForm:
    """A well-formed order; `fee_yen` is for all copies."""

    transaction_id: str
    municipality: str
    type: str
    scope: str
    items: tuple[str, ...]
    copies: int
    fee_yen: int
    head_dots: int
    clerk_nonce: bytes


def read_order(data: bytes, signing_key: bytes) -> OrderForm:
    """Verify and read an order; raises Problem `bad-signature` or `bad-request`."""
    try:
        key = Ed25519PublicKey.from_public_bytes(signing_key)
        if peek_kid(data) != kid_of(key):
            raise Problem("bad-signature", "the order's key id is not the session's")
        record = verify1(data, key)
    except BadSignature as error:
        raise Problem("bad-signature", f"order: {error}") from error
    if set(record) != set(_KINDS):
        raise Problem("bad-request", f"an order has exactly the fields {', '.join(_KINDS)}")
    for name, kind in _KINDS.items():
        if type(record[name]) is not kind:
            raise Problem("bad-request", f"order: `{name}` should be of the kind {kind.__name__}")
    items = cast("list[Any]", record["items"])
    texts = [each for each in items if isinstance(each, str)]
    if len(texts) != len(items) or texts != sorted(set(texts)):
        raise Problem("bad-request", "order: `items` are texts, sorted, none twice")
    if record.pop("v") != VERSION:
        raise Problem("bad-request", "order: `v` is 1")
    record["items"] = tuple(texts)
    return OrderForm(**record)


def check_offered(form: OrderForm, offers: Sequence[Offer]) -> None:
    """Check the order against what is offered now; raises Problem `bad-request` or `closed`."""
    offer = next((each for each in offers if each.type == form.type), None)
    if offer is None:
        raise Problem("closed", "the municipality does not offer this type at this operator now")
    if form.scope not in offer.scopes:
        raise Problem("bad-request", "order: `scope` is not offered for this type")
    if not set(form.items) <= set(offer.items):
        raise Problem("bad-request", "order: `items` are not all offered for this type")
    if not 1 <= form.copies <= offer.copies_max:
        raise Problem("bad-request", f"order: `copies` is 1 to {offer.copies_max}")
    if form.fee_yen != offer.fee_yen * form.copies:
        raise Problem("bad-request", f"order: `fee_yen` should be {offer.fee_yen} x {form.copies}")
