"""Tariffs hold from their day on; a report of last year uses last year's."""

from datetime import date

import pytest

from hub.ledger.charges import book_charges, charge_yen
from hub.ledger.posting import post_state
from hub.ledger.tariffs import TariffError, own_tariffs, read_tariffs

DEARER = """
[[commission]]
from = 2016-04-01
yen = 115
per = "sheet"
source = "minutes"
[[commission]]
from = 2026-11-25
yen = 120
per = "copy"
source = "test"
"""


@pytest.fixture
def dearer(tmp_path):
    path = tmp_path / "tariffs.toml"
    path.write_text(DEARER, encoding="utf-8")
    return read_tariffs(path)


def test_the_minutes_figures(books):
    tariffs = own_tariffs()
    assert tariffs.commission(date(2026, 11, 24)).of(sheets=3, copies=2) == 690
    assert charge_yen(tariffs, "402231", 2026) == 2_700_000
    assert tariffs.town("402231", date(2026, 4, 1)).card_ownership == 0.08


def test_a_new_commission_holds_from_its_day_on(books, dearer):
    assert [dearer.commission(date(2026, 11, day)).of(3, 2) for day in (24, 25)] == [690, 240]


def test_a_year_tells_the_commissions_that_held_in_it(dearer):
    told = [
        [it.yen for it in dearer.commissions_between(date(year, 4, 1), date(year + 1, 4, 1))]
        for year in (2010, 2025, 2026, 2027)
    ]
    assert told == [[], [115], [115, 120], [120]]


def test_an_entry_keeps_the_tariff_of_its_day(books, dearer):
    order = books.orders.find(books.request(sheets=3), "kiosk-0001")
    order.state = "printed"
    with books.engine.begin() as connection:
        post_state(connection, order, dearer)
    assert books.amounts(order.document_id)["commission"] == 345


def test_a_day_before_all_tariffs_is_told(dearer):
    with pytest.raises(TariffError, match=r"no commission holds on 2010-01-01: add an entry"):
        dearer.commission(date(2010, 1, 1))
    with pytest.raises(TariffError, match="town 111111"):
        dearer.town("111111", date(2026, 4, 1))


@pytest.mark.parametrize(
    ("wrong", "told"),
    [
        ('[[commission]]\nfrom = 2026-01-01\nyen = 1\nper = "page"\nsource = ""', r"\[\[commission\]\] number 1"),
        ("[[charge]]\nfrom = 2026-01-01\nsource = ''\nbands = [{below = 9, yen = 1}, {below = 3, yen = 2}]", "ascend"),
        ("[[town]]\ncode = '1'\nfrom = 2026-01-01", "card_ownership"),
        ("[fees]\n", "unknown tables fees"),
        ("[[commission]]\nfrom = '2026-01-01'\nyen = 1\nper = 'copy'\nsource = ''", "a day like"),
    ],
)
def test_a_wrong_file_is_told_with_the_entry(tmp_path, wrong, told):
    path = tmp_path / "tariffs.toml"
    path.write_text(wrong, encoding="utf-8")
    with pytest.raises(TariffError, match=told):
        read_tariffs(path)


def test_a_years_charge_is_booked_once(books):
    assert book_charges(books.engine, ["402231"], 2026, own_tariffs(), books.now) == ["402231"]
    assert book_charges(books.engine, ["402231"], 2026, own_tariffs(), books.now) == []
    (entry,) = books.entries()
    assert (entry.booked_on, entry.amount_yen) == (date(2026, 4, 1), 2_700_000)
