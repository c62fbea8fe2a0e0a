"""A municipality's answer to a query, built without the firmware's code, like the document's (`binding_answer.py`).

Not a test. Written from `docs/reference/hub-protocol.md`, "Queries".
"""

from __future__ import annotations

import hashlib
from typing import Any

from binding_answer import DOCUMENT, HEAD_DOTS, KOGA, PERSONS, TRANSACTION, Answer, cbor, claim, dots

from firmware.app.clerk import query
from firmware.app.clerk.answer import Asked
from firmware.app.clerk.order import Choice, Order
from firmware.app.clerk.query import Query

LABEL = b"kiosk-answer-v2:"
PERSON: dict[str, Any] = {
    "ref": PERSONS[0],
    "name": "古賀　花子",
    "kana": "コガ　ハナコ",
    "self": True,
    "relationship": "世帯主",
    "birth_date": "1986-11-30",
    "foreign": False,
}
REQUEST: dict[str, Any] = {
    "number": "123456789012",
    "state": "rejected",
    "requested_on": "2026-10-01",
    "decided_on": "2026-10-05",
    "reason": "not_found",
}
ISSUE: dict[str, Any] = {
    "issued_at": 1_789_000_000,
    "type": "income_tax",
    "document_id": DOCUMENT,
    "copies": 1,
    "fee_yen": 300,
    "kiosk_id": "kiosk-0002",
    "checks": None,
}
ANSWERS: dict[str, dict[str, Any]] = {
    "household": {
        "persons": [PERSON, {**PERSON, "ref": PERSONS[1], "self": False, "relationship": "夫"}],
        "scopes": ["self", "household", "members"],
        "items": ["relationship", "domicile"],
        "fiscal_years": [],
    },
    "preview": {"sheets": 2},
    "registration": {"requests": [REQUEST]},
    "register": {"requests": [{**REQUEST, "state": "requested", "decided_on": None, "reason": None}, REQUEST]},
    "history": {"issues": [ISSUE]},
}
QUERIES: dict[str, Query[Any]] = {
    "household": query.household("resident_record"),
    "preview": query.preview(
        Order(TRANSACTION, KOGA, Choice("resident_record", "members", (), 1, PERSONS), 250, HEAD_DOTS)
    ),
    "registration": query.registration(),
    "register": query.register("コガ　ハナコ", "1986-11-30", "0929421111"),
    "history": query.history(),
}


class QueryAnswer:
    """A correct answer to a query of a session of its own; change any part of it, then take `plaintext()`."""

    def __init__(self, kind: str, session: Answer | None = None) -> None:
        self.of = session or Answer()
        self.kind = kind
        self.signed_query = QUERIES[kind].signed(self.of.session, self.of.keys)
        self.pages = [dots(24, 8), dots(16, 9)] if kind == "preview" else []
        self.statement: dict[str, Any] = {
            **self.of.bound,
            "kind": kind,
            "query_sha256": hashlib.sha256(self.signed_query).digest(),
            "answer": ANSWERS[kind],
            "pages": [claim(page) for page in self.pages],
        }

    @property
    def asked(self) -> Asked[Any]:
        """What the clerk itself knows of its question."""
        return Asked(self.of.session, QUERIES[self.kind], self.signed_query)

    def signed_statement(self) -> bytes:
        return self.of.municipal.sign(cbor(self.statement))

    def parts(self) -> dict[str, Any]:
        return {"statement": self.signed_statement(), "pages": self.pages}

    def plaintext(self) -> bytes:
        return cbor(self.parts())
