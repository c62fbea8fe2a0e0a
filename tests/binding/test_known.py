"""What the clerk keeps of a person for the pages: what is typed, what was answered, and when a text is whole."""

from __future__ import annotations

from datetime import date

from firmware.app.clerk.answers import Issue, Request
from firmware.app.clerk.known import Known
from firmware.app.clerk.visit import Field

TODAY = date(2026, 11, 23)


def touched(known: Known, field: Field, *buttons: str) -> None:
    for button in buttons:
        known.touch(field, button)


def test_a_name_is_typed_on_the_katakana_keyboard_and_whole_with_both_parts():
    known = Known()
    touched(known, Field.NAME, "key:コ", "key:カ", "voiced", "space")
    assert not known.is_whole(Field.NAME, TODAY)
    touched(known, Field.NAME, "key:ハ", "key:ナ", "key:コ")
    assert known.name == "コガ　ハナコ"
    assert known.is_whole(Field.NAME, TODAY)


def test_a_birth_date_takes_eight_digits_and_has_to_be_a_day_that_was():
    known = Known()
    touched(known, Field.BIRTH, *(f"digit:{digit}" for digit in "1986113099"), "digit:x", "digit:12", "key:ア")
    assert (known.birth, known.birth_date) == ("19861130", "1986-11-30")
    assert known.is_whole(Field.BIRTH, TODAY)
    touched(known, Field.BIRTH, "erase", "digit:1")
    assert not known.is_whole(Field.BIRTH, TODAY), "31 November"
    touched(known, Field.BIRTH, *["erase"] * 9, *(f"digit:{digit}" for digit in "20261124"))
    assert not known.is_whole(Field.BIRTH, TODAY), "tomorrow"


def test_a_telephone_number_has_ten_or_eleven_digits():
    known = Known()
    touched(known, Field.PHONE, *["digit:0"] * 9)
    assert not known.is_whole(Field.PHONE, TODAY)
    for _ in range(2):
        touched(known, Field.PHONE, "digit:1")
        assert known.is_whole(Field.PHONE, TODAY)
    touched(known, Field.PHONE, "digit:2")
    assert known.phone == "00000000011"


def test_what_was_typed_is_forgotten_whole():
    known = Known()
    touched(known, Field.NAME, "key:コ")
    touched(known, Field.PHONE, "digit:0")
    known.wipe()
    assert (known.name, known.birth, known.phone) == ("", "", "")


def test_answers_are_kept_as_the_pages_show_them():
    known = Known()
    known.take_requests(
        [
            Request("1" * 12, "requested", date(2026, 11, 1), None, None),
            Request("2" * 12, "rejected", date(2026, 10, 1), date(2026, 10, 5), "incomplete"),
        ]
    )
    assert known.requests == (
        ("1" * 12, "requested", "2026-11-01", "", ""),
        ("2" * 12, "rejected", "2026-10-01", "2026-10-05", "incomplete"),
    )
    known.take_issues([Issue(1_789_000_000, "income_tax", "0" * 32, 2, 600, "kiosk-0002", None)])
    assert known.issues == ((1_789_000_000, "income_tax", "kiosk-0002", 2, None),)
