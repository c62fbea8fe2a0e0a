"""Which entries an order's new state makes; written in the transaction that writes the state.

Money is the kiosk's to move and the kiosk's to report: `paid` means the fee lies in its escrow, `printed` that it was
kept, `cancelled` and `refunded` that the whole of it went back. A void moves no money. Not responsible for which state
may follow which (`hub/centre/orders.py`). Source: DOMAIN, "Money"; `docs/reference/ledger.md`.
"""

from collections.abc import Iterator, Mapping
from datetime import UTC, date, datetime
from zoneinfo import ZoneInfo

from sqlalchemy import Connection, Select, bindparam, insert, select

from hub.centre.records import Order, Transaction
from hub.ledger.accounts import KINDS
from hub.ledger.records import LedgerEntry
from hub.ledger.tariffs import Tariffs, own_tariffs

TOKYO = ZoneInfo("Asia/Tokyo")
_COLUMNS = tuple(it.key for it in LedgerEntry.__table__.c if it.key != "number")
_BOOK = insert(LedgerEntry)
_THERE = (
    select(LedgerEntry.kind, LedgerEntry.amount_yen)
    .where(LedgerEntry.document_id == bindparam("document"))
    .order_by(LedgerEntry.number)
)
_OPERATOR = select(Transaction.operator).where(Transaction.id == bindparam("transaction"))


def tokyo_day(at_s: int) -> date:
    """Return the day in Tokyo of a Unix time."""
    return datetime.fromtimestamp(at_s, UTC).astimezone(TOKYO).date()


def post_state(connection: Connection, order: Order, tariffs: Tariffs | None = None, *, waived: bool = False) -> None:
    """Book what the state that `order` has just come to means; a state told twice books nothing twice.

    `waived`: it was printed, and the fee went back all the same (a coin came too late to be kept).
    In the transaction that has written the state: of two writers the loser is told before it comes here.
    """
    there = {it.kind: it.amount_yen for it in connection.execute(_THERE, {"document": order.document_id})}
    operator = connection.scalar(_OPERATOR, {"transaction": order.transaction_id})
    entries = entries_for(order, there, operator, tariffs or own_tariffs(), waived=waived)
    if rows := [{name: getattr(it, name) for name in _COLUMNS} for it in entries]:
        connection.execute(_BOOK, rows)


def entries_for(
    order: Order, there: Mapping[str, int], operator: str | None, tariffs: Tariffs, *, waived: bool = False
) -> Iterator[LedgerEntry]:
    """Make the entries that an order's state means and that are not `there` (kind -> yen) yet."""
    for kind, amount_yen in _wanted(order, there, tariffs, waived=waived).items():
        debit, credit = KINDS[kind]
        yield LedgerEntry(
            reference=f"{order.document_id}:{kind}",
            kind=kind,
            booked_at_s=order.changed_at_s,
            booked_on=tokyo_day(order.changed_at_s),
            municipality=order.municipality,
            operator=operator,
            kiosk_id=order.kiosk_id,
            type=order.type,
            document_id=order.document_id,
            debit=debit,
            credit=credit,
            amount_yen=amount_yen,
            cause=order.cause if kind == "voided" else None,
        )


def entries_of(document_id: str) -> Select[LedgerEntry]:
    """Select a document's entries, in the order in which they were booked."""
    return select(LedgerEntry).where(LedgerEntry.document_id == document_id).order_by(LedgerEntry.number)


def commission_yen(order: Order, tariffs: Tariffs, day: date) -> int:
    """Return the commission of an order that is printed on `day`."""
    return tariffs.commission(day).of(order.sheets, order.copies)


def _wanted(order: Order, there: Mapping[str, int], tariffs: Tariffs, *, waived: bool) -> dict[str, int]:
    """Return the entries that are missing, kind -> yen."""
    fee, wanted = order.fee_yen, dict[str, int]()
    match order.state:
        case "paid" | "printing":
            wanted = {"fee_escrowed": fee}
        case "printed" | "taken":
            commission = commission_yen(order, tariffs, tokyo_day(order.changed_at_s))
            back = waived or "fee_returned" in there
            money = ("fee_escrowed", "fee_returned") if back else ("fee_escrowed", "fee_kept", "fee_earned")
            wanted = {**dict.fromkeys(money, fee), "commission": commission}
        case "cancelled" | "refunded" if "fee_kept" in there:
            wanted = {"fee_repaid": there["fee_kept"], "commission_reversed": there.get("commission", 0)}
        case "cancelled" | "refunded" if "fee_escrowed" in there:
            wanted = {"fee_returned": there["fee_escrowed"]}
        case "voided":
            return {"voided": 0} if "voided" not in there else {}
        case _:
            pass
    return {kind: yen for kind, yen in wanted.items() if yen and kind not in there}
