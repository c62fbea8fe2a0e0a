"""What must hold at the end of a run, whatever broke: the books, the coins, the papers and the centre's ledger agree.

Reads the journal's file as its format tells. The truth is `Matter`; the kiosk's and the centre's books are held against
it. Not responsible for what must hold on the way (`life.py`).
"""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

from firmware.app.kiosk import audit_check
from firmware.app.kiosk.audit import FILE as AUDIT
from firmware.app.kiosk.journal import entries_of
from hub.ledger.differences import NOTES
from tests.faults.life import AUDIT_KEY

if TYPE_CHECKING:
    from pathlib import Path

    from tests.faults.run import Run

ENDS = frozenset({"taken", "voided", "refunded", "cancelled", "unknown"})
Journal = dict[str, list[tuple[str, int]]]


def journal_of(file: Path) -> Journal:
    """Return the states and fees of each order, in the order in which they were written."""
    orders: Journal = {}
    for line in file.read_text(encoding="utf-8").splitlines() if file.exists() else ():
        body = json.loads(line.partition(" ")[2])
        if "document_id" in body:
            orders.setdefault(body["document_id"], []).append((body["state"], body["fee_yen"]))
    return orders


def check(run: Run) -> str:
    """Raise `Broken` unless every promise is kept; returns the outcome in a word or two."""
    journal = journal_of(run.folder / "journal")
    _check_orders(run, journal)
    _check_money(run, journal)
    _check_centre(run, journal)
    _check_audit(run)
    return outcome(run, journal)


def whole(run: Run, document_id: str) -> int:
    """Count the whole sheets of a document that came out."""
    return sum(s.document_id == document_id and s.whole and not s.receipt for s in run.matter.strips)


def printed_fee(states: list[tuple[str, int]]) -> int | None:
    """Return the fee of an order that was recorded as printed; None when it was not."""
    return next((fee for state, fee in states if state == "printed"), None)


def _check_orders(run: Run, journal: Journal) -> None:
    for document_id in {*run.matter.jobs}:
        run.must(run.matter.jobs.count(document_id) == 1, "an order was printed twice")
        run.must(whole(run, document_id) <= run.manners.copies, "more sheets than ordered")
    for document_id, states in journal.items():
        ends = [state for state, _ in states if state in ENDS]
        run.must(ends == [states[-1][0]], f"an order needs one end: {states}")
        if printed_fee(states) is not None:
            run.must(whole(run, document_id) == run.manners.copies, f"recorded as printed, and is not: {states}")


def _check_money(run: Run, journal: Journal) -> None:
    matter = run.matter
    run.must(matter.inserted == matter.kept + matter.given_back + matter.escrow, f"money is lost: {_yen(run)}")
    fees = sum(printed_fee(states) or 0 for states in journal.values())
    run.must(matter.kept <= fees, f"money was kept for nothing: {_yen(run)}, fees {fees}")
    run.must(matter.kept >= fees, f"a fee is lost: {_yen(run)}, fees {fees}")


def _yen(run: Run) -> str:
    matter = run.matter
    return f"inserted {matter.inserted}, kept {matter.kept}, back {matter.given_back}, escrow {matter.escrow}"


def _check_centre(run: Run, journal: Journal) -> None:
    orders = run.hub.orders()
    for document_id, order in orders.items():
        here = journal[document_id][-1][0] if document_id in journal else "cancelled"
        run.must(order.state == here, f"the centre has an order as {order.state}, the kiosk as {here}")
    for document_id in journal:
        run.must(document_id in orders, "the centre does not know an order")
    days = run.hub.close_the_day(run.matter.kept)
    found = [f"{it.name}: {it.detail}" for day in days for it in day.differences if it.name not in NOTES]
    other = [each for each in found if not each.startswith("order_unknown")]
    run.must(not other, f"the ledger differs: {other}")


def _check_audit(run: Run) -> None:
    """The log is whole and signed, and has every line of the journal, whatever broke."""
    report = audit_check.check((run.folder / AUDIT).read_bytes(), AUDIT_KEY.public_key())
    entries = entries_of(run.folder / "journal")
    report.began_s = 0.0  # the clock may have jumped since
    audit_check.compare_with_journal(
        report, ((str(each.order.document_id), str(each.state), each.at_s) for each in entries)
    )
    run.must(not report.faults, f"the audit log: {report.faults}")


def outcome(run: Run, journal: Journal) -> str:
    """Name what became of the visits; the worst one, as it were."""
    states = [states[-1][0] for states in journal.values()]
    if "unknown" in states:
        return "unknown"
    paid = {document_id for document_id, states in journal.items() if printed_fee(states)}
    if any(whole(run, document_id) and document_id not in paid for document_id in run.matter.jobs):
        return "given away"
    for state in ("voided", "refunded", "cancelled"):
        if state in states:
            return state
    return "served" if states else "nothing"
