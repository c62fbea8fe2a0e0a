"""The check that this document is this person's: every claim against what the clerk itself knows.

The checks that it shares with the answers of queries are in `claims.py`. Pure: no clock, no network. Source: `DESIGN`,
"Binding"; `docs/reference/hub-protocol.md`, "The statement of the municipality", "The layers of the centre".
"""

from __future__ import annotations

import hashlib
import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

from firmware.app.clerk.claims import BindingMismatch, Dots, Session, checked_pages, compare, payload_by
from firmware.app.clerk.cose import Malformed
from firmware.app.clerk.front import Front, is_blank, read_front
from firmware.app.clerk.statement import Layers, SealedContents, Statement

if TYPE_CHECKING:
    from firmware.app.clerk.key_list import KeyList
    from firmware.app.clerk.order import Order

DOTS_PER_MM = 8
BETWEEN_PANELS_ROWS = 16 + 2 + 16  # blank, fold line, blank: "One strip"
_ID = re.compile(r"[0-9a-f]{32}")


@dataclass(frozen=True)
class Expected:
    """What the clerk knows of its own; `document_id` is what the centre announced when it took the order."""

    session: Session
    order: Order
    document_id: str

    def claims(self) -> dict[str, object]:
        """Return the statement's fields that can have one value only."""
        return {**self.session.claims("document"), "document_id": self.document_id, **self.order.fields()}


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
    back_panels: tuple[Dots, ...]
    head_dots: int
    length_mm: int


def check(plaintext: bytes, expected: Expected, keys: KeyList, now_s: float) -> Document:
    """Return the document when every claim holds at `now_s`, else raise `BindingMismatch`."""
    statement: bytes | None = None
    try:
        contents = SealedContents.read(plaintext)
        statement = contents.statement
        claims = _statement(contents.statement, expected, keys, now_s)
        panels, front = _layers(contents, expected, keys, now_s)
        pages = checked_pages(contents.pages, claims.settled.pages, expected.session.head_dots)
        _code(front, pages[0], claims)
        if len(panels) != len(pages):
            raise BindingMismatch("back_panels")  # noqa: TRY301 - the same end as any other difference
    except Malformed as error:
        raise BindingMismatch(error.what, statement) from error
    except BindingMismatch as error:
        error.statement = statement
        raise
    return _document(expected, pages, front, panels)


def _statement(data: bytes, expected: Expected, keys: KeyList, now_s: float) -> Statement:
    by = keys.municipalities.get(expected.session.municipality, {})
    statement = Statement.read(payload_by(data, by, "statement", keys, now_s))
    compare(statement.claims, expected.claims())
    if not _ID.fullmatch(statement.document_id):
        raise BindingMismatch("document_id")
    expected.session.check_times(statement.settled.issued_at, statement.settled.expires_at, now_s)
    return statement


def _layers(
    contents: SealedContents, expected: Expected, keys: KeyList, now_s: float
) -> tuple[tuple[Dots, ...], Front]:
    layers = Layers.read(payload_by(contents.layers, keys.centre, "layers", keys, now_s))
    compare(
        layers.claims,
        {
            "v": 1,
            "kind": "layers",
            "transaction_id": expected.session.transaction_id,
            "document_id": expected.document_id,
            "statement_sha256": hashlib.sha256(contents.statement).digest(),
        },
        "layers.",
    )
    try:
        front = read_front(expected.document_id, layers.claims["background"], layers.claims["signed_code"])
    except Malformed as error:
        raise BindingMismatch(f"layers.{error.what}") from error
    head_dots = expected.session.head_dots
    return checked_pages(contents.back_panels, layers.back_panels, head_dots, "back_panels"), front


def _code(front: Front, page: Dots, statement: Statement) -> None:
    """Check that the square for the signed code is blank, and that a code stands in no other."""
    if not is_blank(page.bits, page.width_dots, statement.code_area):
        raise BindingMismatch("code_area")
    if front.code and front.code.area != statement.code_area:
        raise BindingMismatch("layers.signed_code")


def _document(expected: Expected, pages: tuple[Dots, ...], front: Front, panels: tuple[Dots, ...]) -> Document:
    order = expected.order
    strips = zip(pages, panels, strict=True)
    rows = sum(page.height_rows + BETWEEN_PANELS_ROWS + panel.height_rows for page, panel in strips)
    return Document(
        document_id=expected.document_id,
        fee_yen=order.fee_yen,
        copies=order.choice.copies,
        pages=pages,
        front=front,
        back_panels=panels,
        head_dots=order.head_dots,
        length_mm=-(-rows * order.choice.copies // DOTS_PER_MM),
    )
