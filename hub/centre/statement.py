"""Checking a municipality's statement: whose signature, and whether every field belongs to this transaction and card.

Not responsible for what happens on a difference.
Source: `docs/reference/hub-protocol.md`, "The statement of the municipality", "Queries".
"""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from hashlib import sha256
from typing import Any, cast

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

from hub.centre.answer_form import is_answer
from hub.cose import BadSignature, canonical, peek_kid, verify1

SKEW_S = 60
PAGES_MAX = 20
ROWS_MAX = 20_000
_ID = re.compile(r"[0-9a-f]{32}")
_DIGEST_BYTES = 32


class Mismatch(Exception):
    """The statement is not this transaction's; `field` names what differs, never its value."""

    def __init__(self, field: str) -> None:
        super().__init__(field)
        self.field = field


_SETTLED_LATER = ("pages", "issued_at", "expires_at")
_AREA_DOTS = 192
_ANSWER_MAX_BYTES = 262_144


@dataclass(frozen=True, slots=True)
class Expectation:
    """What the centre itself knows about a statement before it comes: all fields but those the municipality settles.

    `stops` is the type (or the kind of query) that stops when the municipality's statement is another.
    """

    fields: Mapping[str, Any]
    head_dots: int
    stops: str

    @property
    def is_document(self) -> bool:
        """Whether it is the statement of a document; else of a query's answer."""
        return self.fields["kind"] == "document"

    @property
    def open_fields(self) -> tuple[str, ...]:
        """Name the fields that the municipality settles."""
        if not self.is_document:
            return ("answer", *_SETTLED_LATER)
        return ("document_id", "code_area", *_SETTLED_LATER)


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
    wanted = expected.fields
    for field in (*wanted, *expected.open_fields):
        if field not in record:
            raise Mismatch(field)
    for field, value in wanted.items():
        if canonical(record[field]) != canonical(value):
            raise Mismatch(field)
    if len(record) != len(wanted) + len(expected.open_fields):
        raise Mismatch("fields")
    _check_times(record["issued_at"], record["expires_at"], now_s)
    if not expected.is_document:
        _check_answer(record, expected)
        return
    if not isinstance(record["document_id"], str) or not _ID.fullmatch(record["document_id"]):
        raise Mismatch("document_id")
    _check_page_list(record["pages"], expected.head_dots)
    _check_area(record["code_area"], record["pages"][0])


def check_pages(record: Mapping[str, Any], pages: Sequence[bytes]) -> None:
    """Check that the dots are the signed ones, every page and in order; raises Mismatch."""
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


def _check_answer(record: Mapping[str, Any], expected: Expectation) -> None:
    answer = record["answer"]
    if len(canonical(answer)) > _ANSWER_MAX_BYTES or not is_answer(record["kind"], answer):
        raise Mismatch("answer")
    if record["kind"] != "preview":
        if record["pages"] != []:
            raise Mismatch("pages")
        return
    _check_page_list(record["pages"], expected.head_dots)
    if answer != {"sheets": len(record["pages"])}:
        raise Mismatch("answer")


def _check_area(area: Any, first: Mapping[str, Any]) -> None:
    if not isinstance(area, dict) or set(cast("dict[Any, Any]", area)) != {"left_dots", "top_rows", "side_dots"}:
        raise Mismatch("code_area")
    found = cast("dict[str, Any]", area)
    left, top, side = (found[name] for name in ("left_dots", "top_rows", "side_dots"))
    if type(left) is not int or type(top) is not int or type(side) is not int or side != _AREA_DOTS:
        raise Mismatch("code_area")
    if not (0 <= left <= first["width_dots"] - side and 0 <= top <= first["height_rows"] - side):
        raise Mismatch("code_area")


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
