"""Several people's genuine answers, for attacks to mix: at the same time, of yesterday, of another card, type, kiosk.

Built on the answers of `tests.binding`, which know nothing of the firmware's code; all under the same real keys, so
that every signature in them is good. Not a test.
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from typing import Any

import cbor2
from binding_answer import CERTIFICATE, KOGA, NOW_S, TSUKUBA, Answer, Signer, claim, dots

MUNICIPAL, OTHER_MUNICIPAL, CENTRE, ROOT = Signer(), Signer(), Signer(), Signer(named=b"root")
VICTIM = "victim"


def cbor(value: Any) -> bytes:
    return cbor2.dumps(value, canonical=True)


def sign(who: Signer, payload: bytes, *, kid: bytes | None = None, **odd: Any) -> bytes:
    """Make a COSE_Sign1 by hand; `odd` may replace `algorithm` (-8), `unprotected` ({}) or `context`."""
    protected = cbor({1: odd.get("algorithm", -8), 4: who.kid if kid is None else kid})
    signature = who.key.sign(cbor([odd.get("context", "Signature1"), protected, b"", payload]))
    return cbor(cbor2.CBORTag(18, [protected, odd.get("unprotected", {}), payload, signature]))


@dataclass
class Visit:
    """One person's visit: what the clerk expects of it, and the parts of its genuine answer."""

    name: str
    answer: Answer
    statement: bytes
    layers: bytes

    @property
    def parts(self) -> dict[str, Any]:
        answer = self.answer
        return {
            "statement": self.statement,
            "layers": self.layers,
            "pages": list(answer.pages),
            "back_panels": list(answer.back_panels),
        }

    @property
    def plaintext(self) -> bytes:
        return cbor(self.parts)


def layers_for(answer: Answer, statement: bytes, by: Signer = CENTRE, **changes: Any) -> bytes:
    """Return what the centre signs over a statement; `changes` replace fields of its record."""
    return sign(by, cbor({"statement_sha256": hashlib.sha256(statement).digest(), **answer.layers, **changes}))


def visit(name: str, **changes: Any) -> Visit:
    """Make a visit that differs from the victim's by `changes` of the statement, and by its nonces and pages."""
    answer = Answer(transaction=changes.pop("transaction_id", hashlib.md5(name.encode()).hexdigest()))  # noqa: S324
    seed = len(name) * 7 % 200
    answer.pages[1:] = [dots(32, seed), dots(32, seed + 1)]
    answer.back_panels = [dots(24, seed + 2), dots(32, seed + 3), dots(24, seed + 4)]
    answer.layers["back_panels"] = [{"kind": "scramble", **claim(panel)} for panel in answer.back_panels]
    answer.statement["pages"] = [claim(page) for page in answer.pages]
    answer.statement.update(changes)
    statement = sign(MUNICIPAL, cbor(answer.statement))
    return Visit(name, answer, statement, layers_for(answer, statement))


def everybody() -> dict[str, Visit]:
    """Return the victim's visit and those that an attacker has to mix with it, by name."""
    victim = visit(VICTIM, transaction_id=Answer().statement["transaction_id"])
    bound = {name: victim.answer.statement[name] for name in ("centre_nonce", "clerk_nonce", "session_key_hash")}
    same_transaction = {**bound, "transaction_id": victim.answer.statement["transaction_id"]}
    stranger = hashlib.sha256(CERTIFICATE + b"2").digest()
    visits = [
        victim,
        visit("simultaneous stranger", card_fingerprint=stranger),
        visit("stranger at another kiosk", card_fingerprint=stranger, kiosk_id="kiosk-0002"),
        visit("stranger in this transaction", card_fingerprint=stranger, **same_transaction),
        visit("the same card yesterday", issued_at=NOW_S - 86_400, expires_at=NOW_S - 85_800),
        visit("yesterday's statement of this transaction", issued_at=NOW_S - 86_400, **same_transaction),
        visit("the same card in another transaction"),
        visit("another type", type="income_tax", scope="self", persons=[], items=[], fiscal_year=2026),
        visit("other persons", persons=["3c" * 16], **same_transaction),
        visit("more copies", copies=3, fee_yen=750, **same_transaction),
        visit("another municipality", municipality=TSUKUBA),
        visit("another document of this transaction", document_id="9" * 32, **same_transaction),
    ]
    return {each.name: each for each in visits}


def key_list_fields() -> dict[str, Any]:
    """Return a key list of today with the keys of everybody who may sign."""
    return {
        "v": 1,
        "issued_at": NOW_S - 86_400,
        "expires_at": NOW_S + 86_400,
        "centre": {CENTRE.kid: CENTRE.public},
        "municipalities": {
            KOGA: {MUNICIPAL.kid: MUNICIPAL.public},
            TSUKUBA: {OTHER_MUNICIPAL.kid: OTHER_MUNICIPAL.public},
        },
    }
