"""What can be had and what the person chose: offers, the choice, and the order that the session key signs.

Not responsible for sending it. Source: `docs/reference/hub-protocol.md`, "Resources of the centre", "The order".
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Annotated, Literal

import msgspec
from msgspec import Meta

from firmware.app.clerk import cose

if TYPE_CHECKING:
    from firmware.app.clerk.session_keys import SessionKeys

Scope = Literal["self", "household"]
_Word = Annotated[str, Meta(pattern=r"^[a-z_]{1,40}\Z")]
MOST_COPIES = 10


class Offer(msgspec.Struct, frozen=True):
    """One type of certificate that this municipality issues to this card now; `fee_yen` is for one copy."""

    type: _Word
    fee_yen: Annotated[int, Meta(ge=0, le=100_000)]
    items: Annotated[tuple[_Word, ...], Meta(max_length=20)]
    scopes: Annotated[tuple[Scope, ...], Meta(min_length=1, max_length=2)]
    copies_max: Annotated[int, Meta(ge=1, le=MOST_COPIES)]


@dataclass(frozen=True)
class Choice:
    """What the person confirmed. `items` in any order."""

    type: str
    scope: Scope
    items: tuple[str, ...]
    copies: int

    def __post_init__(self) -> None:
        """Bring the items into the order of the protocol."""
        object.__setattr__(self, "items", tuple(sorted(self.items)))


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
            if offer.type == choice.type:
                break
        else:
            raise ValueError("this type was not offered")
        doubled = len(set(choice.items)) != len(choice.items)
        if doubled or not set(choice.items) <= set(offer.items) or choice.scope not in offer.scopes:
            raise ValueError("these items or this scope were not offered")
        if not 1 <= choice.copies <= offer.copies_max:
            raise ValueError("this number of copies was not offered")
        return cls(transaction_id, municipality, choice, offer.fee_yen * choice.copies, head_dots)

    def signed(self, keys: SessionKeys) -> bytes:
        """Return the COSE_Sign1 by the session's signing key."""
        return keys.sign(
            cose.encoded(
                {
                    "v": 1,
                    "transaction_id": self.transaction_id,
                    "municipality": self.municipality,
                    "type": self.choice.type,
                    "scope": self.choice.scope,
                    "items": list(self.choice.items),
                    "copies": self.choice.copies,
                    "fee_yen": self.fee_yen,
                    "head_dots": self.head_dots,
                    "clerk_nonce": keys.clerk_nonce,
                }
            )
        )
