"""What the centre knows about people, in memory only: one session a transaction, gone with it.

Holds the card's certificate until the municipality has answered, and the sealed document until its one fetch.
Not responsible for states, which are records (`records.py`).
"""

from dataclasses import dataclass
from datetime import datetime

from hub.centre.order_form import OrderForm


@dataclass(slots=True)
class CardSession:
    """A card that was checked in a transaction, the session's public keys, and what came of it."""

    clerk_nonce: bytes
    signing_key: bytes
    encryption_key: bytes
    certificate_der: bytes
    signature: bytes
    card_fingerprint: bytes
    order: OrderForm | None = None
    statement_sha256: bytes | None = None


@dataclass(frozen=True, slots=True)
class HeldDocument:
    """A sealed document that waits for its clerk until `drop_at`."""

    sealed: bytes
    drop_at: datetime


class Sessions:
    """All sessions of this process, by transaction id."""

    def __init__(self) -> None:
        self.cards: dict[str, CardSession] = {}
        self.documents: dict[str, HeldDocument] = {}

    def forget(self, transaction_id: str) -> None:
        """Drop everything about a transaction."""
        self.cards.pop(transaction_id, None)
        self.documents.pop(transaction_id, None)
