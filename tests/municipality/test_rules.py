"""Hours, fees, operators, dates and numbers."""

import json
import sqlite3
from datetime import UTC, date, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hub.municipality.interface import Municipality, Offer
from hub.municipality.pages.era import japanese_date
from hub.municipality.registers.numbers import check_digit, forbidden_number, is_my_number
from hub.municipality.registers.register import open_register
from hub.municipality.rules.changes import all_changes, record_hours
from hub.municipality.rules.rules import TOKYO, Change, TypeRule, check_hours, rules_on
from hub.municipality.samples import koga
from hub.municipality.setup import initialise, key_path, register_path

NOON = datetime(2026, 11, 24, 3, 0, tzinfo=UTC)


@pytest.mark.parametrize(
    ("local", "is_open"),
    [
        ((2026, 11, 24, 6, 29), False),
        ((2026, 11, 24, 6, 30), True),
        ((2026, 11, 24, 22, 59), True),
        ((2026, 11, 24, 23, 0), False),
        ((2026, 12, 28, 12, 0), True),
        ((2026, 12, 29, 12, 0), False),
        ((2027, 1, 1, 12, 0), False),
        ((2027, 1, 3, 22, 59), False),
        ((2027, 1, 4, 6, 30), True),
    ],
)
def test_hours_are_those_of_tokyo(local, is_open):
    moment = datetime(*local, tzinfo=TOKYO)
    assert rules_on(moment.date(), koga.CHANGES).is_open(moment.astimezone(UTC)) is is_open


def test_a_fee_changes_on_its_day_and_the_past_keeps_its_own():
    later = Change(date(2027, 4, 1), {"type:resident_record": TypeRule(300, 350, issued=True)}, "council")
    changes = (*koga.CHANGES, later)
    assert rules_on(date(2027, 3, 31), changes).types["resident_record"].fee_yen == 250
    assert rules_on(date(2027, 4, 1), changes).types["resident_record"].fee_yen == 300
    with pytest.raises(ValueError, match="before the first dated change"):
        rules_on(date(2000, 1, 1), changes)


def test_availability_and_offers(town):
    office: Municipality = town.office
    shown = office.availability(NOON, "seven_eleven")
    assert (shown.code, shown.status, shown.opens, shown.closes) == ("402231", "open", "06:30", "23:00")
    assert {it.type: it.fee_yen for it in shown.types}["family_register"] == 400
    assert len([it for it in shown.types if it.reason is None]) == 5
    assert office.availability(NOON, "somebody").status == "operator_not_contracted"
    assert office.availability(NOON + timedelta(hours=12), "lawson").status == "closed"
    offers = {it.type: it for it in office.offers(NOON, "ministop")}
    assert list(offers) == [it.type for it in shown.types]
    assert offers["resident_record"] == Offer(
        "resident_record",
        250,
        ("domicile", "nationality", "relationship", "residence_card", "residence_status"),
        ("self", "household", "members"),
        10,
        (),
        "06:30",
        "23:00",
        None,
    )
    assert offers["income_tax"].fiscal_years == (2026, 2025, 2024)
    assert {it.reason for it in office.offers(NOON, "somebody")} == {"operator_not_contracted"}
    assert {it.reason for it in office.offers(NOON + timedelta(hours=12), "ministop")} == {"hours"}


def test_trial_hours_are_a_dated_change(tmp_path):
    initialise(tmp_path, {}, clock=lambda: NOON)
    register = open_register(register_path(tmp_path))
    today = date(2026, 11, 24)
    record_hours(register, koga.CHANGES, NOON, today, always_open=False, hours=("06:30", "23:00"))
    assert all_changes(register, koga.CHANGES) == koga.CHANGES, "nothing changed, nothing is recorded"
    record_hours(register, koga.CHANGES, NOON, today, always_open=True, hours=("06:30", "23:00"))
    record_hours(register, koga.CHANGES, NOON, today, always_open=True, hours=("06:30", "23:00"))
    (entered,) = all_changes(register, koga.CHANGES)[len(koga.CHANGES) :]
    assert (entered.on, entered.sets) == (today, {"always_open": True})
    midnight_in_winter = datetime(2027, 1, 1, 0, 0, tzinfo=TOKYO)
    assert rules_on(midnight_in_winter.date(), all_changes(register, koga.CHANGES)).is_open(midnight_in_winter)
    record_hours(register, koga.CHANGES, NOON, today, always_open=False, hours=("08:00", "17:00"))
    assert rules_on(today, all_changes(register, koga.CHANGES)).opens == "08:00"
    with pytest.raises(ValueError, match="HH:MM"):
        record_hours(register, koga.CHANGES, NOON, today, always_open=False, hours=("8", "17:00"))
    register.dispose()


@pytest.mark.parametrize("hours", [("23:00", "06:30"), ("24:00", "24:00"), ("6:30", "23:00"), ("06:30", "25:00")])
def test_impossible_hours_are_refused(hours):
    with pytest.raises(ValueError, match="HH:MM"):
        check_hours(*hours)


def test_a_second_initialisation_changes_nothing(tmp_path):
    first = initialise(tmp_path, {"hanako": 255}, clock=lambda: NOON)
    assert initialise(tmp_path, {"hanako": 4096}, clock=lambda: NOON) == first
    assert key_path(tmp_path).stat().st_mode & 0o777 == 0o600
    assert register_path(tmp_path).stat().st_mode & 0o777 == 0o600
    with sqlite3.connect(register_path(tmp_path)) as connection:
        assert connection.execute("SELECT serial FROM cards").fetchall() == [("ff",)]
    connection.close()
    assert {it.name for it in tmp_path.iterdir()} <= {
        "pki",
        *(f"municipality-402231.sqlite{end}" for end in ("", "-wal", "-shm")),
    }


@pytest.mark.parametrize(
    ("day", "text"),
    [
        (date(2026, 11, 24), "令和8年11月24日"),
        (date(2019, 5, 1), "令和元年5月1日"),
        (date(2019, 4, 30), "平成31年4月30日"),
        (date(1989, 1, 7), "昭和64年1月7日"),
        (date(1926, 12, 25), "昭和元年12月25日"),
        (date(1912, 7, 29), "明治45年7月29日"),
    ],
)
def test_dates_are_written_in_their_era(day, text):
    assert japanese_date(day) == text


def test_the_published_example_of_a_my_number_is_valid():
    assert is_my_number("123456789018")
    assert not is_my_number("123456789012")


@given(st.text("0123456789", min_size=11, max_size=11), st.sampled_from(["", " ", "-", "・"]))
def test_every_my_number_is_found_however_it_is_grouped(eleven, between):
    number = f"{eleven}{check_digit(eleven)}"
    written = between.join((number[:4], number[4:8], number[8:]))
    assert forbidden_number(f"住所 {written} 号") == "my_number"


def test_ordinary_numbers_of_a_certificate_are_not_taken_for_secrets():
    assert forbidden_number("福岡県古賀市駅東一丁目1番1号\n令和8年11月24日\n平成25年12月31日\n092-942-1111") is None
    assert forbidden_number("123456789012") is None, "a wrong check digit"
    assert forbidden_number("12345678901") == "resident_code"


def test_the_rules_of_a_change_are_kept_as_json(tmp_path):
    initialise(tmp_path, {}, clock=lambda: NOON)
    register = open_register(register_path(tmp_path))
    record_hours(register, koga.CHANGES, NOON, date(2026, 11, 24), always_open=True, hours=("06:30", "23:00"))
    with register.connect() as connection:
        on, sets, reason = connection.exec_driver_sql('SELECT "on", sets, reason FROM rule_changes').one()
    assert (on, json.loads(sets)) == ("2026-11-24", {"always_open": True})
    assert "trial" in reason
    register.dispose()
