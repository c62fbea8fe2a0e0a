"""The daily reconciliation: both equations, and every way in which they can fail, by name."""

import json
from datetime import date, timedelta

import pytest
from sqlalchemy import delete, update
from sqlalchemy.orm import Session

from hub.__main__ import main
from hub.centre.records import Order
from hub.ledger.archive import Issued
from hub.ledger.reconcile import reconcile
from hub.ledger.records import CashCount, LedgerEntry

DAY = date(2026, 11, 24)
TAKEN = ("paid", "printing", "printed", "taken")


@pytest.fixture
def archive(monkeypatch):
    """The municipality's archive, as a list that a test fills; `absent` when there is none here."""
    kept = []
    monkeypatch.setattr("hub.ledger.reconcile.issued_between", lambda *_: (kept, []))
    return kept


@pytest.fixture
def told(books, archive):
    """Reconcile the day; what was not put into the archive otherwise is there as the centre knows it."""

    def reconciled(*, whole_archive: bool = True, after: timedelta = timedelta(hours=2), **options):
        if whole_archive:
            with Session(books.engine) as session:
                known = {it.document_id for it in archive}
                archive.extend(_as_issued(it) for it in session.query(Order).all() if it.document_id not in known)
        return reconcile(books.engine, books.data, DAY, books.now + after, **options)

    return reconciled


def _as_issued(order, **changes) -> Issued:
    fields = {name: getattr(order, name) for name in ("document_id", "municipality", "kiosk_id", "copies", "fee_yen")}
    return Issued(**{**fields, "issued_at_s": order.opened_at_s, **changes})


def names(days):
    return [it.name for day in days for it in day.differences]


def change(books, statement) -> None:
    with Session(books.engine) as session, session.begin():
        session.execute(statement)


def test_a_day_on_which_all_is_well_adds_up(books, told):
    for states in (TAKEN, TAKEN, ("paid", "refunded"), ("cancelled",)):
        books.done(*states)
    books.orders.end(books.done(*TAKEN), "kiosk-0001", "voided", "left_behind")
    (day,) = told()
    assert day.documents == "requested 5 = issued 2 + voided 2 + cancelled 1 + open 0"
    assert day.money == "escrowed 1000 = kept 750 + returned 250 + held 0"
    assert day.agrees
    assert day.differences == []


@pytest.mark.parametrize("states", [("paid", "printing"), ("paid", "printing", "unknown")])
def test_a_fee_that_went_back_although_it_was_printed_is_returned_and_not_earned(books, told, states):
    document = books.done(*states)
    version = books.orders.find(document, "kiosk-0001").version
    books.orders.change(document, "kiosk-0001", "printed", version, waived=True)
    books.report(document, "taken")
    assert books.amounts(document) == {"fee_escrowed": 250, "fee_returned": 250, "commission": 115}
    assert [day.agrees for day in told()] == [True]


def test_money_in_escrow_while_printing_is_held_and_no_difference_yet(books, told):
    books.done("paid", "printing")
    (day,) = told(after=timedelta(minutes=5))
    assert (day.open, day.escrowed_yen, day.held_yen, day.agrees) == (1, 250, 250, True)


def test_an_order_that_stays_open_is_named(books, told):
    document = books.done("paid", "printing")
    (day,) = told()
    assert [(it.name, it.subject) for it in day.differences] == [("order_open", document)]
    assert "journal" in day.differences[0].cause
    assert day.differences[0].remedy


def test_an_order_the_kiosk_lost_is_named_at_once_until_a_person_settles_it(books, told):
    document = books.done("paid", "printing", "unknown")
    assert names(told(after=timedelta())) == ["order_unknown"]
    books.report(document, "refunded")
    assert names(told()) == []


def test_a_void_document_whose_fee_did_not_come_back_is_named(books, told):
    document = books.done("paid", "printing")
    books.orders.end(document, "kiosk-0001", "voided", "print_failed")
    (day,) = told()
    assert (names([day]), day.held_yen) == (["fee_held"], 250)
    books.report(document, "refunded")
    assert names(told()) == []


def test_an_entry_that_vanished_is_named_and_the_money_does_not_add_up(books, told):
    document = books.done(*TAKEN)
    change(books, delete(LedgerEntry).where(LedgerEntry.kind == "fee_kept"))
    (day,) = told()
    assert names([day]) == ["entry_missing", "money_does_not_add_up"]
    assert day.differences[0].subject == document


def test_an_entry_that_the_state_does_not_allow_is_named(books, told):
    books.done(*TAKEN)
    change(books, update(Order).values(state="document_held"))
    assert names(told()) == ["entry_unexpected"] * 4 + ["order_open"]


def test_a_changed_amount_is_named(books, told):
    books.done(*TAKEN)
    change(books, update(LedgerEntry).where(LedgerEntry.kind == "commission").values(amount_yen=99))
    assert names(told()) == ["amount_differs"]


def test_a_document_the_centre_does_not_know_is_named_and_the_documents_do_not_add_up(books, told, archive):
    books.done(*TAKEN)
    at_s = int(books.now.timestamp())
    archive.append(Issued("ab" * 16, "402231", "kiosk-0001", copies=1, fee_yen=250, issued_at_s=at_s))
    (day,) = told()
    assert day.requested == 2
    assert names([day]) == ["document_without_order", "documents_do_not_add_up"]


def test_an_order_the_municipality_does_not_know_is_named(books, told):
    books.done(*TAKEN)
    assert names(told(whole_archive=False)) == ["order_without_document"]


def test_another_fee_at_the_municipality_is_named(books, told, archive):
    document = books.done(*TAKEN)
    archive.append(_as_issued(books.orders.find(document, "kiosk-0001"), fee_yen=200))
    assert names(told()) == ["fee_differs"]


def test_a_state_that_does_not_exist_is_not_counted_away(books, told):
    books.done("cancelled")
    change(books, update(Order).values(state="lost"))
    assert names(told()) == ["documents_do_not_add_up"]


def test_without_the_municipalitys_archive_it_says_so(books):
    books.done(*TAKEN)
    (day,) = reconcile(books.engine, books.data, DAY, books.now)
    assert names([day]) == ["not_compared"]
    assert day.agrees


def test_a_cash_box_with_another_sum_is_named(books, told):
    for _ in range(3):
        books.done(*TAKEN)
    books.done("paid", "printing", "printed", "refunded")
    for yen in (750, 0):
        books.now += timedelta(minutes=1)
        count = CashCount(
            kiosk_id="kiosk-0001", counted_at_s=int(books.now.timestamp()), amount_yen=yen, counted_by="Ito"
        )
        with Session(books.engine) as session, session.begin():
            session.add(count)
    assert names(told()) == []
    change(books, update(CashCount).where(CashCount.amount_yen == 750).values(amount_yen=650))
    (day,) = told()
    assert names([day]) == ["cash_differs"]
    assert "counted 650 yen by Ito" in day.differences[0].detail


def test_each_kiosk_is_reconciled_by_itself(books, told):
    books.done(*TAKEN)
    other = books.request("kiosk-0002")
    books.report(other, "paid", kiosk_id="kiosk-0002")
    first, second = told()
    assert (first.kiosk_id, first.agrees, second.kiosk_id, second.agrees) == ("kiosk-0001", True, "kiosk-0002", False)
    assert [it.kiosk_id for it in told(kiosk_id="kiosk-0002")] == ["kiosk-0002"]


def test_the_command_prints_the_difference_with_cause_and_remedy_and_ends_with_one(books, capsys):
    books.done("paid", "printing", "unknown")
    arguments = ["reconcile", "--data", str(books.data), "--date", DAY.isoformat()]
    assert main(arguments) == 1
    printed = capsys.readouterr().out
    assert "kiosk-0001  DIFFERS" in printed
    assert "requested 1 = issued 0 + voided 0 + cancelled 0 + open 1" in printed
    assert "cause:" in printed
    assert "remedy:" in printed
    assert main([*arguments, "--json"]) == 1
    assert json.loads(capsys.readouterr().out)[0]["differences"][0]["name"] == "order_unknown"


def test_the_command_ends_with_zero_when_all_agrees_and_settling_is_recorded(books, capsys):
    document = books.done("paid", "printing", "unknown")
    data = ["--data", str(books.data)]
    settle = ["settle", *data, "--document", document, "--state", "refunded", "--by", "Ito", "--reason", "no paper"]
    assert main(settle) == 0
    assert main(settle) == 1
    assert main(["reconcile", *data, "--date", DAY.isoformat()]) == 0
    assert main(["decisions", *data]) == 0
    assert f"Ito  settled  {document}  no paper" in capsys.readouterr().out


def test_a_day_without_documents_is_told(books, capsys):
    assert main(["reconcile", "--data", str(books.data), "--date", "2026-01-05"]) == 0
    assert "no documents" in capsys.readouterr().out
