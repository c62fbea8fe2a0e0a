"""Transactions as versioned records: opening, moving from state to state, nonces used once.

Not responsible for sessions in memory (`sessions.py`) nor for orders (`orders.py`). Two writers can never both win: a
change names the states it may start from, and the loser is told `wrong-state`. The disk is not awaited for a state:
after a power cut nobody holds the session any more, and `Centre.recover` ends the transaction wherever it was. For
nonces and documents it is, and with them for whatever came before.
"""

import secrets
from collections.abc import Set as AbstractSet
from datetime import timedelta
from hashlib import sha256
from typing import Any

from sqlalchemy import Connection, Engine, Row, bindparam, func, insert, select, update
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from hub.centre.records import OPEN_TRANSACTION, Order, Transaction, UsedNonce
from hub.clock import Clock
from hub.database import not_awaited, reading, writing
from hub.web.problem import Problem

NONCE_BYTES = 32
_COLUMNS = tuple(it.key for it in Transaction.__table__.c)
_ORDER_COLUMNS = tuple(it.key for it in Order.__table__.c)
_ORDER = insert(Order)
_NONCE = insert(UsedNonce)
_NEW = insert(Transaction)
_FIND = select(*Transaction.__table__.c).where(Transaction.id == bindparam("wanted"))
_STATE = select(Transaction.state).where(Transaction.id == bindparam("wanted"))
_OPEN = select(func.count()).where(Transaction.state.in_(OPEN_TRANSACTION))
_MOVE = (
    update(Transaction)
    .where(Transaction.id == bindparam("wanted"), Transaction.state.in_(bindparam("allowed", expanding=True)))
    .values(state=bindparam("to"), cause=bindparam("why"), version=Transaction.version + 1)
    .returning(*Transaction.__table__.c)
)


class Transactions:
    """The transactions table; rows come back detached, as they were after the commit."""

    def __init__(self, engine: Engine, clock: Clock) -> None:
        self._engine = engine
        self._clock = clock

    def open(self, kiosk_id: str, municipality: str, operator: str, head_dots: int, life_s: float) -> Transaction:
        """Record a new transaction with a random id and nonce."""
        now = self._clock()
        row = Transaction(
            version=1,
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
        with not_awaited(self._engine) as connection:
            connection.execute(_NEW, {it: getattr(row, it) for it in _COLUMNS})
        return row

    def find(self, transaction_id: str, kiosk_id: str) -> Transaction:
        """Look up a kiosk's own transaction; raises Problem `unknown-transaction`."""
        with reading(self._engine) as connection:
            row = connection.execute(_FIND, {"wanted": transaction_id}).one_or_none()
        if row is None or row.kiosk_id != kiosk_id:
            raise Problem("unknown-transaction", "this kiosk has no transaction with this id")
        return _record(row)

    def state(self, transaction_id: str) -> str | None:
        """Return the state of any kiosk's transaction; None if there is none."""
        with reading(self._engine) as connection:
            return connection.scalar(_STATE, {"wanted": transaction_id})

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
        with not_awaited(self._engine) as connection:
            return _moved(connection, transaction_id, allowed, to, cause)

    def hold_document(self, transaction_id: str, order: Order) -> Transaction:
        """Record in one step that a document is held: the transaction's state and its order; `order` may be discarded.

        Raises Problem `wrong-state` when the transaction is no longer being ordered (cancelled, expired), and
        `binding-mismatch` when the document id was used before.
        """
        try:
            with self._engine.begin() as connection:
                row = _moved(connection, transaction_id, {"ordering"}, "document_held", None)
                connection.execute(_ORDER, {it: getattr(order, it) for it in _ORDER_COLUMNS} | {"version": 1})
        except IntegrityError as error:
            raise Problem("binding-mismatch", "the document id was used before") from error
        return row

    def use_nonce(self, nonce: bytes) -> None:
        """Record a clerk's nonce as used; raises Problem `nonce-reused`."""
        row = {"digest": sha256(nonce).digest(), "used_at_s": int(self._clock().timestamp())}
        try:
            with writing(self._engine) as connection:
                connection.execute(_NONCE, row)
        except IntegrityError as error:
            raise Problem("nonce-reused", "make a new clerk nonce for each attempt") from error

    def count_open(self) -> int:
        """Count the transactions that hold, or may come to hold, something in memory."""
        with reading(self._engine) as connection:
            return connection.scalar(_OPEN) or 0

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


def _moved(
    connection: Connection, transaction_id: str, allowed: AbstractSet[str], to: str, cause: str | None
) -> Transaction:
    wanted = {"wanted": transaction_id, "allowed": sorted(allowed), "to": to, "why": cause}
    row = connection.execute(_MOVE, wanted).one_or_none()
    if row is None:
        raise Problem("wrong-state", f"the transaction is {connection.scalar(_STATE, {'wanted': transaction_id})}")
    return _record(row)


def _record(row: Row[Any]) -> Transaction:
    """Return a row as a record that belongs to no session."""
    return Transaction(**dict(zip(_COLUMNS, row, strict=True)))
