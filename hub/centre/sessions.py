"""What the centre knows about people, for minutes only: one session a transaction, gone with it.

Holds the card's certificate until the municipality has answered, and the sealed document until its one fetch. A session
is encrypted with a key of its own, made from a secret that is never in a database. Not responsible for states, which
are records (`records.py`), nor for where it lies (`held.py`).
"""

import secrets
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from datetime import datetime
from hashlib import sha256
from typing import Any

import cbor2
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF
from sqlalchemy import Engine, bindparam, delete, func, insert, select, update

from hub.centre.held import HeldCard, HeldDocument
from hub.centre.records import Transaction
from hub.centre.statement import Expectation
from hub.database import reading, writing
from hub.order_fields import VERSION

SECRET_BYTES = 32
_NONCE_BYTES = 12
_THIS_CARD = HeldCard.transaction_id == bindparam("wanted")
_CARD = select(HeldCard.sealed).where(_THIS_CARD)
_KEEP = update(HeldCard).where(_THIS_CARD).values(sealed=bindparam("now"))
_WORK = update(HeldCard).where(_THIS_CARD).values(worked_on_by=bindparam("by"))
_UNDER_WAY = select(func.count()).where(HeldCard.worked_on_by.is_not(None))
_FORGET = tuple(delete(it).where(it.transaction_id == bindparam("wanted")) for it in (HeldCard, HeldDocument))
_TAKE = _FORGET[1].returning(HeldDocument.sealed, HeldDocument.drop_at_s)


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
    queries: int = 0
    expected: Expectation | None = None
    statement_sha256: bytes | None = None

    def bound_fields(self, row: Transaction) -> dict[str, Any]:
        """Return the fields that tie every statement to this card, session, transaction and kiosk."""
        return {
            "v": VERSION,
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


class Sessions:
    """All sessions, by transaction id; what was changed in a session is kept by `keep_card` only."""

    def __init__(self, held: Engine, secret: bytes, process: str) -> None:
        self._held = held
        self._secret = secret
        self._process = process

    def card(self, transaction_id: str) -> CardSession | None:
        """Return the session of a transaction whose card was checked."""
        with reading(self._held) as connection:
            sealed = connection.scalar(_CARD, {"wanted": transaction_id})
        return None if sealed is None else _read(unsealed(self._secret, sealed, transaction_id))

    def keep_card(self, transaction_id: str, card: CardSession) -> None:
        """Keep a session as it is now."""
        sealed = sealed_for(self._secret, cbor2.dumps(asdict(card)), transaction_id)
        new = {"transaction_id": transaction_id, "sealed": sealed, "worked_on_by": None}
        with writing(self._held) as connection:
            if connection.execute(_KEEP, {"wanted": transaction_id, "now": sealed}).rowcount == 0:
                connection.execute(insert(HeldCard), new)

    def work_on(self, transaction_id: str) -> int:
        """Note that this process waits for a municipality; if it dies, others end the transaction.

        Returns how many transactions all processes of the centre work on now, with this one.
        """
        self._work(transaction_id, self._process)
        with reading(self._held) as connection:
            return connection.scalar(_UNDER_WAY) or 0

    def work_done(self, transaction_id: str) -> None:
        """Note that it waits no more."""
        self._work(transaction_id, None)

    def abandoned(self, alive: set[str]) -> Sequence[str]:
        """List transactions whose process died while it worked on them."""
        wanted = select(HeldCard.transaction_id).where(
            HeldCard.worked_on_by.is_not(None), HeldCard.worked_on_by.not_in(alive)
        )
        with reading(self._held) as connection:
            return connection.scalars(wanted).all()

    def keep_document(self, transaction_id: str, sealed: bytes, drop_at: datetime) -> None:
        """Keep a sealed document for its one fetch."""
        row = {"transaction_id": transaction_id, "sealed": sealed, "drop_at_s": int(drop_at.timestamp())}
        with writing(self._held) as connection:
            connection.execute(_FORGET[1], {"wanted": transaction_id})
            connection.execute(insert(HeldDocument), row)

    def take_document(self, transaction_id: str, now: datetime) -> bytes | None:
        """Return the document and drop it: of those who ask, one gets it. None when it is gone or too old."""
        with writing(self._held) as connection:
            taken = connection.execute(_TAKE, {"wanted": transaction_id}).one_or_none()
        return taken[0] if taken is not None and now.timestamp() < taken[1] else None

    def not_fetched(self, now: datetime) -> Sequence[str]:
        """List transactions whose document nobody fetched in time."""
        late = select(HeldDocument.transaction_id).where(HeldDocument.drop_at_s <= now.timestamp())
        with reading(self._held) as connection:
            return connection.scalars(late).all()

    def card_ids(self) -> list[str]:
        """List transactions with a session."""
        with reading(self._held) as connection:
            return [*connection.scalars(select(HeldCard.transaction_id))]

    def document_ids(self) -> list[str]:
        """List transactions with a document."""
        with reading(self._held) as connection:
            return [*connection.scalars(select(HeldDocument.transaction_id))]

    def forget(self, transaction_id: str) -> None:
        """Drop everything about a transaction."""
        with writing(self._held) as connection:
            for each in _FORGET:
                connection.execute(each, {"wanted": transaction_id})

    def _work(self, transaction_id: str, process: str | None) -> None:
        with writing(self._held) as connection:
            connection.execute(_WORK, {"wanted": transaction_id, "by": process})


def sealed_for(secret: bytes, plaintext: bytes, purpose: str) -> bytes:
    """Encrypt with a key made for this purpose (a transaction, an idempotency key): nonce, then ciphertext and tag."""
    nonce = secrets.token_bytes(_NONCE_BYTES)
    return nonce + AESGCM(_key(secret, purpose)).encrypt(nonce, plaintext, purpose.encode())


def unsealed(secret: bytes, sealed: bytes, purpose: str) -> bytes:
    """Decrypt; raises cryptography's InvalidTag for another purpose, secret or content."""
    return AESGCM(_key(secret, purpose)).decrypt(sealed[:_NONCE_BYTES], sealed[_NONCE_BYTES:], purpose.encode())


def _key(secret: bytes, purpose: str) -> bytes:
    return HKDF(SHA256(), SECRET_BYTES, None, b"centre-held-v1:" + purpose.encode()).derive(secret)


def _read(plaintext: bytes) -> CardSession:
    fields: dict[str, Any] = cbor2.loads(plaintext)
    if fields["expected"] is not None:
        fields["expected"] = Expectation(**fields["expected"])
    return CardSession(**fields)
