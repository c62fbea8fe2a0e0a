"""What the centre knows about people, in memory only: one session a transaction, gone with it.

Holds the card's certificate until the municipality has answered, and the sealed document until its one fetch.
Not responsible for states, which are records (`records.py`).
"""

from dataclasses import dataclass
from datetime import datetime
from hashlib import sha256
from typing import Any

from hub.centre.records import Transaction
from hub.centre.statement import Expectation


@dataclass(slots=True)
class CardSession:
    """A card that was checked in a transaction, the session's public keys, and what came of it.

    `expected` and `statement_sha256` are those of the last statement that was handed out.
    """

    clerk_nonce: bytes
    signing_key: bytes
    encryption_key: bytes
    certificate_der: bytes
    signature: bytes
    card_fingerprint: bytes
    version: int = 1
    queries: int = 0
    expected: Expectation | None = None
    statement_sha256: bytes | None = None

    def bound_fields(self, row: Transaction) -> dict[str, Any]:
        """Return the fields that tie every statement to this card, session, transaction and kiosk."""
        return {
            "v": self.version,
            "municipality": row.municipality,
            "transaction_id": row.id,
            "centre_nonce": row.centre_nonce,
            "clerk_nonce": self.clerk_nonce,
            "kiosk_id": row.kiosk_id,
            "card_fingerprint": self.card_fingerprint,
            "session_key_hash": sha256(self.signing_key + self.encryption_key).digest(),
        }

    def chain_fields(self, row: Transaction) -> dict[str, Any]:
        """Return the fields of `interface.ChainRequest`: the chain from card to session, for the municipality."""
        return {
            "municipality": row.municipality,
            "transaction_id": row.id,
            "centre_nonce": row.centre_nonce,
            "kiosk_id": row.kiosk_id,
            "clerk_nonce": self.clerk_nonce,
            "signing_key": self.signing_key,
            "encryption_key": self.encryption_key,
            "certificate_der": self.certificate_der,
            "signature": self.signature,
        }

    def handed_out(self, expected: Expectation, statement: bytes) -> None:
        """Remember what a complaint would be about: the last statement."""
        self.expected, self.statement_sha256 = expected, sha256(statement).digest()


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
