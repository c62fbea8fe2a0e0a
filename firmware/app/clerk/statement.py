"""The form of what comes in a sealed document: the municipality's statement, the centre's layers, the dots.

Form only: which keys signed them and whether their claims are true is the matter of `binding.py`.
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

_SEALED = frozenset({"statement", "layers", "pages", "back_panel"})
_PAGE = frozenset({"width_dots", "height_rows", "sha256"})
_PANEL = _PAGE | {"kind"}
_LAYERS = frozenset(
    {"v", "kind", "transaction_id", "document_id", "statement_sha256", "background", "signed_code", "back_panel"}
)
# fmt: off
CLAIMS = frozenset({
    "v", "kind", "municipality", "transaction_id", "centre_nonce", "clerk_nonce", "kiosk_id",
    "card_fingerprint", "session_key_hash", "document_id", "type", "scope", "items", "copies", "fee_yen", "head_dots",
    "pages", "issued_at", "expires_at",
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
class Statement:
    """The municipality's claims, by their names on the wire; `pages` and times apart."""

    claims: dict[str, object]
    document_id: str
    pages: tuple[DotsClaim, ...]
    issued_at: int
    expires_at: int

    @classmethod
    def read(cls, payload: bytes) -> Statement:
        """Take the signed bytes apart; `Malformed`."""
        claims = cose.record(payload, CLAIMS, "statement")
        pages, document_id = claims["pages"], claims["document_id"]
        issued_at, expires_at = claims["issued_at"], claims["expires_at"]
        if not isinstance(document_id, str):
            raise Malformed("document_id")
        if type(issued_at) is not int:
            raise Malformed("issued_at")
        if type(expires_at) is not int:
            raise Malformed("expires_at")
        if type(pages) is not list or not 1 <= len(cast("list[object]", pages)) <= MOST_PAGES:
            raise Malformed("pages")
        dots = tuple(DotsClaim.read(page, "pages") for page in cast("list[object]", pages))
        return cls(claims, document_id, dots, issued_at, expires_at)


@dataclass(frozen=True)
class Layers:
    """The centre's claims: `claims` by their names on the wire, and the back panel."""

    claims: dict[str, object]
    back_panel: DotsClaim

    @classmethod
    def read(cls, payload: bytes) -> Layers:
        """Take the signed bytes apart; `Malformed`. In this version the panel's kind is `placeholder`."""
        claims = cose.record(payload, _LAYERS, "layers")
        panel = DotsClaim.read(claims["back_panel"], "back_panel", _PANEL)
        if cast("dict[str, object]", claims["back_panel"])["kind"] != "placeholder":
            raise Malformed("back_panel")
        return cls(claims, panel)


@dataclass(frozen=True)
class SealedContents:
    """The plaintext of a sealed document, nothing of it checked but its form. `pages` and `back_panel` are dots."""

    statement: bytes
    layers: bytes
    pages: tuple[bytes, ...]
    back_panel: bytes

    @classmethod
    def read(cls, plaintext: bytes) -> SealedContents:
        """Take the plaintext apart; `Malformed`."""
        fields = cose.record(plaintext, _SEALED, "document")
        match fields:
            case {
                "statement": bytes() as statement,
                "layers": bytes() as layers,
                "back_panel": bytes() as back_panel,
            } if max(len(statement), len(layers)) <= _LONGEST_SIGNED:
                pages = _pages(fields["pages"])
            case _:
                raise Malformed("document")
        return cls(statement, layers, pages, back_panel)


def _pages(value: object) -> tuple[bytes, ...]:
    pages = cast("list[bytes]", value)
    if type(value) is not list or not 1 <= len(pages) <= MOST_PAGES or not all(type(page) is bytes for page in pages):
        raise Malformed("pages")
    return tuple(pages)
