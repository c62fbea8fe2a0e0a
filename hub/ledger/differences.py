"""What can be wrong between order, ledger, archive and cash box: each difference has a name, a cause and a remedy.

Pure comparisons of one order at a time; which orders are compared is `reconcile.py`'s.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from types import MappingProxyType

from hub.centre.records import OPEN_ORDER, Order
from hub.ledger.archive import Issued
from hub.ledger.posting import commission_yen, tokyo_day
from hub.ledger.records import LedgerEntry
from hub.ledger.tariffs import Tariffs

OVERDUE_S = 1800  # a transaction lives 600 s; what is open long after it waits for somebody

_TOLD: Mapping[str, tuple[str, str]] = MappingProxyType(
    {
        "document_without_order": (
            "the centre took no order for it: the answer came late, failed a check, or the centre stopped meanwhile",
            "nothing was printed or paid; find the transaction in the centre's log (order_failed, late answer)",
        ),
        "order_without_document": (
            "the municipality's archive has no such document: put back to an older state, or the order is forged",
            "compare the municipality's backups; void the document until it is explained",
        ),
        "fee_differs": (
            "copies or fee at the municipality are not those of the order",
            "stop the type and compare the two records; the fees of that day are in `python -m hub changes`",
        ),
        "order_open": (
            "the kiosk has not reported how it ended: it is off, cut off from the centre, or its journal is damaged",
            "look at the kiosk's state; when it answers again it reports by itself. Else read its journal by hand",
        ),
        "order_unknown": (
            "the kiosk lost sight of it (power cut or printer silent) and cannot say whether paper came out",
            "look at the camera's clip, the tray and the escrow, then `python -m hub settle`",
        ),
        "fee_held": (
            "the document is void, and its fee was neither kept for a printed paper nor given back",
            "give the fee back, then `python -m hub settle --state refunded`",
        ),
        "entry_missing": (
            "the order's state asks for an entry that is not in the ledger: a row was changed without the centre",
            "find who wrote to the database, and compare with its backup of that day",
        ),
        "entry_unexpected": (
            "the ledger has an entry that the order's state does not allow",
            "find who wrote to the database, and compare with its backup of that day",
        ),
        "amount_differs": (
            "the entry's amount is not the order's fee, or not the commission of that day's tariff",
            "compare tariffs.toml as it was on that day; an old entry of it must never be edited",
        ),
        "cash_differs": (
            "the cash box holds another sum than the ledger kept since the count before",
            "count again; look for jammed coins and for orders of state `unknown`; record who had the key",
        ),
        "documents_do_not_add_up": (
            "requested is not issued + voided + cancelled + open",
            "the documents concerned are listed above",
        ),
        "money_does_not_add_up": ("escrowed is not kept + returned + held", "the documents concerned are listed above"),
        "not_compared": (
            "the municipality's archive is not on this machine: the centre's orders were compared with nothing",
            "run this where the archive is as well",
        ),
    }
)
NAMES = frozenset(_TOLD)
NOTES = frozenset({"not_compared"})  # told, but no difference


@dataclass(frozen=True, slots=True)
class Difference:
    """One thing that is not as it should be; `subject` is a document id, a kiosk or a municipality."""

    name: str
    subject: str
    detail: str

    @property
    def cause(self) -> str:
        """Why this usually is."""
        return _TOLD[self.name][0]

    @property
    def remedy(self) -> str:
        """What to do."""
        return _TOLD[self.name][1]


def of_order(order: Order, entries: Sequence[LedgerEntry], tariffs: Tariffs, now_s: int) -> Iterator[Difference]:
    """Compare an order with its entries."""
    there = {it.kind: it for it in entries}
    yield from _of_entries(order, there)
    yield from _of_amounts(order, there, tariffs)
    told = f"{order.state}, {order.fee_yen} yen, {order.kiosk_id}"
    if order.state == "unknown":
        yield Difference("order_unknown", order.document_id, told)
    elif order.state in OPEN_ORDER and now_s - order.opened_at_s > OVERDUE_S:
        yield Difference("order_open", order.document_id, f"{told}, since {(now_s - order.opened_at_s) // 60} min")
    elif order.state == "voided" and _in_escrow(there):
        yield Difference("fee_held", order.document_id, f"{told}, void because of {order.cause}")


def held_yen(entries: Sequence[LedgerEntry]) -> int:
    """Return what of an order's fee is neither kept nor returned."""
    sums = {it.kind: it.amount_yen for it in entries}
    return sums.get("fee_escrowed", 0) - sums.get("fee_kept", 0) - sums.get("fee_returned", 0)


def of_archive(order: Order, issued: Issued | None) -> Iterator[Difference]:
    """Compare an order with the municipality's archive."""
    if issued is None:
        yield Difference("order_without_document", order.document_id, f"{order.municipality}, {order.kiosk_id}")
    elif (order.copies, order.fee_yen) != (issued.copies, issued.fee_yen):
        here, there = f"{order.copies} copies, {order.fee_yen} yen", f"{issued.copies} copies, {issued.fee_yen} yen"
        yield Difference("fee_differs", order.document_id, f"centre: {here}; municipality: {there}")


def _of_entries(order: Order, there: Mapping[str, LedgerEntry]) -> Iterator[Difference]:
    needed, allowed = _entries_of_state(order, there)
    for kind in sorted(needed - set(there)):
        yield Difference("entry_missing", order.document_id, f"{kind} for state {order.state}")
    for kind in sorted(set(there) - allowed - needed):
        yield Difference("entry_unexpected", order.document_id, f"{kind} in state {order.state}")


def _entries_of_state(order: Order, there: Mapping[str, LedgerEntry]) -> tuple[set[str], set[str]]:
    """Return the kinds that the state needs, and those that it allows besides."""
    fee = {"fee_escrowed"} if order.fee_yen else set[str]()
    money = {"fee_escrowed", "fee_returned"} if "fee_returned" in there else {"fee_escrowed", "fee_kept", "fee_earned"}
    printed = (money if order.fee_yen else set[str]()) | {"commission"}
    match order.state:
        case "document_held":
            return set(), set()
        case "paid" | "printing":
            return fee, set()
        case "printed" | "taken":
            return printed, set()
        case "voided":
            return {"voided"} | (printed if "commission" in there else set[str]()), fee
        case "cancelled" | "refunded":
            back = {"fee_repaid", "commission_reversed"} if "fee_kept" in there else {"fee_returned"}
            return (back | (printed if "fee_kept" in there else set[str]()) if "fee_escrowed" in there else set()), (
                fee | {"voided"}
            )
        case _:
            return (printed if "commission" in there else set[str]()), fee


def _of_amounts(order: Order, there: Mapping[str, LedgerEntry], tariffs: Tariffs) -> Iterator[Difference]:
    for kind, entry in there.items():
        wanted = 0 if kind == "voided" else order.fee_yen
        if kind.startswith("commission"):
            wanted = commission_yen(order, tariffs, tokyo_day(there.get("commission", entry).booked_at_s))
        if entry.amount_yen != wanted:
            yield Difference("amount_differs", order.document_id, f"{kind}: {entry.amount_yen}, not {wanted} yen")


def _in_escrow(there: Mapping[str, LedgerEntry]) -> bool:
    return held_yen([*there.values()]) > 0
