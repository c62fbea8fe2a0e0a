"""The centre's parts in one record, and its housekeeping: what is over is ended, what is ended is forgotten.

Not responsible for any single step (`opening.py`, `card_step.py`, `order_step.py`, `document_step.py`).
"""

from collections.abc import Mapping
from dataclasses import dataclass, field

from cryptography import x509
from sqlalchemy import Engine

from hub import log
from hub.centre.card_status import CardStatus
from hub.centre.keys import Keys
from hub.centre.orders import Orders
from hub.centre.records import OPEN_TRANSACTION
from hub.centre.sessions import Sessions
from hub.centre.stops import Stops
from hub.centre.transactions import Transactions
from hub.clock import Clock
from hub.municipality.interface import Municipality
from hub.settings import Settings
from hub.web.problem import Problem


@dataclass(frozen=True, slots=True)
class Centre:
    """Everything the steps need."""

    settings: Settings
    clock: Clock
    engine: Engine
    keys: Keys
    card_authority: x509.Certificate
    card_status: CardStatus
    municipalities: Mapping[str, Municipality]
    sessions: Sessions = field(default_factory=Sessions)

    @property
    def transactions(self) -> Transactions:
        """The transactions table."""
        return Transactions(self.engine, self.clock)

    @property
    def orders(self) -> Orders:
        """The orders table."""
        return Orders(self.engine, self.clock)

    @property
    def stops(self) -> Stops:
        """The stops table."""
        return Stops(self.engine, self.clock)

    def municipality(self, code: str) -> Municipality:
        """Return the municipality; raises Problem `bad-request`."""
        found = self.municipalities.get(code)
        if found is None:
            raise Problem("bad-request", "municipality: the centre does not serve this code")
        return found

    def recover(self) -> None:
        """After a start: what an earlier process held in memory is gone, so its transactions and orders end."""
        for row in self.transactions.unfinished():
            self._end(row.id, "cancelled", "restart")

    def sweep(self) -> None:
        """End transactions whose time is over and drop documents nobody fetched; call every few seconds."""
        now = self.clock()
        for transaction_id, held in list(self.sessions.documents.items()):
            if now >= held.drop_at:
                self._end(transaction_id, "cancelled", "not_fetched")
        for transaction_id in self.transactions.overdue():
            order = self.orders.of_transaction(transaction_id)
            paid = order is not None and order.state != "document_held"
            self._end(transaction_id, "finished" if paid else "expired", "timeout")

    def cancel(self, transaction_id: str, cause: str) -> None:
        """End a transaction from the inside; nothing happens if it is over already."""
        self._end(transaction_id, "cancelled", cause)

    def finish(self, transaction_id: str) -> None:
        """End a transaction whose order has come to its end."""
        self._end(transaction_id, "finished", "order")

    def _end(self, transaction_id: str, state: str, cause: str) -> None:
        self.sessions.forget(transaction_id)
        try:
            row = self.transactions.move(transaction_id, OPEN_TRANSACTION, state, cause)
        except Problem:
            return  # over already, by another hand
        log.event("transaction_ended", transaction_id=transaction_id, state=state, cause=cause)
        self._cancel_order(transaction_id, row.kiosk_id, cause)

    def _cancel_order(self, transaction_id: str, kiosk_id: str, cause: str) -> None:
        """Cancel the order if nobody has paid for it; a paid one is the kiosk's to settle."""
        order = self.orders.of_transaction(transaction_id)
        if order is None or order.state != "document_held":
            return
        self.orders.end(order.document_id, kiosk_id, "cancelled", cause)
