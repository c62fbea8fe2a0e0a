"""`kiosk reconcile`: both equations from the journal, every difference by its name, and an exit status to act on."""

from __future__ import annotations

import json
from argparse import Namespace
from datetime import date
from types import SimpleNamespace

import pytest

from firmware.app.hub_errors import HubUnreachable
from firmware.app.kiosk.hub import OpenOrder
from firmware.app.kiosk.journal import Entry, Journal
from firmware.app.kiosk.orders import Order, OrderState
from firmware.app.kiosk.reconciliation import REMEDY, against_centre, reconciled
from firmware.app.messages import Id
from firmware.roles import reconcile

DAY, AT_S = date(2026, 11, 24), 1_795_500_000.0  # noon in Tokyo
TAKEN = ("document_held", "paid", "printing", "printed", "taken")
ENDS = {
    "taken": TAKEN,
    "refunded": (*TAKEN[:3], "refunded"),
    "cancelled": (*TAKEN[:1], "cancelled"),
    "voided": (*TAKEN[:4], "voided"),
}


def entries(*orders: tuple[str, ...], fee_yen: int = 250, at_s: float = AT_S) -> list[Entry]:
    return [
        Entry(Order(Id("f" * 32), Id(f"{number:032x}"), fee_yen), OrderState(state), at_s)
        for number, states in enumerate(orders)
        for state in states
    ]


def names(found) -> list[str]:
    return [it.name for it in found]


def test_a_day_on_which_all_is_well_adds_up() -> None:
    day = reconciled(entries(*ENDS.values()), DAY, AT_S + 60, counted_yen=500)
    assert day.documents == "requested 4 = issued 1 + voided 2 + cancelled 1 + open 0"
    assert day.money == "escrowed 750 = kept 500 + returned 250 + held 0"
    assert day.differences == []


def test_another_day_is_another_day() -> None:
    late = entries(TAKEN, at_s=AT_S + 12 * 3600)  # midnight in Tokyo
    assert reconciled(late, DAY, AT_S).requested == 0
    assert reconciled(late, date(2026, 11, 25), AT_S + 13 * 3600).requested == 1


@pytest.mark.parametrize(
    ("states", "after_s", "counted_yen", "wanted"),
    [
        (TAKEN[:3], 60, None, []),
        (TAKEN[:3], 7200, None, ["order_open"]),
        ((*TAKEN[:3], "unknown"), 60, None, ["order_unknown"]),
        (TAKEN, 60, 0, ["cash_differs"]),
        (("document_held", "unknown", "unknown"), 60, None, ["order_unknown"]),
    ],
)
def test_differences_have_names(states, after_s, counted_yen, wanted) -> None:
    assert names(reconciled(entries(states), DAY, AT_S + after_s, counted_yen).differences) == wanted
    assert set(wanted) <= set(REMEDY)


def test_a_fee_that_went_back_for_a_late_coin_is_returned_and_not_kept() -> None:
    free = [*entries(TAKEN[:3]), *entries(TAKEN[3:], fee_yen=0)]
    day = reconciled(free, DAY, AT_S, counted_yen=0)
    assert (day.kept_yen, day.returned_yen, day.differences) == (0, 250, [])


def at_centre(document: int, state: str) -> dict[str, OpenOrder]:
    order = OpenOrder(f"{document:032x}", "f" * 32, OrderState(state), 1, 250, 1)
    return {order.document_id: order}


@pytest.mark.parametrize(
    ("there", "wanted"),
    [
        (at_centre(0, "taken"), []),
        (at_centre(0, "printed"), ["state_differs"]),
        ({}, ["not_at_the_centre"]),
        ({**at_centre(0, "taken"), **at_centre(7, "paid")}, ["not_in_the_journal"]),
        ({**at_centre(0, "taken"), **at_centre(7, "cancelled")}, []),
    ],
)
def test_the_centre_is_held_against_the_journal(there, wanted) -> None:
    found = against_centre(entries(TAKEN), DAY, there)
    assert names(found) == wanted
    assert set(wanted) <= set(REMEDY)


def command(tmp_path, monkeypatch, answer, **more) -> int:
    journal = Journal(tmp_path / "journal")
    for entry in entries(TAKEN):
        journal.append(entry)
    journal.close()

    async def ask(_config):
        if isinstance(answer, Exception):
            raise answer
        return answer

    monkeypatch.setattr(reconcile, "_ask", ask)
    config = SimpleNamespace(kiosk=SimpleNamespace(state_dir=tmp_path, id="kiosk-0001"))
    given = {"date": DAY, "counted_yen": None, "offline": False, "json": True, **more}
    return reconcile.run(config, Namespace(**given))  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("answer", "more", "status"),
    [
        (at_centre(0, "taken"), {}, 0),
        (at_centre(0, "paid"), {}, reconcile.DIFFERS),
        (HubUnreachable("refused"), {}, reconcile.NOT_ASKED),
        (HubUnreachable("refused"), {"offline": True}, 0),
        (HubUnreachable("refused"), {"counted_yen": 1}, reconcile.DIFFERS),
    ],
)
def test_the_exit_status_says_whether_somebody_has_to_look(  # noqa: PLR0917
    tmp_path, monkeypatch, capsys, answer, more, status
) -> None:
    assert command(tmp_path, monkeypatch, answer, **more) == status
    told = json.loads(capsys.readouterr().out)
    assert (told["issued"], told["kept_yen"]) == (1, 250)


def test_the_words_name_what_to_do(tmp_path, monkeypatch, capsys) -> None:
    assert command(tmp_path, monkeypatch, at_centre(0, "paid"), json=False) == reconcile.DIFFERS
    out = capsys.readouterr().out
    assert "2026-11-24  kiosk-0001  DIFFERS" in out
    assert "here taken, at the centre paid" in out
    assert "remedy: " in out


def test_a_damaged_journal_is_told_and_not_guessed(tmp_path, monkeypatch, capsys) -> None:
    (tmp_path / "journal").write_bytes(b"nonsense\nmore\n")
    config = SimpleNamespace(kiosk=SimpleNamespace(state_dir=tmp_path, id="kiosk-0001"))
    status = reconcile.run(config, Namespace(date=DAY, counted_yen=None, offline=True, json=False))  # type: ignore[arg-type]
    assert status == 74
    assert "line 1 is damaged" in capsys.readouterr().err
