"""Checking a municipality's statement: whose signature, and whether every field belongs to this transaction and card.

Not responsible for what happens on a difference.
Source: `docs/reference/hub-protocol.md`, "The statement of the municipality".
"""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from hashlib import sha256
from typing import Any, cast

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

from hub.centre.order_form import OrderForm
from hub.centre.sessions import CardSession
from hub.cose import BadSignature, canonical, peek_kid, verify1

SKEW_S = 60
PAGES_MAX = 40
ROWS_MAX = 20_000
_ID = re.compile(r"[0-9a-f]{32}")
_DIGEST_BYTES = 32


class Mismatch(Exception):
    """The statement is not this transaction's; `field` names what differs, never its value."""

    def __init__(self, field: str) -> None:
        super().__init__(field)
        self.field = field


@dataclass(frozen=True, slots=True)
class Expectation:
    """What the centre itself knows about a transaction."""

    kiosk_id: str
    centre_nonce: bytes
    session: CardSession
    order: OrderForm

    def fields(self) -> dict[str, Any]:
        """List the statement's fields whose values are settled before the municipality answers."""
        keys = self.session.signing_key + self.session.encryption_key
        return {
            "v": 1,
            "kind": "document",
            "municipality": self.order.municipality,
            "transaction_id": self.order.transaction_id,
            "centre_nonce": self.centre_nonce,
            "clerk_nonce": self.session.clerk_nonce,
            "kiosk_id": self.kiosk_id,
            "card_fingerprint": self.session.card_fingerprint,
            "session_key_hash": sha256(keys).digest(),
            "type": self.order.type,
            "scope": self.order.scope,
            "items": list(self.order.items),
            "copies": self.order.copies,
            "fee_yen": self.order.fee_yen,
            "head_dots": self.order.head_dots,
        }


def read_statement(data: bytes, keys: Mapping[bytes, Ed25519PublicKey]) -> dict[str, Any]:
    """Verify the signature by one of the municipality's keys and return the record; raises Mismatch("signature")."""
    try:
        key = keys.get(peek_kid(data))
        if key is None:
            raise Mismatch("kid")
        return verify1(data, key)
    except BadSignature as error:
        raise Mismatch("signature") from error


def check_statement(record: Mapping[str, Any], expected: Expectation, now_s: int) -> None:
    """Compare every field; raises Mismatch with the first that differs."""
    wanted = expected.fields()
    for field in (*wanted, "document_id", "pages", "issued_at", "expires_at"):
        if field not in record:
            raise Mismatch(field)
    for field, value in wanted.items():
        if canonical(record[field]) != canonical(value):
            raise Mismatch(field)
    if len(record) != len(wanted) + 4:
        raise Mismatch("fields")
    if not isinstance(record["document_id"], str) or not _ID.fullmatch(record["document_id"]):
        raise Mismatch("document_id")
    _check_times(record["issued_at"], record["expires_at"], now_s)
    _check_page_list(record["pages"], expected.order.head_dots)


def check_pages(record: Mapping[str, Any], document_id: str, pages: Sequence[bytes]) -> None:
    """Check that document id and dots are the signed ones, every page and in order; raises Mismatch."""
    if record["document_id"] != document_id:
        raise Mismatch("document_id")
    listed: list[dict[str, Any]] = record["pages"]
    if len(listed) != len(pages):
        raise Mismatch("pages")
    for line, dots in zip(listed, pages, strict=True):
        if len(dots) != line["width_dots"] // 8 * line["height_rows"] or sha256(dots).digest() != line["sha256"]:
            raise Mismatch("pages")


def _check_times(issued_at: Any, expires_at: Any, now_s: int) -> None:
    if type(issued_at) is not int or issued_at > now_s + SKEW_S:
        raise Mismatch("issued_at")
    if type(expires_at) is not int or expires_at <= now_s or expires_at <= issued_at:
        raise Mismatch("expires_at")


def _check_page_list(pages: Any, head_dots: int) -> None:
    lines = cast("list[Any]", pages) if isinstance(pages, list) else []
    if not 1 <= len(lines) <= PAGES_MAX:
        raise Mismatch("pages")
    for line in lines:
        if not isinstance(line, dict) or set(cast("dict[Any, Any]", line)) != {"width_dots", "height_rows", "sha256"}:
            raise Mismatch("pages")
        page = cast("dict[str, Any]", line)
        rows, digest = page["height_rows"], page["sha256"]
        if page["width_dots"] != head_dots or type(rows) is not int or not 1 <= rows <= ROWS_MAX:
            raise Mismatch("pages")
        if not isinstance(digest, bytes) or len(digest) != _DIGEST_BYTES:
            raise Mismatch("pages")
