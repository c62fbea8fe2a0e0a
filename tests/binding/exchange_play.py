"""A clerk's exchange with a fake centre that answers correctly, to be attacked. Not a test."""

from __future__ import annotations

import hashlib
import time
from pathlib import Path
from typing import Any

import cbor2
from binding_answer import CERTIFICATE, DOCUMENT, HEAD_DOTS, KOGA, PERSONS, TRANSACTION, Answer, seal
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat
from fake_client import FakeClient, b64, unb64
from query_answer import LABEL, QueryAnswer

from firmware.app.clerk.exchange import Exchange
from firmware.app.clerk.order import Choice, Offer

CHOICE = Choice("resident_record", "members", ("relationship", "domicile"), 2, PERSONS)
OFFERS: list[dict[str, Any]] = [
    {
        "type": "resident_record",
        "fee_yen": 250,
        "copies_max": 10,
        "hours": {"open": "06:30", "close": "23:00"},
        "available": True,
        "reason": None,
        "scopes": ["self", "household", "members"],
        "items": ["relationship", "domicile"],
        "fiscal_years": [],
    },
    {
        "type": "income_tax",
        "fee_yen": 300,
        "copies_max": 10,
        "hours": {"open": "09:00", "close": "24:00"},
        "available": True,
        "reason": None,
        "scopes": ["self"],
        "items": [],
        "fiscal_years": [2026, 2025],
    },
    {
        "type": "seal_registration",
        "fee_yen": 250,
        "copies_max": 10,
        "hours": {"open": "09:00", "close": "17:00"},
        "available": False,
        "reason": "hours",
        "scopes": ["self"],
        "items": [],
        "fiscal_years": [],
    },
]


class Session:
    """An exchange with a fake centre that answers correctly; change `client.answers` or `answer` to attack it."""

    def __init__(self, folder: Path) -> None:
        self.answer = Answer()
        now_s = int(time.time())
        self.answer.key_list_fields.update(issued_at=now_s - 60, expires_at=now_s + 3600)
        self.answer.bound.update(issued_at=now_s, expires_at=now_s + 600)
        self.answer.statement.update(self.answer.bound)
        self.query_answer: QueryAnswer | None = None
        pem = self.answer.root.key.public_key().public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo)
        (folder / "root.pub.pem").write_bytes(pem)
        self.client = FakeClient(
            {
                "keys": self.answer.key_list(),
                "transactions": {
                    "transaction_id": TRANSACTION,
                    "centre_nonce": b64(self.answer.centre_nonce),
                    "version": 1,
                },
                "card": self.card,
                "order": {"document_id": DOCUMENT, "sheets": 3, "fee_yen": 500, "version": 3},
                "document": lambda _: self.sealed(),
                "query": self.queried,
                "mismatch": {"confirmed": True, "stopped": "type"},
                "cancel": {"state": "cancelled", "version": 4},
            }
        )
        self.exchange = Exchange(
            self.client,  # type: ignore[arg-type]
            kiosk_id="kiosk-0001",
            operator="seven_eleven",
            head_dots=HEAD_DOTS,
            root_key=folder / "root.pub.pem",
            issue_timeout_s=30.0,
            request_timeout_s=10.0,
        )
        self.shown: dict[str, bytes] = {}
        self.tamper: dict[str, Any] = {}

    def card(self, body: Any) -> Any:
        """Take the session's keys from the card step, as the centre would."""
        self.shown = {name: unb64(body[name]) for name in ("clerk_nonce", "signing_key", "encryption_key")}
        key_hash = hashlib.sha256(self.shown["signing_key"] + self.shown["encryption_key"]).digest()
        self.answer.bound.update(clerk_nonce=self.shown["clerk_nonce"], session_key_hash=key_hash)
        self.answer.statement.update(self.answer.bound)
        fingerprint = hashlib.sha256(unb64(body["certificate"])).hexdigest()
        return {"card_fingerprint": fingerprint, "offers": OFFERS, "version": 2}

    def queried(self, body: Any) -> bytes:
        """Answer a query as the municipality would; `tamper` changes the answer before it is signed."""
        signed = unb64(body["query"])
        asked = cbor2.loads(cbor2.loads(signed).value[2])
        answer = QueryAnswer(asked["kind"], self.answer)
        answer.statement.update(query_sha256=hashlib.sha256(signed).digest())
        answer.statement.update(self.tamper)
        self.query_answer = answer
        return seal(answer.plaintext(), self.shown["encryption_key"], TRANSACTION, LABEL)

    def sealed(self) -> bytes:
        return seal(self.answer.plaintext(), self.shown["encryption_key"], TRANSACTION)

    async def until_the_offers(self) -> tuple[Offer, ...]:
        await self.exchange.open(KOGA)
        return await self.exchange.present_card(CERTIFICATE, bytes(256))
