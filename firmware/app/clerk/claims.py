"""The checks that every answer of a municipality passes, document or not: each claim against what the clerk knows.

It knows by itself: the card it read, its own nonce and keys, what it asked, the pinned root's key list. Nothing is
believed because it came with the answer. Pure: no clock, no network. Source: `DESIGN`, "Binding";
`docs/reference/hub-protocol.md`, "The statement of the municipality".
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from typing import TYPE_CHECKING

from firmware.app.clerk.cose import Signed, encoded
from firmware.app.clerk.statement import LEAST_ROWS, MOST_ROWS, DotsClaim

if TYPE_CHECKING:
    from collections.abc import Mapping

    from firmware.app.clerk.key_list import KeyList

VERSION = 2
CLOCK_SKEW_S = 120
LONGEST_LIFE_S = 3600


class BindingMismatch(Exception):
    """The answer is not to be shown, paid for or printed. `field` is a name of the protocol or of a part.

    `statement` holds the municipality's COSE bytes, to be submitted to the centre; `None` when nothing could be opened.
    """

    def __init__(self, field: str, statement: bytes | None = None) -> None:
        super().__init__(field)
        self.field = field
        self.statement = statement


@dataclass(frozen=True)
class Session:
    """What the clerk knows of its own about this person's visit. Nonces, fingerprint and hash have 32 bytes.

    `opened_at` is in seconds since 1970.
    """

    transaction_id: str
    municipality: str
    kiosk_id: str
    centre_nonce: bytes
    clerk_nonce: bytes
    card_fingerprint: bytes
    session_key_hash: bytes
    head_dots: int
    opened_at: float

    def claims(self, kind: str) -> dict[str, object]:
        """Return the fields that every statement of this session has, with the one value that each can have."""
        return {
            "v": VERSION,
            "kind": kind,
            "municipality": self.municipality,
            "transaction_id": self.transaction_id,
            "centre_nonce": self.centre_nonce,
            "clerk_nonce": self.clerk_nonce,
            "kiosk_id": self.kiosk_id,
            "card_fingerprint": self.card_fingerprint,
            "session_key_hash": self.session_key_hash,
        }

    def check_times(self, issued_at: int, expires_at: int, now_s: float) -> None:
        """Check that the statement was made in this session and is good at `now_s`; `BindingMismatch`."""
        if not self.opened_at - CLOCK_SKEW_S <= issued_at <= now_s + CLOCK_SKEW_S:
            raise BindingMismatch("issued_at")
        if not now_s < expires_at <= issued_at + LONGEST_LIFE_S:
            raise BindingMismatch("expires_at")


@dataclass(frozen=True)
class Dots:
    """An area of dots: rows top to bottom, `width_dots / 8` bytes a row, most significant bit left, 1 = black."""

    width_dots: int
    height_rows: int
    bits: bytes


def payload_by(data: bytes, by: Mapping[bytes, bytes], what: str, keys: KeyList, now_s: float) -> bytes:
    """Return what one of the keys `by` signed; `BindingMismatch`, `Malformed`."""
    signed = Signed.read(data, what)
    public_key = by.get(signed.kid)
    if public_key is None or now_s >= keys.expires_at:
        raise BindingMismatch(f"{what}.kid")
    if not signed.is_by(public_key):
        raise BindingMismatch(f"{what}.signature")
    return signed.payload


def compare(claims: Mapping[str, object], expected: Mapping[str, object], prefix: str = "") -> None:
    """Compare as bytes, since to Python True equals 1 and 1.0; `BindingMismatch` names the first that differs."""
    for name, value in expected.items():
        if encoded(claims[name]) != encoded(value):
            raise BindingMismatch(prefix + name)


def checked_pages(
    pages: tuple[bytes, ...], claims: tuple[DotsClaim, ...], head_dots: int, what: str = "pages"
) -> tuple[Dots, ...]:
    """Check every page (or panel) against the claim in its place; `BindingMismatch(what)`."""
    if len(pages) != len(claims):
        raise BindingMismatch(what)
    return tuple(checked_dots(bits, claim, head_dots, what) for bits, claim in zip(pages, claims, strict=True))


def checked_dots(bits: bytes, claim: DotsClaim, head_dots: int, what: str) -> Dots:
    """Check geometry and digest; the width is the head's, so no dot is scaled or cut off. `BindingMismatch`."""
    if claim.width_dots != head_dots or not LEAST_ROWS <= claim.height_rows <= MOST_ROWS:
        raise BindingMismatch(what)
    if len(bits) != claim.width_dots // 8 * claim.height_rows or hashlib.sha256(bits).digest() != claim.sha256:
        raise BindingMismatch(what)
    return Dots(claim.width_dots, claim.height_rows, bits)
