"""What the matrix has found, each once more; and mistakes that are planted so that it must find them."""

from __future__ import annotations

import os

import pytest

from firmware.app.kiosk import order_report, rest
from firmware.app.kiosk.journal import Journal
from firmware.app.kiosk.lines import LineFile, encode
from firmware.app.kiosk.orders import OrderState
from hub.centre.centre import Centre
from tests.faults import matrix
from tests.faults.matrix import Case, at


def broken(case: Case) -> str:
    return matrix.run_of(case)[0].broken


def test_a_document_that_is_paid_while_the_centre_is_away_stays_an_order() -> None:
    """The centre cancelled it when the transaction's time was over, and the kiosk sold it."""
    assert broken(at("pays", "kiosk: Tell Print", "line 25 min")) == ""


def test_a_fee_that_goes_back_for_a_late_coin_is_not_in_the_ledger() -> None:
    """The kiosk reported it as printed, and the centre booked a fee that nobody had."""
    assert broken(Case("late coin", (), "none")) == ""


@pytest.mark.parametrize(
    ("scenario", "label"), [("centre away", "tray: empty"), ("paper void", "hub put printed: ask")]
)
def test_a_fee_kept_while_the_centre_is_away_is_in_the_ledger(scenario: str, label: str) -> None:
    """The kiosk told only the end of the order, `unknown` or `voided`, and the fee was never booked."""
    kind = "kill" if scenario == "centre away" else "line 25 min"
    assert broken(at(scenario, label, kind)) == ""


def test_the_clerk_does_not_cancel_what_was_paid_while_the_centre_had_not_heard_of_it() -> None:
    """The report that it was paid was lost, and the centre had the order as cancelled, the kiosk as refunded."""
    assert broken(at("cover opened", "hub document: answered", "answer lost")) == ""


def twice(first: str, nth: int, again: str, behind: int) -> Case:
    """A process killed at a point, and the power cut so many points behind it."""
    number = at("pays", first, "kill", nth=nth).faults[0][0]
    return Case("pays", ((number, "kill"), (number + behind, again)), "printing")


def test_a_timer_that_comes_a_hair_early_is_no_reason_to_wait_for_ever() -> None:
    """The jammed gate was not tried again: a tick just before its time changed nothing, and set no timer."""
    assert broken(at("coin jammed", "kiosk: Tell Print", "kill")) == ""
    assert broken(at("coin jammed", "journal: sync", "disk error", nth=1)) == ""


BEHIND = range(20, 80, 3)


def test_a_line_that_a_killed_process_left_unsynced_is_synced_before_it_is_believed() -> None:
    """It was read from the cache and acted upon, and a power cut then made it not written."""
    assert [broken(twice("journal: written", 3, "power:nothing", behind)) for behind in BEHIND] == [""] * len(BEHIND)


def killed_twice() -> list[Case]:
    """The fee's gate has jammed, the paper is taken, the process is killed, and the power cut within its restart."""
    number = at("coin jammed", "folder: synced", "kill", nth=4).faults[0][0]
    faults = [((number, "kill"), (number + behind, "power:nothing")) for behind in range(28, 40, 3)]
    return [Case("coin jammed", each, "pickup") for each in faults]


def test_what_a_printed_paper_cost_stays_the_operators_over_two_restarts() -> None:
    """The order was unknown after the first, and the second gave its coins to whoever stood there."""
    assert [broken(case) for case in killed_twice()] == ["", "", "", ""]


def only_what_was_seen_to_end_is_earned(monkeypatch: pytest.MonkeyPatch) -> list[Case]:
    known = (OrderState.TAKEN, OrderState.VOIDED)
    monkeypatch.setattr(rest, "_earned", lambda last: bool(last and last.state in known and last.order.fee_yen))
    return killed_twice()


def unsynced_opening(monkeypatch: pytest.MonkeyPatch) -> list[Case]:
    def opened(self: LineFile, path, take) -> None:
        from firmware.app.kiosk import lines  # noqa: PLC0415

        self._path = path
        self._fd = lines.os.open(path, os.O_RDWR | os.O_CREAT)
        lines.os.ftruncate(self._fd, lines.read(path.read_bytes(), take))
        os.lseek(self._fd, 0, os.SEEK_END)

    monkeypatch.setattr(LineFile, "__init__", opened)
    return [twice("journal: written", 3, "power:nothing", behind) for behind in BEHIND]


def unsynced_lines(monkeypatch: pytest.MonkeyPatch) -> list[Case]:
    def appended(self: LineFile, body) -> None:
        from firmware.app.kiosk import lines  # noqa: PLC0415

        lines.os.write(self._fd, encode(body))

    monkeypatch.setattr(LineFile, "append", appended)
    return [at("pays", "gate stack: told", "power:nothing")]


def only_the_end_is_told(monkeypatch: pytest.MonkeyPatch) -> list[Case]:
    right = order_report._way

    def way(at_hub: OrderState, _reached: OrderState, here: OrderState) -> tuple[OrderState, ...]:
        return right(at_hub, OrderState.DOCUMENT_HELD, here)

    monkeypatch.setattr(order_report, "_way", way)
    return [at("centre away", "tray: empty", "kill")]


def what_was_fetched_is_cancelled(monkeypatch: pytest.MonkeyPatch) -> list[Case]:
    right = Centre._end

    def ended(self: Centre, transaction_id: str, state: str, cause: str) -> None:
        right(self, transaction_id, "expired" if cause == "timeout" else state, cause)

    monkeypatch.setattr(Centre, "_end", ended)
    return [at("pays", "kiosk: Tell Print", "line 25 min")]


def orders_are_forgotten(monkeypatch: pytest.MonkeyPatch) -> list[Case]:
    monkeypatch.setattr(Journal, "open_orders", lambda _self: ())
    return [at("pays", "sheet: band 1", "power:nothing")]


@pytest.mark.parametrize(
    "mistake",
    [
        unsynced_opening,
        unsynced_lines,
        only_the_end_is_told,
        what_was_fetched_is_cancelled,
        orders_are_forgotten,
        only_what_was_seen_to_end_is_earned,
    ],
)
def test_a_planted_mistake_is_found(monkeypatch: pytest.MonkeyPatch, mistake) -> None:
    matrix.points_of.cache_clear()
    try:
        assert any(broken(case) for case in mistake(monkeypatch))
    finally:
        matrix.points_of.cache_clear()


@pytest.mark.parametrize(("nth", "outcome"), [(2, "refunded"), (3, "given away")])
@pytest.mark.parametrize("kind", ["disk full", "power:nothing", "kill"])
def test_an_order_whose_coins_went_back_is_not_unknown(kind: str, nth: int, outcome: str) -> None:
    """The return was on record only after the gate had moved: with a full disk most orders ended as unknown."""
    result, _, story = matrix.run_of(at("pays", "journal: write", kind, nth=nth))
    assert (result.broken, result.outcome) == ("", outcome), "\n".join(story)


def test_a_crash_between_the_gate_and_the_journal_leaves_no_doubt() -> None:
    at_gate = [at("cover opened", label, "kill") for label in ("gate return: empty", "gate return: told")]
    assert [matrix.run_of(case)[0].outcome for case in at_gate] == ["refunded", "refunded"]
