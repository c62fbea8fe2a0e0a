"""The check that a query's answer is this person's, exactly as strict as for a document (`binding.py`).

Every map, every text and every dot is taken only under the municipality's signature over this session, this card and
this very query. Not responsible for asking. Pure: no clock, no network. Source: `DESIGN`, "Binding";
`docs/reference/hub-protocol.md`, "Queries".
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from typing import TYPE_CHECKING, Generic, TypeVar

from firmware.app.clerk import answers, cose
from firmware.app.clerk.claims import BindingMismatch, Dots, Session, checked_pages, compare, payload_by
from firmware.app.clerk.cose import Malformed
from firmware.app.clerk.statement import Settled, read_pages

if TYPE_CHECKING:
    from firmware.app.clerk.key_list import KeyList
    from firmware.app.clerk.query import Query

LONGEST_STATEMENT = 272 * 1024  # the centre passes answers of 256 KiB on
_SEALED = frozenset({"statement", "pages"})
# fmt: off
CLAIMS = frozenset({
    "v", "kind", "municipality", "transaction_id", "centre_nonce", "clerk_nonce", "kiosk_id", "card_fingerprint",
    "session_key_hash", "query_sha256", "answer", "pages", "issued_at", "expires_at",
})
# fmt: on

T = TypeVar("T")


@dataclass(frozen=True)
class Answer(Generic[T]):
    """A checked answer. `pages` has dots for a preview only."""

    said: T
    pages: tuple[Dots, ...]


@dataclass(frozen=True)
class Asked(Generic[T]):
    """A query as it was sent, `signed` in its COSE bytes, in this session."""

    session: Session
    query: Query[T]
    signed: bytes

    def claims(self) -> dict[str, object]:
        """Return the statement's fields that can have one value only."""
        return {**self.session.claims(self.query.kind), "query_sha256": hashlib.sha256(self.signed).digest()}


def check(plaintext: bytes, asked: Asked[T], keys: KeyList, now_s: float) -> Answer[T]:
    """Return the answer when every claim holds at `now_s`; `BindingMismatch`."""
    session = asked.session
    statement: bytes | None = None
    try:
        contents = cose.record(plaintext, _SEALED, "sealed")
        statement = _statement(contents["statement"])
        pages = read_pages(contents["pages"], least=0)
        by = keys.municipalities.get(session.municipality, {})
        claims = cose.record(payload_by(statement, by, "statement", keys, now_s), CLAIMS, "statement")
        compare(claims, asked.claims())
        settled = Settled.read(claims, least_pages=0)
        session.check_times(settled.issued_at, settled.expires_at, now_s)
        said = answers.read(claims["answer"], asked.query.answer)
        sheets = said.sheets if isinstance(said, answers.Preview) else 0
        if len(settled.pages) != sheets:
            raise BindingMismatch("pages")  # noqa: TRY301 - goes out with the statement, as those of the checks called
        return Answer(said, checked_pages(pages, settled.pages, session.head_dots))
    except Malformed as error:
        raise BindingMismatch(error.what, statement) from error
    except BindingMismatch as error:
        error.statement = statement
        raise


def _statement(value: object) -> bytes:
    if type(value) is not bytes or len(value) > LONGEST_STATEMENT:
        raise Malformed("statement")
    return value
