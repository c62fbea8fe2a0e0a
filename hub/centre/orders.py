"""Orders, the book of record: the states a document may go through, by version; voiding; counts that add up.

Each state is written together with what it means in the ledger (`hub/ledger/posting.py`). Not responsible for money
itself (the kiosk holds it) nor for the dots.
Source: `docs/reference/hub-protocol.md`, order states.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType

from sqlalchemy import Connection, Engine, bindparam, func, insert, select, update
from sqlalchemy.orm import Session

from hub.centre.decisions import Decision
from hub.centre.records import OPEN_ORDER, Order
from hub.clock import Clock
from hub.database import reading
from hub.ledger.posting import post_state
from hub.web.problem import Problem

_ENDS = frozenset({"voided", "refunded", "unknown", "cancelled"})
# What a kiosk may report. `unknown` is settled by a person or by the journal; a voided document's fee may come back.
NEXT: Mapping[str, frozenset[str]] = MappingProxyType(
    {
        "document_held": _ENDS | {"paid"},
        "paid": _ENDS | {"printing"},
        "printing": _ENDS | {"printed"},
        "printed": _ENDS | {"taken"},
        "unknown": frozenset({"printed", "taken", "voided", "refunded", "cancelled"}),
        "voided": frozenset({"refunded"}),
        "taken": frozenset(),
        "refunded": frozenset(),
        "cancelled": frozenset(),
    }
)
_VOIDABLE = OPEN_ORDER | {"taken"}  # a paper reported left behind may have counted as taken
LISTED_MAX = 1000
_COLUMNS = tuple(it.key for it in Order.__table__.c)
_DECIDED = tuple(it.key for it in Decision.__table__.c if it.key != "number")
_FIND = select(*Order.__table__.c).where(Order.document_id == bindparam("document"))
_OF = select(*Order.__table__.c).where(Order.transaction_id == bindparam("transaction"))
_CHANGE = (
    update(Order)
    .where(Order.document_id == bindparam("document"), Order.version == bindparam("seen"))
    .values(state=bindparam("to"), cause=bindparam("why"), changed_at_s=bindparam("at_s"), version=bindparam("next"))
)


@dataclass(frozen=True, slots=True)
class Counts:
    """`requested` = `issued` + `voided` + `cancelled` + `open`, always; refunded documents count as voided."""

    requested: int
    issued: int
    voided: int
    cancelled: int
    open: int


class Orders:
    """The orders table; rows come back detached."""

    def __init__(self, engine: Engine, clock: Clock) -> None:
        self._engine = engine
        self._clock = clock

    def find(self, document_id: str, kiosk_id: str) -> Order:
        """Look up a kiosk's own order; raises Problem `unknown-order`."""
        with reading(self._engine) as connection:
            return _found(connection, document_id, kiosk_id)

    def of_transaction(self, transaction_id: str) -> Order | None:
        """Look up the order of a transaction, if a document was made."""
        with reading(self._engine) as connection:
            row = connection.execute(_OF, {"transaction": transaction_id}).one_or_none()
        return None if row is None else Order(**dict(zip(_COLUMNS, row, strict=True)))

    def change(
        self,
        document_id: str,
        kiosk_id: str,
        state: str,
        version: int,
        decided: Decision | None = None,
        *,
        waived: bool = False,
    ) -> Order:
        """Report a state; raises Problem `stale-version` (with what is true), `wrong-state` or `unknown-order`.

        `decided` is written down with it when a person says so and not the kiosk. `waived`: printed, for no fee.
        """
        with self._engine.begin() as connection:
            row = _found(connection, document_id, kiosk_id)
            if row.version != version:
                raise _stale(row)
            if state not in NEXT[row.state]:
                raise Problem("wrong-state", f"an order that is {row.state} cannot become {state}")
            changed = self._set(connection, row, state, row.cause, waived=waived)
            if changed is None:
                raise _stale(_found(connection, document_id, kiosk_id))
            if decided is not None:
                connection.execute(insert(Decision), {it: getattr(decided, it) for it in _DECIDED})
        return changed

    def end(self, document_id: str, kiosk_id: str, state: str, cause: str) -> Order:
        """Void or cancel whatever the version is; doing it twice is no error. Raises `wrong-state`, `unknown-order`."""
        allowed = _VOIDABLE if state == "voided" else {"document_held"}
        with self._engine.begin() as connection:
            row = _found(connection, document_id, kiosk_id)
            if row.state == state and row.cause is not None:
                return row
            if row.state == state:  # it was reported before its reason
                changed = self._write(connection, row, state, cause, row.changed_at_s)
            elif row.state in allowed:
                changed = self._set(connection, row, state, cause)
            else:
                raise Problem("wrong-state", f"an order that is {row.state} cannot become {state}")
            if changed is None:
                raise Problem("wrong-state", "the order was changed at the same time; ask again")
        return changed

    def list(self, kiosk_id: str | None, *, open_only: bool) -> list[Order]:
        """List orders, newest first, at most `LISTED_MAX`; of all kiosks when `kiosk_id` is None."""
        wanted = select(Order).order_by(Order.opened_at_s.desc()).limit(LISTED_MAX)
        if kiosk_id is not None:
            wanted = wanted.where(Order.kiosk_id == kiosk_id)
        if open_only:
            wanted = wanted.where(Order.state.in_(OPEN_ORDER))
        with Session(self._engine, expire_on_commit=False) as session:
            return [*session.scalars(wanted)]

    def counts(self) -> Counts:
        """Count all orders by what became of them."""
        with Session(self._engine) as session:
            rows = session.execute(select(Order.state, func.count()).group_by(Order.state)).all()
        by_state = {row[0]: row[1] for row in rows}
        return Counts(
            requested=sum(by_state.values()),
            issued=by_state.get("taken", 0),
            voided=by_state.get("voided", 0) + by_state.get("refunded", 0),
            cancelled=by_state.get("cancelled", 0),
            open=sum(by_state.get(state, 0) for state in OPEN_ORDER),
        )

    def _set(
        self, connection: Connection, row: Order, state: str, cause: str | None, *, waived: bool = False
    ) -> Order | None:
        """Write state and entries; None if another writer was quicker."""
        changed = self._write(connection, row, state, cause, int(self._clock().timestamp()))
        if changed is not None:
            post_state(connection, changed, waived=waived)
        return changed

    def _write(self, connection: Connection, row: Order, state: str, cause: str | None, at_s: int) -> Order | None:
        this = {"document": row.document_id, "seen": row.version}
        new = {"to": state, "why": cause, "at_s": at_s, "next": row.version + 1}
        if connection.execute(_CHANGE, this | new).rowcount == 0:
            return None
        values = {it: getattr(row, it) for it in _COLUMNS}
        return Order(**values | {"state": state, "cause": cause, "changed_at_s": at_s, "version": row.version + 1})


def _found(connection: Connection, document_id: str, kiosk_id: str) -> Order:
    """Read a kiosk's own order; raises Problem `unknown-order`."""
    row = connection.execute(_FIND, {"document": document_id}).one_or_none()
    if row is None or row.kiosk_id != kiosk_id:
        raise Problem("unknown-order", "this kiosk has no order with this document id")
    return Order(**dict(zip(_COLUMNS, row, strict=True)))


def _stale(row: Order) -> Problem:
    current = {"state": row.state, "version": row.version}
    return Problem("stale-version", "the order has changed; `current` is what is true", current=current)
