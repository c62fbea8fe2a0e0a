"""The journal keeps in memory what is open or not told yet; the rest is in the file, and found there."""

from __future__ import annotations

from pathlib import Path

import pytest

from firmware.app.kiosk.journal import Entry, Journal
from firmware.app.kiosk.orders import OpenOrder, Order, OrderState
from firmware.app.messages import Id

STATES = ("document_held", "paid", "printing", "printed", "taken")


def order(number: int) -> Order:
    return Order(Id("f" * 32), Id(f"{number:032x}"), 250)


@pytest.fixture
def journal(tmp_path: Path):
    opened = Journal(tmp_path / "journal")
    for number in range(5):
        for state in STATES[: 3 if number == 1 else 5]:
            opened.append(Entry(order(number), OrderState(state), 1.0))
    yield opened
    opened.close()


def ids(*numbers: int) -> list[Id]:
    return [order(number).document_id for number in numbers]


def test_ended_orders_are_forgotten_but_those_the_hub_has_as_open_and_the_newest(journal: Journal) -> None:
    journal.forget(ids(3))
    assert list(journal.latest) == ids(1, 3, 4)


def test_what_was_forgotten_is_found_in_the_file(journal: Journal) -> None:
    before = [journal.find(each) for each in ids(0, 1, 4)]
    journal.forget(())
    assert [journal.find(each) for each in ids(0, 1, 4)] == before
    assert journal.find(Id("9" * 32)) is None


def test_a_journal_opened_again_has_the_same_open_orders_and_newest_order(journal: Journal) -> None:
    again = Journal(journal.path)
    again.close()
    assert list(again.latest) == ids(1, 4)
    assert again.open_orders() == journal.open_orders() == (OpenOrder(order(1), OrderState.PRINTING),)
    assert again.last() == journal.last() == OpenOrder(order(4), OrderState.TAKEN, printed=True)
    assert again.counts == journal.counts
