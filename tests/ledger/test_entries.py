"""What each state of an order books, in the transaction of the state."""

from collections import Counter

import pytest
from sqlalchemy import inspect
from sqlalchemy.orm import Session

from hub.centre.records import Order
from hub.ledger.records import LedgerEntry
from hub.web.problem import Problem

PRINTED = {"fee_escrowed": 250, "fee_kept": 250, "fee_earned": 250, "commission": 115}


def test_a_fee_is_escrowed_when_paid_and_earned_when_printed(books):
    document = books.done("paid")
    assert books.amounts(document) == {"fee_escrowed": 250}
    books.report(document, "printing")
    assert books.amounts(document) == {"fee_escrowed": 250}
    books.report(document, "printed")
    assert books.amounts(document) == PRINTED
    books.report(document, "taken")
    assert books.amounts(document) == PRINTED


def test_the_commission_is_115_yen_for_each_sheet_of_each_copy(books):
    document = books.done("paid", "printing", "printed", copies=2, sheets=3)
    assert books.amounts(document)["commission"] == 2 * 3 * 115
    assert books.amounts(document)["fee_earned"] == 500


@pytest.mark.parametrize("states", [("paid", "refunded"), ("paid", "printing", "refunded"), ("paid", "cancelled")])
def test_what_was_paid_and_not_printed_comes_back_whole(books, states):
    assert books.amounts(books.done(*states)) == {"fee_escrowed": 250, "fee_returned": 250}


def test_a_refund_after_printing_takes_fee_and_commission_back(books):
    document = books.done("paid", "printing", "printed", "refunded")
    assert books.amounts(document) == {**PRINTED, "fee_repaid": 250, "commission_reversed": 115}


def test_an_order_nobody_paid_books_nothing(books):
    assert books.amounts(books.done("cancelled")) == {}
    assert books.amounts(books.done("refunded")) == {}


def test_a_void_is_recorded_with_its_cause_and_moves_no_money(books):
    document = books.done("paid", "printing", "printed", "taken")
    books.orders.end(document, "kiosk-0001", "voided", "left_behind")
    books.orders.end(document, "kiosk-0001", "voided", "left_behind")
    assert books.amounts(document) == {**PRINTED, "voided": 0}
    assert books.entries(document)[-1].cause == "left_behind"


def test_a_void_whose_reason_comes_after_the_state_keeps_the_reason(books):
    document = books.done("paid", "printing", "printed", "voided")
    books.orders.end(document, "kiosk-0001", "voided", "left_behind")
    books.orders.end(document, "kiosk-0001", "voided", "unknown")
    assert books.orders.find(document, "kiosk-0001").cause == "left_behind"
    assert books.amounts(document) == {**PRINTED, "voided": 0}


def test_a_lost_order_that_turns_out_printed_is_booked_then(books):
    document = books.done("paid", "printing", "unknown")
    assert books.amounts(document) == {"fee_escrowed": 250}
    books.report(document, "printed")
    assert books.amounts(document) == PRINTED


def test_every_entry_has_two_sides_and_no_account_but_the_real_ones_is_left_with_money(books):
    for states in [("paid", "printing", "printed", "taken"), ("paid", "refunded"), ("cancelled",)]:
        books.done(*states)
    balance = Counter()
    for it in books.entries():
        balance[it.debit] += it.amount_yen
        balance[it.credit] -= it.amount_yen
    assert sum(balance.values()) == 0
    assert {account: yen for account, yen in balance.items() if yen} == {
        "kiosk:cash_box": 250,
        "municipality:fees": -250,
        "municipality:commission": 115,
        "operator:payable": -115,
    }


def test_entries_carry_the_day_in_tokyo_the_operator_and_the_kiosk(books):
    books.now = books.now.replace(hour=0, minute=5)  # 15:05 UTC of the day before
    entry = books.entries(books.done("paid"))[0]
    assert (entry.booked_on.isoformat(), entry.operator, entry.kiosk_id) == ("2026-11-24", "lawson", "kiosk-0001")


def test_a_state_that_is_refused_books_nothing(books):
    document = books.request()
    with pytest.raises(Problem):
        books.orders.change(document, "kiosk-0001", "printed", 1)
    with pytest.raises(Problem):
        books.orders.change(document, "kiosk-0001", "paid", 7)
    assert books.entries() == []


def test_state_and_entries_are_written_together_or_not_at_all(books, monkeypatch):
    document = books.request()

    def torn(*_, **__):
        raise OSError("disk")

    monkeypatch.setattr("hub.centre.orders.post_state", torn)
    with pytest.raises(OSError, match="disk"):
        books.report(document, "paid")
    monkeypatch.undo()
    with Session(books.engine) as session:
        assert session.get(Order, document).state == "document_held"
    assert books.entries() == []
    assert books.amounts(books.report(document, "paid")) == {"fee_escrowed": 250}


def test_of_two_writers_the_loser_is_told_before_it_books_anything(books, monkeypatch):
    document = books.request()
    books.report(document, "paid")
    with pytest.raises(Problem, match="stale-version"):
        books.orders.change(document, "kiosk-0001", "paid", 1)
    seen = books.orders.find(document, "kiosk-0001")
    seen.version, seen.state = 1, "document_held"  # as the other writer has read it
    monkeypatch.setattr("hub.centre.orders._found", lambda *_: seen)
    with pytest.raises(Problem, match="changed at the same time"):
        books.orders.end(document, "kiosk-0001", "cancelled", "person")
    assert books.amounts(document) == {"fee_escrowed": 250}


def test_no_column_of_the_ledger_could_hold_a_person(books):
    assert {it.key for it in inspect(LedgerEntry).columns} == {
        *("number", "reference", "kind", "booked_at_s", "booked_on", "municipality", "operator", "kiosk_id", "type"),
        *("document_id", "debit", "credit", "amount_yen", "cause"),
    }
