"""The check that this document is this person's: every claim against what the clerk itself knows.

What the clerk knows: the card it read, its own nonce and keys, its own order, the pinned root's key list. Nothing is
believed because it came with the answer. Pure: no clock, no network. Source: `DESIGN`, "Binding";
`docs/reference/hub-protocol.md`, "The statement of the municipality", "The layers of the centre".
"""

from __future__ import annotations

import hashlib
import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

from firmware.app.clerk.cose import Malformed, Signed, encoded
from firmware.app.clerk.front import Front, fits, read_front
from firmware.app.clerk.statement import LEAST_ROWS, MOST_ROWS, DotsClaim, Layers, SealedContents, Statement

if TYPE_CHECKING:
    from firmware.app.clerk.key_list import KeyList
    from firmware.app.clerk.order import Order

CLOCK_SKEW_S = 120
LONGEST_LIFE_S = 3600
DOTS_PER_MM = 8
BETWEEN_PANELS_ROWS = 16 + 2 + 16  # blank, fold line, blank: "One strip"
_ID = re.compile(r"[0-9a-f]{32}")


class BindingMismatch(Exception):
    """The document is not to be shown, paid for or printed. `field` is a name of the protocol or of a part.

    `statement` holds the municipality's COSE bytes, to be submitted to the centre; `None` when nothing could be opened.
    """

    def __init__(self, field: str, statement: bytes | None = None) -> None:
        super().__init__(field)
        self.field = field
        self.statement = statement


@dataclass(frozen=True)
class Expected:
    """What the clerk knows of its own. Nonces, fingerprint and hash have 32 bytes.

    `opened_at` is in seconds since 1970; `document_id` is what the centre announced when it took the order.
    """

    order: Order
    document_id: str
    kiosk_id: str
    centre_nonce: bytes
    clerk_nonce: bytes
    card_fingerprint: bytes
    session_key_hash: bytes
    opened_at: float

    def claims(self) -> dict[str, object]:
        """Return the statement's fields that can have one value only."""
        choice = self.order.choice
        return {
            "v": 1,
            "kind": "document",
            "municipality": self.order.municipality,
            "transaction_id": self.order.transaction_id,
            "centre_nonce": self.centre_nonce,
            "clerk_nonce": self.clerk_nonce,
            "kiosk_id": self.kiosk_id,
            "card_fingerprint": self.card_fingerprint,
            "session_key_hash": self.session_key_hash,
            "document_id": self.document_id,
            "type": choice.type,
            "scope": choice.scope,
            "items": list(choice.items),
            "copies": choice.copies,
            "fee_yen": self.order.fee_yen,
            "head_dots": self.order.head_dots,
        }


@dataclass(frozen=True)
class Dots:
    """An area of dots: rows top to bottom, `width_dots / 8` bytes a row, most significant bit left, 1 = black."""

    width_dots: int
    height_rows: int
    bits: bytes


@dataclass(frozen=True)
class Document:
    """A checked document. `fee_yen` is for all copies, `length_mm` the strip of all copies with back panels.

    `pages` are as the municipality signed them; `front` is what the centre adds.
    """

    document_id: str
    fee_yen: int
    copies: int
    pages: tuple[Dots, ...]
    front: Front
    back_panel: Dots
    head_dots: int
    length_mm: int


def check(plaintext: bytes, expected: Expected, keys: KeyList, now_s: float) -> Document:
    """Return the document when every claim holds at `now_s`, else raise `BindingMismatch`."""
    statement: bytes | None = None
    try:
        contents = SealedContents.read(plaintext)
        statement = contents.statement
        claims = _statement(contents.statement, expected, keys, now_s)
        panel, front = _layers(contents, expected, keys, now_s)
        pages = _pages(contents.pages, claims.pages, expected.order.head_dots)
        _code(front, pages[0], claims)
    except Malformed as error:
        raise BindingMismatch(error.what, statement) from error
    except BindingMismatch as error:
        error.statement = statement
        raise
    return _document(expected, pages, front, panel)


def _pages(pages: tuple[bytes, ...], claims: tuple[DotsClaim, ...], head_dots: int) -> tuple[Dots, ...]:
    """Check every page against the claim in its place."""
    if len(pages) != len(claims):
        raise BindingMismatch("pages")
    return tuple(_dots(bits, claim, head_dots, "pages") for bits, claim in zip(pages, claims, strict=True))


def _statement(data: bytes, expected: Expected, keys: KeyList, now_s: float) -> Statement:
    signed = _signed(data, keys.municipalities.get(expected.order.municipality, {}), "statement", keys, now_s)
    statement = Statement.read(signed.payload)
    _compare(statement.claims, expected.claims())
    if not _ID.fullmatch(statement.document_id):
        raise BindingMismatch("document_id")
    if not expected.opened_at - CLOCK_SKEW_S <= statement.issued_at <= now_s + CLOCK_SKEW_S:
        raise BindingMismatch("issued_at")
    if not now_s < statement.expires_at <= statement.issued_at + LONGEST_LIFE_S:
        raise BindingMismatch("expires_at")
    return statement


def _layers(contents: SealedContents, expected: Expected, keys: KeyList, now_s: float) -> tuple[Dots, Front]:
    layers = Layers.read(_signed(contents.layers, keys.centre, "layers", keys, now_s).payload)
    _compare(
        layers.claims,
        {
            "v": 1,
            "kind": "layers",
            "transaction_id": expected.order.transaction_id,
            "document_id": expected.document_id,
            "statement_sha256": hashlib.sha256(contents.statement).digest(),
        },
        "layers.",
    )
    try:
        front = read_front(expected.document_id, layers.claims["background"], layers.claims["signed_code"])
    except Malformed as error:
        raise BindingMismatch(f"layers.{error.what}") from error
    return _dots(contents.back_panel, layers.back_panel, expected.order.head_dots, "back_panel"), front


def _code(front: Front, page: Dots, statement: Statement) -> None:
    """Check that a signed code covers nothing that the municipality signed."""
    if front.code and not fits(front.code, page.bits, page.width_dots, statement.claims.get("code_area")):
        raise BindingMismatch("layers.signed_code")


def _signed(data: bytes, by: dict[bytes, bytes], what: str, keys: KeyList, now_s: float) -> Signed:
    """Return what one of the keys `by` signed."""
    signed = Signed.read(data, what)
    public_key = by.get(signed.kid)
    if public_key is None or now_s >= keys.expires_at:
        raise BindingMismatch(f"{what}.kid")
    if not signed.is_by(public_key):
        raise BindingMismatch(f"{what}.signature")
    return signed


def _compare(claims: dict[str, object], expected: dict[str, object], prefix: str = "") -> None:
    """Compare as bytes, since to Python True equals 1 and 1.0."""
    for name, value in expected.items():
        if encoded(claims[name]) != encoded(value):
            raise BindingMismatch(prefix + name)


def _dots(bits: bytes, claim: DotsClaim, head_dots: int, what: str) -> Dots:
    """Check geometry and digest; the width is the head's, so no dot is scaled or cut off."""
    if claim.width_dots != head_dots or not LEAST_ROWS <= claim.height_rows <= MOST_ROWS:
        raise BindingMismatch(what)
    if len(bits) != claim.width_dots // 8 * claim.height_rows or hashlib.sha256(bits).digest() != claim.sha256:
        raise BindingMismatch(what)
    return Dots(claim.width_dots, claim.height_rows, bits)


def _document(expected: Expected, pages: tuple[Dots, ...], front: Front, panel: Dots) -> Document:
    order = expected.order
    rows = sum(page.height_rows + BETWEEN_PANELS_ROWS + panel.height_rows for page in pages) * order.choice.copies
    return Document(
        document_id=expected.document_id,
        fee_yen=order.fee_yen,
        copies=order.choice.copies,
        pages=pages,
        front=front,
        back_panel=panel,
        head_dots=order.head_dots,
        length_mm=-(-rows // DOTS_PER_MM),
    )
