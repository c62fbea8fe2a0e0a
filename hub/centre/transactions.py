"""Transactions as versioned records: opening, moving from state to state, nonces used once.

Not responsible for sessions in memory (`sessions.py`) nor for orders (`orders.py`). Two writers can never both win:
SQLAlchemy checks the version on each update, and the loser is told `wrong-state`.
"""

import secrets
from collections.abc import Set as AbstractSet
from datetime import timedelta
from hashlib import sha256

from sqlalchemy import Engine, func, select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session
from sqlalchemy.orm.exc import StaleDataError

from hub.centre.records import OPEN_TRANSACTION, Order, Transaction, UsedNonce
from hub.clock import Clock
from hub.web.problem import Problem

NONCE_BYTES = 32


class Transactions:
    """The transactions table; rows come back detached, as they were after the commit."""

    def __init__(self, engine: Engine, clock: Clock) -> None:
        self._engine = engine
        self._clock = clock

    def open(self, kiosk_id: str, municipality: str, operator: str, head_dots: int, life_s: float) -> Transaction:
        """Record a new transaction with a random id and nonce."""
        now = self._clock()
        row = Transaction(
            id=secrets.token_hex(16),
            kiosk_id=kiosk_id,
            municipality=municipality,
            operator=operator,
            head_dots=head_dots,
            state="opened",
            cause=None,
            centre_nonce=secrets.token_bytes(NONCE_BYTES),
            opened_at_s=int(now.timestamp()),
            expires_at_s=int((now + timedelta(seconds=life_s)).timestamp()),
        )
        with Session(self._engine, expire_on_commit=False) as session, session.begin():
            session.add(row)
        return row

    def find(self, transaction_id: str, kiosk_id: str) -> Transaction:
        """Look up a kiosk's own transaction; raises Problem `unknown-transaction`."""
        with Session(self._engine, expire_on_commit=False) as session:
            row = session.get(Transaction, transaction_id)
            if row is None or row.kiosk_id != kiosk_id:
                raise Problem("unknown-transaction", "this kiosk has no transaction with this id")
            return row

    def state(self, transaction_id: str) -> str | None:
        """Return the state of any kiosk's transaction; None if there is none."""
        with Session(self._engine) as session:
            return session.scalar(select(Transaction.state).where(Transaction.id == transaction_id))

    def find_live(self, transaction_id: str, kiosk_id: str, allowed: AbstractSet[str]) -> Transaction:
        """Like `find`, and neither expired nor in another state than `allowed`."""
        row = self.find(transaction_id, kiosk_id)
        if row.state == "expired" or (row.state in OPEN_TRANSACTION and self._clock().timestamp() >= row.expires_at_s):
            raise Problem("expired-transaction", "the transaction has expired; open a new one")
        if row.state not in allowed:
            raise Problem(
                "wrong-state", f"the transaction is {row.state}; this step needs {' or '.join(sorted(allowed))}"
            )
        return row

    def move(self, transaction_id: str, allowed: AbstractSet[str], to: str, cause: str | None = None) -> Transaction:
        """Change the state if it is one of `allowed`; raises Problem `wrong-state`."""
        try:
            with Session(self._engine, expire_on_commit=False) as session, session.begin():
                row = session.get_one(Transaction, transaction_id)
                _require(row, allowed)
                row.state, row.cause = to, cause
        except StaleDataError as error:
            raise Problem("wrong-state", "the transaction was changed at the same time") from error
        return row

    def hold_document(self, transaction_id: str, order: Order) -> Transaction:
        """Record in one step that a document is held: the transaction's state and its order; `order` may be discarded.

        Raises Problem `wrong-state` when the transaction is no longer being ordered (cancelled, expired), and
        `binding-mismatch` when the document id was used before.
        """
        try:
            with Session(self._engine, expire_on_commit=False) as session, session.begin():
                row = session.get_one(Transaction, transaction_id)
                _require(row, {"ordering"})
                row.state = "document_held"
                session.add(order)
        except StaleDataError as error:
            raise Problem("wrong-state", "the transaction was changed at the same time") from error
        except IntegrityError as error:
            raise Problem("binding-mismatch", "the document id was used before") from error
        return row

    def use_nonce(self, nonce: bytes) -> None:
        """Record a clerk's nonce as used; raises Problem `nonce-reused`."""
        row = UsedNonce(digest=sha256(nonce).digest(), used_at_s=int(self._clock().timestamp()))
        try:
            with Session(self._engine) as session, session.begin():
                session.add(row)
        except IntegrityError as error:
            raise Problem("nonce-reused", "make a new clerk nonce for each attempt") from error

    def count_open(self) -> int:
        """Count the transactions that hold, or may come to hold, something in memory."""
        with Session(self._engine) as session:
            wanted = select(func.count()).where(Transaction.state.in_(OPEN_TRANSACTION))
            return session.scalar(wanted) or 0

    def overdue(self) -> list[str]:
        """List ids of open transactions whose time is over."""
        now_s = int(self._clock().timestamp())
        with Session(self._engine) as session:
            wanted = select(Transaction.id).where(
                Transaction.expires_at_s <= now_s, Transaction.state.in_(OPEN_TRANSACTION)
            )
            return list(session.scalars(wanted))

    def unfinished(self) -> list[Transaction]:
        """List transactions that need a session and whose document was not fetched."""
        with Session(self._engine, expire_on_commit=False) as session:
            wanted = select(Transaction).where(Transaction.state.in_(OPEN_TRANSACTION - {"opened", "fetched"}))
            return list(session.scalars(wanted))


def _require(row: Transaction, allowed: AbstractSet[str]) -> None:
    if row.state not in allowed:
        raise Problem("wrong-state", f"the transaction is {row.state}")
