"""The order a clerk signs: its exact form, its signature, and what it has to agree with.

Not responsible for prices and types, which come from the municipality's offers.
Source: `docs/reference/hub-protocol.md`, "The order".
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

from hub.cose import BadSignature, kid_of, peek_kid, verify1
from hub.municipality.interface import Offer
from hub.order_fields import ORDER_FIELDS, VERSION
from hub.web.problem import Problem

PERSONS_MAX = 20
_CHOOSING = frozenset({"members", "individual"})
_REFERENCE = re.compile(r"[0-9a-f]{32}")


@dataclass(frozen=True, slots=True)
class OrderForm:
    """A well-formed order; `fee_yen` is for all copies."""

    v: int
    transaction_id: str
    municipality: str
    type: str
    scope: str
    persons: tuple[str, ...]
    items: tuple[str, ...]
    fiscal_year: int | None
    copies: int
    fee_yen: int
    head_dots: int
    clerk_nonce: bytes

    def choice(self) -> dict[str, Any]:
        """Return what the statement has to repeat of it, by the names on the wire."""
        names = ("type", "scope", "persons", "items", "fiscal_year", "copies", "fee_yen", "head_dots")
        chosen = {name: getattr(self, name) for name in names}
        return {name: [*value] if name in {"items", "persons"} else value for name, value in chosen.items()}


def read_order(data: bytes, signing_key: bytes) -> OrderForm:
    """Verify and read an order; raises Problem `bad-signature` or `bad-request`."""
    record = read_signed(data, signing_key, "order")
    if set(record) != set(ORDER_FIELDS):
        raise Problem("bad-request", f"an order has exactly the fields {', '.join(ORDER_FIELDS)}")
    for name, kind in ORDER_FIELDS.items():
        if type(record[name]) not in kind:
            raise Problem("bad-request", f"order: `{name}` should be of the kind {kind[0].__name__}")
    if record["v"] != VERSION:
        raise Problem("bad-request", f"order: `v` is {VERSION}")
    lists = {name: _sorted_texts(record[name], name) for name in ("items", "persons")}
    fields: dict[str, Any] = {**record, **lists}
    form = OrderForm(**fields)
    _check_persons(form)
    return form


def read_signed(data: bytes, signing_key: bytes, what: str) -> dict[str, Any]:
    """Return what the session's key signed; raises Problem `bad-signature`."""
    try:
        key = Ed25519PublicKey.from_public_bytes(signing_key)
        if peek_kid(data) != kid_of(key):
            raise Problem("bad-signature", f"{what}: the key id is not the session's")
        return verify1(data, key)
    except BadSignature as error:
        raise Problem("bad-signature", f"{what}: {error}") from error


def _sorted_texts(value: list[Any], name: str) -> tuple[str, ...]:
    texts = [each for each in value if isinstance(each, str)]
    if len(texts) != len(value) or texts != sorted(set(texts)):
        raise Problem("bad-request", f"order: `{name}` are texts, sorted, none twice")
    return tuple(texts)


def _check_persons(form: OrderForm) -> None:
    if not all(_REFERENCE.fullmatch(each) for each in form.persons) or len(form.persons) > PERSONS_MAX:
        raise Problem("bad-request", f"order: `persons` are at most {PERSONS_MAX} references of 32 hex digits")
    if bool(form.persons) != (form.scope in _CHOOSING):
        raise Problem("bad-request", "order: `persons` are chosen with the scopes members and individual only")


def check_offered(form: OrderForm, offers: Sequence[Offer]) -> None:
    """Check the order against what is offered now; raises Problem `bad-request` or `closed`."""
    offer = next((each for each in offers if each.type == form.type), None)
    if offer is None or offer.reason is not None:
        raise Problem("closed", "the municipality does not offer this type at this operator now")
    if form.scope not in offer.scopes:
        raise Problem("bad-request", "order: `scope` is not offered for this type")
    if not set(form.items) <= set(offer.items):
        raise Problem("bad-request", "order: `items` are not all offered for this type")
    if form.fiscal_year not in (offer.fiscal_years or (None,)):
        raise Problem("bad-request", "order: `fiscal_year` is not offered for this type")
    if not 1 <= form.copies <= offer.copies_max:
        raise Problem("bad-request", f"order: `copies` is 1 to {offer.copies_max}")
    if form.fee_yen != offer.fee_yen * form.copies:
        raise Problem("bad-request", f"order: `fee_yen` should be {offer.fee_yen} x {form.copies}")
