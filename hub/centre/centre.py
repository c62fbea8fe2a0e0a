"""The centre's parts in one record, and its housekeeping: what is over is ended, what is ended is forgotten.

Not responsible for any single step (`opening.py`, `card_step.py`, `order_step.py`, `document_step.py`).
"""

from dataclasses import dataclass

from cryptography import x509
from sqlalchemy import Engine

from hub import log
from hub.centre.card_status import CardStatus
from hub.centre.held import Processes
from hub.centre.keys import Keys
from hub.centre.orders import Orders
from hub.centre.records import OPEN_TRANSACTION
from hub.centre.refused_answers import RefusedAnswers
from hub.centre.sessions import Sessions
from hub.centre.stops import Stops
from hub.centre.towns import Towns
from hub.centre.transactions import Transactions
from hub.clock import Clock
from hub.settings import Settings
from hub.web.problem import Problem


@dataclass(frozen=True, slots=True)
class Centre:
    """Everything the steps need."""

    settings: Settings
    clock: Clock
    engine: Engine
    held: Engine
    processes: Processes
    secret: bytes
    keys: Keys
    card_authority: x509.Certificate
    card_status: CardStatus
    towns: Towns

    @property
    def sessions(self) -> Sessions:
        """What is held about people, for minutes."""
        return Sessions(self.held, self.secret, self.processes.own)

    @property
    def transactions(self) -> Transactions:
        """The transactions table."""
        return Transactions(self.engine, self.clock)

    @property
    def orders(self) -> Orders:
        """The orders table."""
        return Orders(self.engine, self.clock)

    @property
    def refused_answers(self) -> RefusedAnswers:
        """The table of answers that were not passed on."""
        return RefusedAnswers(self.engine, self.clock)

    @property
    def stops(self) -> Stops:
        """The stops table."""
        return Stops(self.engine, self.clock)

    def recover(self) -> None:
        """After a start: what nobody holds any more is gone, so its transactions and orders end."""
        held = {*self.sessions.card_ids()}
        for row in self.transactions.unfinished():
            if row.id not in held:
                self._end(row.id, "cancelled", "restart")

    def sweep(self) -> None:
        """End transactions whose time is over and drop documents nobody fetched; call every few seconds."""
        for transaction_id in self.sessions.not_fetched(self.clock()):
            self._end(transaction_id, "cancelled", "not_fetched")
        for transaction_id in self.sessions.abandoned(self.processes.alive()):
            self.abandon(transaction_id)
        for transaction_id in self.transactions.overdue():
            order = self.orders.of_transaction(transaction_id)
            fetched = self.transactions.state(transaction_id) == "fetched"  # it may be paid, and not told yet
            handed_out = order is not None and (fetched or order.state != "document_held")
            self._end(transaction_id, "finished" if handed_out else "expired", "timeout")

    def cancel(self, transaction_id: str, cause: str) -> None:
        """End a transaction from the inside; nothing happens if it is over already."""
        self._end(transaction_id, "cancelled", cause)

    def abandon(self, transaction_id: str) -> None:
        """End a transaction whose process died while a municipality was asked; a document that is held stays."""
        if self.transactions.state(transaction_id) == "ordering":
            self._end(transaction_id, "cancelled", "restart")
        else:
            self.sessions.work_done(transaction_id)

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
        if state != "finished":
            self._cancel_order(transaction_id, row.kiosk_id, cause)

    def _cancel_order(self, transaction_id: str, kiosk_id: str, cause: str) -> None:
        """Cancel the order if nobody has paid for it; a paid one is the kiosk's to settle."""
        order = self.orders.of_transaction(transaction_id)
        if order is None or order.state != "document_held":
            return
        self.orders.end(order.document_id, kiosk_id, "cancelled", cause)
