"""A card or a paper left behind: it sounds until it is taken, or until the office clears it with its key and a reason.

Clearing silences and records; the next person still waits until nothing lies there.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from hil_tests import visit

if TYPE_CHECKING:
    from hil_tests.bench import Bench

pytestmark = [pytest.mark.anyio, pytest.mark.requirement("Leaving things behind")]

POLICE = ("hand-over-police", "古賀交番")
PAPER_ALARM = {"state": "left_behind", "alarms": ["left_behind_paper"]}
CARD_ALARM = {"state": "left_behind", "alarms": ["left_behind_card"]}
SILENT = {"state": "left_behind", "alarms": []}


async def leave_the_paper(bench: Bench) -> None:
    """Pay, and go away without the paper."""
    await visit.up_to_paying(bench)
    await bench.insert_coins(100, 100, 50)
    await bench.expect_screen("take_paper_alarm", timeout_s=30)
    await bench.expect_state("state", PAPER_ALARM)


async def leave_the_card(bench: Bench) -> None:
    """Type the PIN, and go away without the card."""
    await visit.to_the_reader(bench)
    await bench.insert_card("hanako")
    await bench.expect_screen("enter_pin")
    await bench.type_pin(visit.PIN)
    await bench.expect_screen("take_card_alarm", timeout_s=20)
    await bench.expect_state("state", CARD_ALARM)


async def test_a_paper_is_handed_to_the_police_and_the_next_person_waits_for_the_tray(bench: Bench) -> None:
    await leave_the_paper(bench)
    await bench.expect_buzzer(sounding=True)
    assert await bench.clear_alarm(*POLICE) == ""
    await bench.expect_buzzer(sounding=False)
    await bench.expect_state("state", SILENT)
    view = await bench.expect_screen("out_of_service", text="紙")
    assert view["buttons"] == []
    assert "already-cleared" in await bench.clear_alarm(*POLICE)
    await bench.take_paper()
    await bench.expect_idle()
    await visit.expect_served(bench)


async def test_a_card_is_taken_by_the_staff(bench: Bench) -> None:
    await leave_the_card(bench)
    assert await bench.clear_alarm("taken-by-staff") == ""
    await bench.expect_buzzer(sounding=False)
    await bench.expect_state("state", SILENT)
    await bench.remove_card()
    await bench.expect_idle()


@pytest.mark.parametrize("cleared", [False, True])
async def test_a_cards_alarm_comes_back_after_a_power_cut_and_a_cleared_one_stays_silent(
    bench: Bench,
    cleared: bool,  # noqa: FBT001 - a parameter of the test
) -> None:
    await leave_the_card(bench)
    if cleared:
        assert await bench.clear_alarm("taken-by-staff") == ""
    await bench.cut_power()
    await bench.restore_power()
    await bench.expect_state("state", SILENT if cleared else CARD_ALARM, timeout_s=20)
    await bench.expect_buzzer(sounding=not cleared)
    await bench.expect_state("state/card_reader", {"media": "present"})
    await bench.expect_state("state", SILENT if cleared else CARD_ALARM)
    await bench.remove_card()
    await bench.expect_idle()


async def test_without_a_word_to_whom_nothing_is_handed_over_and_without_an_alarm_nothing_cleared(bench: Bench) -> None:
    assert "no alarm is on" in await bench.clear_alarm(*POLICE)
    await leave_the_card(bench)
    assert "note-missing" in await bench.clear_alarm("hand-over-police")
    await bench.expect_state("state", CARD_ALARM)
    await bench.expect_buzzer(sounding=True)
    await bench.remove_card()
    await bench.expect_idle()
    await bench.expect_buzzer(sounding=False)


@pytest.mark.parametrize("cleared", [False, True])
async def test_an_alarm_comes_back_after_a_power_cut_and_a_cleared_one_stays_silent(
    bench: Bench,
    cleared: bool,  # noqa: FBT001 - a parameter of the test
) -> None:
    await leave_the_paper(bench)
    if cleared:
        assert await bench.clear_alarm(*POLICE) == ""
    await bench.cut_power()
    await bench.restore_power()
    await bench.expect_state("state", SILENT if cleared else PAPER_ALARM, timeout_s=20)
    await bench.expect_buzzer(sounding=not cleared)
    await bench.expect_screen("out_of_service" if cleared else "take_paper_alarm")
    await bench.take_paper()
    await bench.expect_idle()
