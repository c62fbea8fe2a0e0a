"""What the clerk asks a municipality before an order: the five kinds of queries, signed by the session's key.

Not responsible for sending them nor for checking what comes (`exchange.py`, `answer.py`).
Source: `docs/reference/hub-protocol.md`, "Queries".
"""

from __future__ import annotations

import secrets
from dataclasses import dataclass
from typing import TYPE_CHECKING, Generic, TypeVar

from firmware.app.clerk import cose
from firmware.app.clerk.answers import Household, Issues, Preview, Registered, Requests
from firmware.app.clerk.claims import VERSION

if TYPE_CHECKING:
    from firmware.app.clerk.claims import Session
    from firmware.app.clerk.order import Order
    from firmware.app.clerk.session_keys import SessionKeys

NONCE_BYTES = 32
T = TypeVar("T")


@dataclass(frozen=True)
class Query(Generic[T]):
    """A question and the form of its answer."""

    kind: str
    of: dict[str, object]
    answer: type[T]

    def signed(self, session: Session, keys: SessionKeys) -> bytes:
        """Return the COSE_Sign1 by the session's signing key, with a nonce of its own."""
        return keys.sign(
            cose.encoded(
                {
                    "v": VERSION,
                    "kind": self.kind,
                    "transaction_id": session.transaction_id,
                    "municipality": session.municipality,
                    "clerk_nonce": keys.clerk_nonce,
                    "query_nonce": secrets.token_bytes(NONCE_BYTES),
                    "of": self.of,
                }
            )
        )


def household(kind: str) -> Query[Household]:
    """Ask who can be chosen for a type, and whether this person can have it at all."""
    return Query("household", {"type": kind}, Household)


def preview(order: Order) -> Query[Preview]:
    """Ask for the sheets of one copy with all values masked."""
    return Query("preview", {"order": order.fields()}, Preview)


def registration() -> Query[Requests]:
    """Ask what became of the holder's requests for use from elsewhere."""
    return Query("registration", {}, Requests)


def register(name_kana: str, birth_date: str, phone: str) -> Query[Registered]:
    """Ask for use from elsewhere; `birth_date` like "1986-11-30", `phone` in digits."""
    return Query("register", {"name_kana": name_kana, "birth_date": birth_date, "phone": phone}, Registered)


def history() -> Query[Issues]:
    """Ask what was issued to the holder."""
    return Query("history", {}, Issues)
