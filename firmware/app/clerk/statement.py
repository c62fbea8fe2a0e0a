"""The form of what comes in a sealed document: the municipality's statement, the centre's layers, the dots.

Form only: which keys signed them and whether their claims are true is the matter of `binding.py`. An answer's form is
in `answer.py`.
Source: `docs/reference/hub-protocol.md`, "The statement of the municipality", "The layers", "The sealed document".
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import cast

from firmware.app.clerk import cose
from firmware.app.clerk.cose import Malformed

LEAST_ROWS = 8
MOST_ROWS = 20_000
MOST_PAGES = 20
_LONGEST_SIGNED = 16 * 1024

_SEALED = frozenset({"statement", "layers", "pages", "back_panels"})
_PAGE = frozenset({"width_dots", "height_rows", "sha256"})
_AREA = frozenset({"left_dots", "top_rows", "side_dots"})
_PANEL = _PAGE | {"kind"}
_LAYERS = frozenset(
    {"v", "kind", "transaction_id", "document_id", "statement_sha256", "background", "signed_code", "back_panels"}
)
# fmt: off
CLAIMS = frozenset({
    "v", "kind", "municipality", "transaction_id", "centre_nonce", "clerk_nonce", "kiosk_id",
    "card_fingerprint", "session_key_hash", "document_id", "type", "scope", "persons", "items", "fiscal_year", "copies",
    "fee_yen", "head_dots", "pages", "code_area", "issued_at", "expires_at",
})
# fmt: on


@dataclass(frozen=True)
class DotsClaim:
    """What is said about an area of dots."""

    width_dots: int
    height_rows: int
    sha256: bytes

    @classmethod
    def read(cls, value: object, what: str, fields: frozenset[str] = _PAGE) -> DotsClaim:
        """Take a map of exactly `fields` apart; `Malformed(what)`."""
        match cose.exactly(value, fields, what):
            case {"width_dots": int() as width, "height_rows": int() as height, "sha256": bytes() as digest}:
                return cls(width, height, digest)
            case _:
                raise Malformed(what)


@dataclass(frozen=True)
class Settled:
    """What the municipality alone settles in every statement: the dots of the pages and the times."""

    pages: tuple[DotsClaim, ...]
    issued_at: int
    expires_at: int

    @classmethod
    def read(cls, claims: dict[str, object], *, least_pages: int) -> Settled:
        """Take these fields of the claims apart; `Malformed`."""
        pages, issued_at, expires_at = claims["pages"], claims["issued_at"], claims["expires_at"]
        if type(issued_at) is not int:
            raise Malformed("issued_at")
        if type(expires_at) is not int:
            raise Malformed("expires_at")
        if type(pages) is not list or not least_pages <= len(cast("list[object]", pages)) <= MOST_PAGES:
            raise Malformed("pages")
        dots = tuple(DotsClaim.read(page, "pages") for page in cast("list[object]", pages))
        return cls(dots, issued_at, expires_at)


@dataclass(frozen=True)
class Statement:
    """The municipality's claims, by their names on the wire; what the clerk cannot know before apart.

    `code_area` is the square kept for the signed code: dots from the left, rows from the top, dots of its side.
    """

    claims: dict[str, object]
    document_id: str
    code_area: tuple[int, int, int]
    settled: Settled

    @classmethod
    def read(cls, payload: bytes) -> Statement:
        """Take the signed bytes apart; `Malformed`."""
        claims = cose.record(payload, CLAIMS, "statement")
        document_id = claims["document_id"]
        if not isinstance(document_id, str):
            raise Malformed("document_id")
        return cls(claims, document_id, _area(claims["code_area"]), Settled.read(claims, least_pages=1))


@dataclass(frozen=True)
class Layers:
    """The centre's claims: `claims` by their names on the wire, and the back panels, one a page."""

    claims: dict[str, object]
    back_panels: tuple[DotsClaim, ...]

    @classmethod
    def read(cls, payload: bytes) -> Layers:
        """Take the signed bytes apart; `Malformed`. Every panel is of the kind `scramble`."""
        claims = cose.record(payload, _LAYERS, "layers")
        return cls(claims, _panels(claims["back_panels"]))


@dataclass(frozen=True)
class SealedContents:
    """The plaintext of a sealed document, nothing of it checked but its form. `pages` and `back_panels` are dots."""

    statement: bytes
    layers: bytes
    pages: tuple[bytes, ...]
    back_panels: tuple[bytes, ...]

    @classmethod
    def read(cls, plaintext: bytes) -> SealedContents:
        """Take the plaintext apart; `Malformed`."""
        fields = cose.record(plaintext, _SEALED, "document")
        match fields:
            case {
                "statement": bytes() as statement,
                "layers": bytes() as layers,
            } if max(len(statement), len(layers)) <= _LONGEST_SIGNED:
                pages = read_pages(fields["pages"], least=1)
                back_panels = read_pages(fields["back_panels"], least=1, what="back_panels")
            case _:
                raise Malformed("document")
        return cls(statement, layers, pages, back_panels)


def read_pages(value: object, *, least: int, what: str = "pages") -> tuple[bytes, ...]:
    """Take a list of pages' dots apart; `Malformed(what)`."""
    pages = cast("list[bytes]", value)
    if (
        type(value) is not list
        or not least <= len(pages) <= MOST_PAGES
        or not all(type(page) is bytes for page in pages)
    ):
        raise Malformed(what)
    return tuple(pages)


def _panels(value: object) -> tuple[DotsClaim, ...]:
    panels = cast("list[dict[str, object]]", value)
    if type(value) is not list or not 1 <= len(panels) <= MOST_PAGES:
        raise Malformed("back_panels")
    claims = tuple(DotsClaim.read(panel, "back_panels", _PANEL) for panel in panels)
    if any(panel["kind"] != "scramble" for panel in panels):
        raise Malformed("back_panels")
    return claims


def _area(value: object) -> tuple[int, int, int]:
    fields = cose.exactly(value, _AREA, "code_area")
    if any(type(number) is not int for number in fields.values()):
        raise Malformed("code_area")
    left, top, side = (cast("int", fields[name]) for name in ("left_dots", "top_rows", "side_dots"))
    return left, top, side
