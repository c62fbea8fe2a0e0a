"""At the very borders of times and sizes an answer is good; one step beyond it is not."""

from __future__ import annotations

import hashlib
from dataclasses import FrozenInstanceError, fields, replace

import pytest
from binding_answer import NOW_S, Answer, claim, dots, first_page
from query_answer import QueryAnswer

from firmware.app.clerk import answer as answer_of
from firmware.app.clerk.binding import check
from firmware.app.clerk.claims import BindingMismatch

CLOCK_SKEW_S, LONGEST_LIFE_S = 120, 3600  # of the hub protocol, not of the code
LEAST_ROWS, MOST_ROWS = 8, 20_000
LONGEST_STATEMENT = 272 * 1024


@pytest.mark.parametrize(
    ("issued_at", "expires_at", "good"),
    [
        (NOW_S + CLOCK_SKEW_S, NOW_S + 600, True),
        (NOW_S + CLOCK_SKEW_S + 1, NOW_S + 600, False),
        (NOW_S - 60 - CLOCK_SKEW_S, NOW_S + 600, True),
        (NOW_S - 61 - CLOCK_SKEW_S, NOW_S + 600, False),
        (NOW_S, NOW_S + LONGEST_LIFE_S, True),
        (NOW_S, NOW_S + LONGEST_LIFE_S + 1, False),
        (NOW_S, NOW_S + 1, True),
        (NOW_S, NOW_S, False),
    ],
)
def test_times_are_good_up_to_their_border(issued_at: int, expires_at: int, good: bool):  # noqa: FBT001
    answer = Answer()
    answer.statement.update(issued_at=issued_at, expires_at=expires_at)
    if good:
        assert check(answer.plaintext(), answer.expected, answer.trusted, NOW_S).copies == 2
    else:
        with pytest.raises(BindingMismatch):
            check(answer.plaintext(), answer.expected, answer.trusted, NOW_S)


def test_a_statement_made_as_early_as_the_clocks_may_differ_is_taken():
    session = replace(Answer().session, opened_at=NOW_S - 60)
    session.check_times(NOW_S - 60 - CLOCK_SKEW_S, NOW_S + 600, NOW_S)
    with pytest.raises(BindingMismatch, match="issued_at"):
        session.check_times(NOW_S - 61 - CLOCK_SKEW_S, NOW_S + 600, NOW_S)


@pytest.mark.parametrize(("rows", "length_mm"), [(33, 72), (34, 72), (35, 73)])
def test_the_length_is_rounded_up_and_not_a_row_further(rows: int, length_mm: int):
    answer = Answer()  # with a second page of 34 rows two copies have 2 * 288 rows, 72 mm exactly
    answer.pages[1] = dots(rows, 2)
    answer.statement["pages"] = [claim(page) for page in answer.pages]
    assert check(answer.plaintext(), answer.expected, answer.trusted, NOW_S).length_mm == length_mm


@pytest.mark.parametrize("good", [True, False])
def test_a_key_list_signs_up_to_its_last_moment(good: bool):  # noqa: FBT001
    answer = Answer()
    answer.key_list_fields["expires_at"] = NOW_S + 5
    trusted = answer.trusted
    if good:
        assert check(answer.plaintext(), answer.expected, trusted, NOW_S + 4.999).copies == 2
    else:
        with pytest.raises(BindingMismatch, match="kid"):
            check(answer.plaintext(), answer.expected, trusted, NOW_S + 5)


@pytest.mark.parametrize(
    ("rows", "good"), [(LEAST_ROWS, True), (LEAST_ROWS - 1, False), (MOST_ROWS, True), (MOST_ROWS + 1, False)]
)
def test_pages_are_good_up_to_the_border_of_their_height(rows: int, good: bool):  # noqa: FBT001
    answer = Answer()
    answer.pages = [first_page(1), dots(rows, 2), dots(32, 3)]
    answer.statement["pages"] = [claim(page) for page in answer.pages]
    if good:
        document = check(answer.plaintext(), answer.expected, answer.trusted, NOW_S)
        assert document.pages[1].height_rows == rows
    else:
        with pytest.raises(BindingMismatch, match="pages"):
            check(answer.plaintext(), answer.expected, answer.trusted, NOW_S)


def test_a_statement_about_a_query_is_refused_by_its_size_before_anything_of_it_is_read():
    mine = QueryAnswer("household")
    for size, read in ((LONGEST_STATEMENT, True), (LONGEST_STATEMENT + 1, False), (LONGEST_STATEMENT * 2, False)):
        parts = mine.parts() | {"statement": b"\x18" * size}
        with pytest.raises(BindingMismatch) as caught:
            answer_of.check(answer_of.cose.encoded(parts), mine.asked, mine.of.trusted, NOW_S)
        assert (caught.value.field, caught.value.statement) == ("statement", parts["statement"] if read else None)


def test_digests_stand_for_pages_in_their_order():
    answer = Answer()
    assert [each["sha256"] for each in answer.statement["pages"]] == [
        hashlib.sha256(page).digest() for page in answer.pages
    ]
    answer.statement["pages"].reverse()
    with pytest.raises(BindingMismatch, match="pages"):
        check(answer.plaintext(), answer.expected, answer.trusted, NOW_S)


@pytest.mark.parametrize("sheets", [1, 3])
def test_a_preview_shows_as_many_sheets_as_it_says(sheets: int):
    mine = QueryAnswer("preview")
    mine.statement["answer"] = {"sheets": sheets}  # two are signed, and come
    with pytest.raises(BindingMismatch, match="pages"):
        answer_of.check(mine.plaintext(), mine.asked, mine.of.trusted, NOW_S)


def test_what_was_checked_and_what_it_was_checked_against_cannot_be_changed_afterwards():
    mine, answer = QueryAnswer("preview"), Answer()
    document = check(answer.plaintext(), answer.expected, answer.trusted, NOW_S)
    said = answer_of.check(mine.plaintext(), mine.asked, mine.of.trusted, NOW_S)
    for thing in (document, document.pages[0], answer.expected, answer.session, said, mine.asked):
        name = fields(thing)[0].name
        with pytest.raises(FrozenInstanceError):
            setattr(thing, name, None)
