"""What queries are answered, as the clerk takes it: the maps of the protocol to frozen structures, strictly.

A field more, a word that is not the protocol's or a text without end is `Malformed("answer")`. Not responsible for
whose answer it is (`answer.py`). Source: `docs/reference/hub-protocol.md`, "Queries".
"""

from __future__ import annotations

from datetime import date
from typing import Annotated, Literal, TypeVar

import msgspec
from msgspec import Meta, field

from firmware.app.clerk.cose import Malformed
from firmware.app.clerk.order import MOST_COPIES, MOST_PERSONS, Item, Scope, Type, Year

_Id = Annotated[str, Meta(pattern=r"^[0-9a-f]{32}\Z")]
_Text = Annotated[str, Meta(max_length=200, pattern=r"^[^\x00-\x1f\x7f]*\Z")]
_Name = Annotated[str, Meta(min_length=1, max_length=200, pattern=r"^[^\x00-\x1f\x7f]+\Z")]
_Count = Annotated[int, Meta(ge=0, le=1_000_000)]
_Seconds = Annotated[int, Meta(ge=0, le=32_503_680_000)]  # to the year 3000

T = TypeVar("T")


class _Map(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Base: every field has to be there, and none more."""


class Person(_Map, frozen=True):
    """One who can be chosen; `own` is the holder of the card. `ref` means something in this transaction only."""

    ref: _Id
    name: _Name
    kana: _Text
    own: bool = field(name="self")
    relationship: _Text
    birth_date: date
    foreign: bool


class Household(_Map, frozen=True):
    """Who can be chosen for a type, and which scopes, items and years of the offer make sense for this person."""

    persons: Annotated[tuple[Person, ...], Meta(max_length=MOST_PERSONS)]
    scopes: Annotated[tuple[Scope, ...], Meta(min_length=1, max_length=5)]
    items: Annotated[tuple[Item, ...], Meta(max_length=5)]
    fiscal_years: Annotated[tuple[Year, ...], Meta(max_length=20)]

    def __post_init__(self) -> None:
        """Refuse a person listed twice, and two holders of one card."""
        if len({each.ref for each in self.persons}) != len(self.persons) or sum(each.own for each in self.persons) > 1:
            raise ValueError("a person is listed twice")


class Preview(_Map, frozen=True):
    """How many sheets one copy has."""

    sheets: Annotated[int, Meta(ge=1, le=20)]


class Request(_Map, frozen=True):
    """A request for use from elsewhere (本籍地利用登録)."""

    number: Annotated[str, Meta(pattern=r"^[0-9]{12}\Z")]
    state: Literal["requested", "approved", "rejected"]
    requested_on: date
    decided_on: date | None
    reason: Literal["not_found", "not_confirmed", "incomplete"] | None


class Requests(_Map, frozen=True):
    """All requests of the holder, newest first."""

    requests: Annotated[tuple[Request, ...], Meta(max_length=100)]


class Registered(_Map, frozen=True):
    """All requests of the holder after one was made; the first is that one, or the one that was there."""

    requests: Annotated[tuple[Request, ...], Meta(min_length=1, max_length=100)]


class Issue(_Map, frozen=True):
    """A certificate that was issued; `checks` counts look-ups at the inquiry site, None where that is not known."""

    issued_at: _Seconds
    type: Type
    document_id: _Id
    copies: Annotated[int, Meta(ge=1, le=MOST_COPIES)]
    fee_yen: _Count
    kiosk_id: Annotated[str, Meta(pattern=r"^[a-z0-9-]{3,40}\Z")]
    checks: _Count | None


class Issues(_Map, frozen=True):
    """What was issued to the holder, newest first."""

    issues: Annotated[tuple[Issue, ...], Meta(max_length=50)]


def read(value: object, kind: type[T]) -> T:
    """Return the decoded map as `kind`; `Malformed("answer")`."""
    try:
        return msgspec.convert(value, kind, strict=True)
    except (msgspec.ValidationError, RecursionError, OverflowError) as error:
        raise Malformed("answer") from error
