"""Orders, the book of record: the states a document may go through, by version; voiding; counts that add up.

Each state is written together with what it means in the ledger (`hub/ledger/posting.py`). Not responsible for money
itself (the kiosk holds it) nor for the dots.
Source: `docs/reference/hub-protocol.md`, order states.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType

from sqlalchemy import Engine, func, select
from sqlalchemy.orm import Session
from sqlalchemy.orm.exc import StaleDataError

from hub.centre.decisions import Decision
from hub.centre.records import OPEN_ORDER, Order
from hub.clock import Clock
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
        with Session(self._engine, expire_on_commit=False) as session:
            return _own(session.get(Order, document_id), kiosk_id)

    def of_transaction(self, transaction_id: str) -> Order | None:
        """Look up the order of a transaction, if a document was made."""
        with Session(self._engine, expire_on_commit=False) as session:
            return session.scalar(select(Order).where(Order.transaction_id == transaction_id))

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
        try:
            with Session(self._engine, expire_on_commit=False) as session, session.begin():
                row = _own(session.get(Order, document_id), kiosk_id)
                if row.version != version:
                    raise _stale(row)
                if state not in NEXT[row.state]:
                    raise Problem("wrong-state", f"an order that is {row.state} cannot become {state}")
                self._set(session, row, state, row.cause, waived=waived)
                if decided is not None:
                    session.add(decided)
        except StaleDataError as error:
            raise _stale(self.find(document_id, kiosk_id)) from error
        return row

    def end(self, document_id: str, kiosk_id: str, state: str, cause: str) -> Order:
        """Void or cancel whatever the version is; doing it twice is no error. Raises `wrong-state`, `unknown-order`."""
        allowed = _VOIDABLE if state == "voided" else {"document_held"}
        try:
            with Session(self._engine, expire_on_commit=False) as session, session.begin():
                row = _own(session.get(Order, document_id), kiosk_id)
                if row.state == state:
                    row.cause = row.cause or cause  # the state may have been reported before its reason
                    return row
                if row.state not in allowed:
                    raise Problem("wrong-state", f"an order that is {row.state} cannot become {state}")
                self._set(session, row, state, cause)
        except StaleDataError as error:
            raise Problem("wrong-state", "the order was changed at the same time; ask again") from error
        return row

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

    def _set(self, session: Session, row: Order, state: str, cause: str | None, *, waived: bool = False) -> None:
        row.state, row.cause = state, cause
        row.changed_at_s = int(self._clock().timestamp())
        post_state(session, row, waived=waived)


def _own(row: Order | None, kiosk_id: str) -> Order:
    if row is None or row.kiosk_id != kiosk_id:
        raise Problem("unknown-order", "this kiosk has no order with this document id")
    return row


def _stale(row: Order) -> Problem:
    current = {"state": row.state, "version": row.version}
    return Problem("stale-version", "the order has changed; `current` is what is true", current=current)
