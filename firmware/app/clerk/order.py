"""What can be had and what the person chose: offers, the choice, and the order that the session key signs.

Not responsible for sending it. Source: `docs/reference/hub-protocol.md`, "Offers", "The order".
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Annotated, Literal

import msgspec
from msgspec import Meta

from firmware.app.availability import Hours
from firmware.app.clerk import cose
from firmware.app.clerk.claims import VERSION

if TYPE_CHECKING:
    from firmware.app.clerk.session_keys import SessionKeys

Type = Literal["resident_record", "seal_registration", "income_tax", "family_register", "family_register_supplement"]
Scope = Literal["self", "household", "members", "whole", "individual"]
Item = Literal["relationship", "domicile", "nationality", "residence_status", "residence_card"]
Reason = Literal["hours", "closed_day", "maintenance", "down", "operator_not_contracted", "stopped", "not_issued"]
Year = Annotated[int, Meta(ge=1989, le=2999)]
BY_NAME = ("members", "individual")  # the scopes for which persons are chosen
MOST_COPIES = 10
MOST_PERSONS = 100


class Offer(msgspec.Struct, frozen=True):
    """One type of certificate of this municipality; `fee_yen` is for one copy.

    It can be had now when it is `available`, else `reason` tells why not. `fiscal_years` come newest first.
    """

    type: Type
    fee_yen: Annotated[int, Meta(ge=0, le=100_000)]
    copies_max: Annotated[int, Meta(ge=1, le=MOST_COPIES)]
    hours: Hours
    available: bool
    reason: Reason | None
    scopes: Annotated[tuple[Scope, ...], Meta(min_length=1, max_length=5)]
    items: Annotated[tuple[Item, ...], Meta(max_length=5)]
    fiscal_years: Annotated[tuple[Year, ...], Meta(max_length=20)]


@dataclass(frozen=True)
class Choice:
    """What the person confirmed. `persons` are references of the household answer; these and `items` in any order."""

    type: str
    scope: str
    items: tuple[str, ...] = ()
    copies: int = 1
    persons: tuple[str, ...] = ()
    fiscal_year: int | None = None

    def __post_init__(self) -> None:
        """Bring items and persons into the order of the protocol."""
        object.__setattr__(self, "items", tuple(sorted(self.items)))
        object.__setattr__(self, "persons", tuple(sorted(self.persons)))


@dataclass(frozen=True)
class Order:
    """The choice with everything it is bound to; `fee_yen` is for all copies."""

    transaction_id: str
    municipality: str
    choice: Choice
    fee_yen: int
    head_dots: int

    @classmethod
    def of(
        cls, choice: Choice, offers: tuple[Offer, ...], transaction_id: str, municipality: str, head_dots: int
    ) -> Order:
        """Return the order; `ValueError` when the choice was not offered."""
        for offer in offers:
            if offer.type == choice.type and offer.available:
                break
        else:
            raise ValueError("this type was not offered")
        _check(choice, offer)
        return cls(transaction_id, municipality, choice, offer.fee_yen * choice.copies, head_dots)

    def fields(self) -> dict[str, object]:
        """Return the order's fields from `type` to `head_dots`, by their names on the wire."""
        choice = self.choice
        return {
            "type": choice.type,
            "scope": choice.scope,
            "persons": list(choice.persons),
            "items": list(choice.items),
            "fiscal_year": choice.fiscal_year,
            "copies": choice.copies,
            "fee_yen": self.fee_yen,
            "head_dots": self.head_dots,
        }

    def signed(self, keys: SessionKeys) -> bytes:
        """Return the COSE_Sign1 by the session's signing key."""
        bound = {
            "v": VERSION,
            "transaction_id": self.transaction_id,
            "municipality": self.municipality,
            "clerk_nonce": keys.clerk_nonce,
        }
        return keys.sign(cose.encoded({**bound, **self.fields()}))


def _check(choice: Choice, offer: Offer) -> None:
    doubled = any(len(set(each)) != len(each) for each in (choice.items, choice.persons))
    if doubled or not set(choice.items) <= set(offer.items) or choice.scope not in offer.scopes:
        raise ValueError("these items, persons or this scope were not offered")
    if bool(choice.persons) != (choice.scope in BY_NAME) or len(choice.persons) > MOST_PERSONS:
        raise ValueError("this number of persons was not offered for this scope")
    if choice.fiscal_year not in (offer.fiscal_years or (None,)):
        raise ValueError("this fiscal year was not offered")
    if not 1 <= choice.copies <= offer.copies_max:
        raise ValueError("this number of copies was not offered")
