"""The journal: what happened to each order, on disk before anything is done about it.

A file of lines (`lines.py`): a damaged line that is not the last one stops the kiosk, because money may hang on it.
Holds ids, amounts and states, nothing personal. Rule: `DESIGN`, "Journal and money".
"""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from typing import TYPE_CHECKING

from firmware.app.kiosk.intent import FILE as INTENT
from firmware.app.kiosk.intent import Intent
from firmware.app.kiosk.lines import Body, LineDamaged, LineFile, read
from firmware.app.kiosk.orders import FINAL, OpenOrder, Order, OrderState
from firmware.app.messages import Id

if TYPE_CHECKING:
    from collections.abc import Collection
    from pathlib import Path


class JournalError(Exception):
    """The journal cannot be trusted or written; the kiosk must not serve. The message says what to do."""


@dataclass(frozen=True, slots=True)
class Entry:
    """One line: the order and the state that it came to, at Unix time `at_s`."""

    order: Order
    state: OrderState
    at_s: float


def entry_of(body: Body) -> Entry:
    """Return the entry of a record; `ValueError` or `KeyError` when it is none."""
    order = Order(Id(body["transaction_id"]), Id(body["document_id"]), int(body["fee_yen"]))
    return Entry(order, OrderState(body["state"]), float(body["at_s"]))


def entries_of(path: Path) -> list[Entry]:
    """Read a journal beside a running kiosk, oldest first; `JournalError` when it is damaged, `OSError`."""
    found: list[Entry] = []
    try:
        read(path.read_bytes() if path.exists() else b"", lambda body: found.append(entry_of(body)))
    except LineDamaged as error:
        raise JournalError(f"{path}: {error}. Keep a copy of the file for the office.") from error
    return found


class Journal:
    """The open journal. `append` and `find` wait for the disk: call them off the loop.

    `latest` are the orders without an end, the newest one, and those whose end the hub may not know yet.
    """

    def __init__(self, path: Path) -> None:
        self.path = path
        self.latest: dict[Id, Entry] = {}
        self.reached: dict[Id, OrderState] = {}  # before an end other than *taken*
        self.counts: Counter[OrderState] = Counter()  # orders by the state that they came to
        try:
            self._file = LineFile(path, lambda body: self._keep(entry_of(body)))
            self._intent = Intent(path.with_name(INTENT))
        except OSError as error:
            raise JournalError(f"{path}: {error.strerror}. Check kiosk.state_dir, its owner and the disk.") from error
        except LineDamaged as error:
            raise JournalError(
                f"{path}: {error}. Keep a copy of the file for the office, compare its orders with the hub's, then "
                "move it away to start a new one."
            ) from error

        self.forget(())

    def forget(self, open_at_hub: Collection[str]) -> None:
        """Keep orders that ended, and that the hub does not have as open, in the file only."""
        newest = next(reversed(self.latest), None)
        ended = [each for each, entry in self.latest.items() if entry.state in FINAL and each not in open_at_hub]
        for document_id in ended:
            if document_id != newest:
                del self.latest[document_id]
                self.reached.pop(document_id, None)

    def find(self, document_id: Id) -> tuple[Entry, OrderState] | None:
        """Return an order's last entry, and the furthest that it came before its end; from the file, if need be."""
        found = self.latest.get(document_id)
        if found:
            return found, self.reached.get(document_id, found.state)
        states = [entry for entry in entries_of(self.path) if entry.order.document_id == document_id]
        if not states:
            return None
        open_states = [entry.state for entry in states if entry.state not in FINAL]
        return states[-1], open_states[-1] if open_states else states[-1].state

    def _keep(self, entry: Entry) -> None:
        before = self.latest.get(entry.order.document_id)
        self.counts[entry.state] += 1
        if before:
            self.counts[before.state] -= 1
        self.latest[entry.order.document_id] = entry
        if entry.state not in FINAL:
            self.reached[entry.order.document_id] = entry.state

    def append(self, entry: Entry) -> None:
        """Write one line and wait for the disk; `JournalError` when the disk refuses."""
        body = {
            "at_s": round(entry.at_s, 3),
            "document_id": entry.order.document_id,
            "fee_yen": entry.order.fee_yen,
            "state": entry.state,
            "transaction_id": entry.order.transaction_id,
        }
        try:
            self._file.append(body)
        except OSError as error:
            raise JournalError(f"{self.path}: {error.strerror}. Free or repair the disk.") from error
        self._keep(entry)

    def intend(self, order: Order, outcome: OrderState | None) -> None:
        """Note the end that the return of its money will give an order, or None: it did not go back. `JournalError`."""
        try:
            if outcome:
                self._intent.begin(order.document_id, outcome)
            else:
                self._intent.withdraw()
        except OSError as error:
            raise JournalError(f"{self.path.with_name(INTENT)}: {error.strerror}. Free or repair the disk.") from error

    def open_orders(self) -> tuple[OpenOrder, ...]:
        """Return the orders that have no end yet."""
        found = (entry for entry in self.latest.values() if entry.state not in FINAL)
        return tuple(OpenOrder(each.order, each.state, self._intent.of(each.order.document_id)) for each in found)

    def last(self) -> OpenOrder | None:
        """Return the newest order: coins that lie in the escrow can only be its."""
        entry = next(reversed(self.latest.values()), None)
        if not entry:
            return None
        printed = self.reached.get(entry.order.document_id) is OrderState.PRINTED
        return OpenOrder(entry.order, entry.state, printed=printed)

    def close(self) -> None:
        """Close the files."""
        self._file.close()
        self._intent.close()
