"""The yearly review of an invented year: figures that agree with the records, as text, JSON and PDF."""

import json
import shutil

import pypdfium2
import pytest
from sqlalchemy import func, select, text, update
from sqlalchemy.orm import Session

from hub.__main__ import main
from hub.centre.records import Order, Stop, Transaction, open_records
from hub.clock import utc_now
from hub.ledger.records import KioskAlarm, LedgerEntry
from hub.ledger.tariffs import own_tariffs
from hub.report.history import Wanted, make_history
from hub.report.review import review_of
from hub.report.text import as_text

HISTORY = ["--fiscal-year", "2025", "--documents", "300", "--seed", "7"]


@pytest.fixture(scope="module")
def invented(tmp_path_factory):
    data = tmp_path_factory.mktemp("review")
    open_records(data / "centre.sqlite").dispose()
    assert main(["history", "--data", str(data), *HISTORY]) == 0
    return data


@pytest.fixture
def year(invented, tmp_path):
    """A copy of the invented year that a test may change, and its review."""
    data = tmp_path / "year"
    shutil.copytree(invented, data)
    engine = open_records(data / "centre.sqlite")

    def reviewed(*statements):
        with Session(engine) as session, session.begin():
            for statement in statements:
                session.execute(statement)
        return review_of(engine, data, "402231", 2025, utc_now, tariffs=own_tariffs())

    yield reviewed
    engine.dispose()


@pytest.fixture(scope="module")
def printed(invented):
    """What the command prints and writes."""
    pdf = invented / "review.pdf"
    told = {}
    arguments = ["report", "--data", str(invented), "--municipality", "402231", "--fiscal-year", "2025"]
    with pytest.MonkeyPatch.context() as patch:
        lines = []
        patch.setattr("builtins.print", lambda *parts, **_: lines.append(" ".join(map(str, parts))))
        assert main([*arguments, "--pdf", str(pdf)]) == 0
        told["text"] = "\n".join(lines)
        lines.clear()
        assert main([*arguments, "--json"]) == 0
        told["json"] = json.loads("\n".join(lines))
    document = pypdfium2.PdfDocument(pdf)
    told["pdf"] = "\n".join(page.get_textpage().get_text_bounded() for page in document)
    told["pages"] = len(document)
    document.close()
    return told


def result(review, word):
    return next(it["result"] for it in review["safeguards"] if word in it["name"])


def test_usage_counts_every_issued_document_once_by_type_hour_month_and_place(year):
    usage = year()["usage"]
    documents = usage["documents"]
    assert documents["requested"] == 300
    assert documents["requested"] == sum(documents[it] for it in ("issued", "voided", "cancelled", "open"))
    assert documents["issued"] > 250
    for name in ("by_hour", "by_month", "by_weekday"):
        assert sum(usage[name].values()) == documents["issued"]
    assert sum(it["issued"] for it in usage["by_place"]) == documents["issued"]
    assert sum(it["documents"] for it in usage["by_type"].values()) == documents["issued"]
    assert not any(usage["by_hour"][str(hour)] for hour in (*range(6), 23))


def test_income_and_cost_are_those_of_the_ledger(year, invented):
    review = year()
    engine = open_records(invented / "centre.sqlite")
    with Session(engine) as session:
        wanted = select(LedgerEntry.kind, func.sum(LedgerEntry.amount_yen)).group_by(LedgerEntry.kind)
        sums = dict(session.execute(wanted).all())
    engine.dispose()
    money = review["money"]
    assert (money["fees_yen"], money["commission_yen"]) == (sums["fee_earned"], sums["commission"])
    assert money["net_yen"] == sums["fee_earned"] - sums["commission"] - 2_700_000
    assert sum(it["fees_yen"] for it in money["by_month"].values()) == money["fees_yen"]


def test_a_few_orders_make_figures_that_can_be_checked_by_hand(books):
    taken = ("paid", "printing", "printed", "taken")
    books.done(*taken, copies=2, sheets=3)
    books.done(*taken)
    books.orders.end(books.done(*taken), "kiosk-0001", "voided", "left_behind")
    books.done("paid", "printing", "printed", "refunded")
    books.done("paid", "refunded")
    books.done("paid")
    review = review_of(books.engine, books.data, "402231", 2026, books.clock, tariffs=own_tariffs())
    usage, money = review["usage"], review["money"]
    assert usage["documents"] == {"requested": 6, "issued": 2, "voided": 3, "cancelled": 0, "open": 1}
    assert (usage["copies"], usage["sheets"], usage["by_hour"]["10"]) == (3, 7, 2)
    assert (money["fees_yen"], money["returned_yen"]) == (500 + 250 + 250, 250 + 250)
    assert money["commission_yen"] == (6 + 1 + 1) * 115
    assert money["by_month"]["11"] == {"fees_yen": 1000, "commission_yen": 920}
    assert money["fees_by_type_yen"] == {"resident_record": 1000}
    assert review["trouble"]["uncollected"] == 1
    assert review["incomplete"] is True


def test_recovery_uses_this_years_figures_and_the_minutes_rates(year):
    review = year()
    measured = review["recovery"]["measured"]
    assert measured["points"]["now"]["net_yen"] < 0
    assert measured["assumptions"]["charge_yen"] == 2_700_000
    assert measured["assumptions"]["copies_a_holder"] == pytest.approx(
        review["usage"]["copies"] / (58_000 * 0.08), abs=1e-4
    )


def test_an_untouched_year_needs_no_attention(year):
    assert {it["result"] for it in year()["safeguards"]} == {"ok", "unchecked"}


@pytest.mark.parametrize(
    ("word", "statement"),
    [
        ("照合（不一致", update(Stop).values(lifted_at_s=None)),
        ("証明書は1通のみ", update(Order).values(transaction_id="ab" * 16)),
        ("時間切れ", update(Transaction).values(cause="municipality-timeout")),
        ("取り忘れの警報", update(KioskAlarm).where(KioskAlarm.kind == "alarm").values(ended_at_s=None)),
        (
            "全額返金",
            update(LedgerEntry).where(LedgerEntry.kind == "fee_returned").values(kind="fee_moved", document_id=None),
        ),
        ("金銭の照合", update(LedgerEntry).where(LedgerEntry.kind == "commission").values(amount_yen=1)),
        ("分からない手続", update(Order).where(Order.kiosk_id == "kiosk-0001").values(state="unknown")),
        ("交付時間", update(Order).values(opened_at_s=1_750_000_000 - 1_750_000_000 % 86400 + 17 * 3600)),
        ("個人情報", text("ALTER TABLE orders ADD COLUMN holder_name TEXT")),
    ],
)
def test_each_safeguard_that_failed_needs_attention(year, word, statement):
    assert result(year(statement), word) == "attention"


def test_a_stop_that_nobody_signed_for_needs_attention(year):
    assert result(year(text("UPDATE decisions SET action = 'other' WHERE action = 'resumed'")), "照合") == "attention"


def test_a_year_in_which_nothing_was_issued_is_reported_too(year):
    review = year(update(Order).values(state="cancelled"), text("DELETE FROM ledger_entries"))
    assert review["usage"]["copies"] == 0
    assert review["money"]["net_yen"] == -2_700_000
    assert "利用が増えても届かない" in as_text(review)
    assert json.loads(json.dumps(review, allow_nan=False)) == review


def test_the_text_answers_the_councils_questions(printed):
    for asked in (
        "住民票の写し",
        "18時:",
        "古賀駅前店",
        "取り忘れ",
        "用紙切れ",
        "委託手数料",
        "保有率8％では年",
        "80％で回収できる改修費",
    ):
        assert asked in printed["text"], asked
    assert "試験用の架空データ" in printed["text"]
    assert "1枚 115円（平成28年4月1日から）" in printed["text"]


def test_the_pdf_says_what_the_text_says_and_that_it_is_a_test(printed):
    assert printed["pages"] == 5
    flat = printed["pdf"].replace(" ", "").replace("\r", "").replace("\n", "")
    for asked in ("試験用の架空データ", "令和7年度", "費用の回収と保有率", "安全対策の点検", "運営負担金"):
        assert asked in flat, asked
    fees = f"{printed['json']['money']['fees_yen']:,}"
    assert fees in flat


def test_the_json_is_marked_as_test_data(printed):
    assert printed["json"]["test_data"] is True
    assert printed["json"]["municipality"] == "402231"


def test_the_same_seed_gives_the_same_year(invented, tmp_path):
    engine = open_records(tmp_path / "centre.sqlite")
    make_history(engine, Wanted("402231", 2025, 300, 7), own_tariffs())
    first, second = _digest(engine), None
    engine.dispose()
    other = open_records(invented / "centre.sqlite")
    second = _digest(other)
    other.dispose()
    assert first == second


def _digest(engine):
    with Session(engine) as session:
        return session.execute(select(Order.document_id, Order.state).order_by(Order.document_id)).all()


def test_an_invented_year_goes_into_no_records_that_hold_orders(invented, capsys):
    assert main(["history", "--data", str(invented), *HISTORY]) == 1
    assert "new data directory only" in capsys.readouterr().err


def test_a_year_without_transactions_is_told(invented, capsys):
    assert main(["report", "--data", str(invented), "--municipality", "402231", "--fiscal-year", "2020"]) == 1
    assert "nothing to report" in capsys.readouterr().err
    assert main(["report", "--data", str(invented), "--municipality", "402231"]) == 1
    assert "needs both" in capsys.readouterr().err
