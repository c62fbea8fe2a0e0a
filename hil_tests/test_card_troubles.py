"""Cards that are wrong, PINs that are wrong, and cards that go at the wrong moment: a clear end, and nothing lost."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from hil_tests import visit

if TYPE_CHECKING:
    from hil_tests.bench import Bench

pytestmark = [pytest.mark.anyio, pytest.mark.requirement("Refusals")]


async def expect_sorry_then_idle(bench: Bench, screen: str = "sorry") -> None:
    """Let the person read why and take the card; the kiosk is free again."""
    await bench.expect_screen(screen)
    await bench.remove_card()
    if screen == "sorry":
        await bench.choose("next")
    await bench.expect_idle()
    await visit.expect_nothing_printed_nothing_kept(bench)


async def test_a_wrong_pin_shows_the_tries_left_and_the_right_one_still_works(bench: Bench) -> None:
    await visit.to_the_reader(bench)
    await bench.insert_card("hanako")
    await bench.expect_screen("enter_pin", text="3")
    await bench.type_pin("9999")
    await bench.expect_screen("enter_pin", text="2")
    await bench.type_pin("1234")
    await bench.expect_screen("take_card")


async def test_the_last_try_is_asked_for_first(bench: Bench) -> None:
    await bench.set_tries("hanako", 1)
    await visit.to_the_reader(bench)
    await bench.insert_card("hanako")
    await bench.expect_screen("last_try")
    await bench.choose("cancel")
    await expect_sorry_then_idle(bench)
    await bench.set_tries("hanako", 3)


async def test_a_third_wrong_pin_locks_it_and_the_municipality_is_named(bench: Bench) -> None:
    await bench.set_tries("hanako", 1)
    await visit.to_the_reader(bench)
    await bench.insert_card("hanako")
    await bench.choose("yes")
    await bench.type_pin("9999")
    view = await bench.expect_screen("pin_locked")
    assert "古賀市" in " ".join((*view["lines"], view["note"]))
    await bench.remove_card()
    await bench.expect_idle()


async def test_a_locked_pin_is_told_before_any_digit_is_asked(bench: Bench) -> None:
    await bench.lock_pin("hanako")
    await visit.to_the_reader(bench)
    await bench.insert_card("hanako")
    await expect_sorry_then_idle(bench, "pin_locked")


async def test_a_card_that_is_no_my_number_card_is_told_so(bench: Bench) -> None:
    await visit.to_the_reader(bench)
    await bench.insert_foreign_card()
    await bench.expect_screen("sorry", text="カードをお取りください")
    await expect_sorry_then_idle(bench)
    await visit.expect_served(bench)


@pytest.mark.parametrize("citizen", ["revoked", "expired"])
async def test_a_card_that_is_not_valid_ends_before_anything_is_paid(bench: Bench, citizen: str) -> None:
    await visit.to_the_reader(bench)
    await bench.insert_card(citizen)
    await bench.expect_screen("enter_pin")
    await bench.type_pin(visit.PIN)
    await expect_sorry_then_idle(bench)


@pytest.mark.parametrize("citizen", ["moved_out", "support_measure"])
async def test_a_person_who_cannot_be_served_is_refused_before_anything_is_chosen(bench: Bench, citizen: str) -> None:
    await visit.identify(bench, citizen)
    await bench.choose("type:resident_record")
    await expect_sorry_then_idle(bench)


async def test_a_name_that_cannot_be_set_is_refused_before_paying(bench: Bench) -> None:
    await visit.identify(bench, "missing_glyph")
    await visit.choose(bench, "type:resident_record", "next")  # the preview is masked: it can be set
    await bench.choose("next")
    await expect_sorry_then_idle(bench)


@pytest.mark.parametrize("instruction", ["select", "verify", "read", "sign"])
async def test_a_card_torn_away_in_the_middle_is_asked_for_again(bench: Bench, instruction: str) -> None:
    await visit.to_the_reader(bench)
    if instruction == "select":
        await bench.tear_card_at(instruction)
        await bench.insert_card("hanako")
        await bench.expect_screen("wait")
    else:
        await bench.insert_card("hanako")
        await bench.expect_screen("enter_pin")
        await bench.tear_card_at(instruction)
        await bench.type_pin(visit.PIN)
    await bench.expect_screen("hold_card")
    await bench.insert_card("hanako")
    await bench.expect_screen("enter_pin")
    await bench.type_pin(visit.PIN)
    await bench.expect_screen("take_card")


async def test_a_card_taken_away_while_the_pin_is_asked_for_is_asked_for_again(bench: Bench) -> None:
    await visit.to_the_reader(bench)
    await bench.insert_card("hanako")
    await bench.expect_screen("enter_pin")
    await bench.choose("digit:1", "digit:2")
    await bench.remove_card()
    await bench.expect_screen("hold_card")
    await bench.insert_card("hanako")
    view = await bench.expect_screen("enter_pin")
    assert view["pad"]["filled"] == 0


async def test_a_card_left_on_the_reader_stops_everything_and_sounds(bench: Bench) -> None:
    await visit.to_the_reader(bench)
    await bench.insert_card("hanako")
    await bench.type_pin(visit.PIN)
    await bench.expect_screen("take_card")
    await bench.expect_buzzer(sounding=True)
    await bench.expect_screen("take_card_alarm", timeout_s=15)
    await bench.expect_state("state", {"state": "left_behind", "alarms": ["left_behind_card"]})
    await bench.remove_card()
    await bench.expect_idle()
    await bench.expect_buzzer(sounding=False)


async def test_the_card_service_dying_puts_the_kiosk_out_of_service_until_it_is_back(bench: Bench) -> None:
    await bench.pcscd_down()
    await bench.expect_screen("out_of_service")
    await bench.expect_state("state/card_reader", {"device": "offline", "media": "unknown"})
    await bench.pcscd_up()
    await visit.expect_served(bench)


async def test_a_card_laid_on_an_idle_reader_is_called_for_before_it_is_forgotten(bench: Bench) -> None:
    await bench.insert_card("hanako")
    view = await bench.expect_screen("take_card_alarm")
    assert "カード" in view["title"]
    await bench.expect_buzzer(sounding=True)
    await bench.expect_state("state", {"alarms": ["left_behind_card"]})
    await bench.remove_card()
    await bench.expect_idle()


async def test_a_card_laid_down_again_stops_the_choice_until_it_is_taken(bench: Bench) -> None:
    await visit.identify(bench)
    await bench.choose("type:resident_record")
    await bench.expect_screen("choose_scope", timeout_s=visit.ANSWER_S)
    await bench.insert_card("hanako")
    await bench.expect_screen("take_card")
    await bench.remove_card()
    await bench.expect_screen("choose_scope")


async def test_a_card_laid_down_again_while_paying_is_heard_at_once(bench: Bench) -> None:
    await visit.up_to_paying(bench)
    await bench.insert_card("hanako")
    await bench.expect_buzzer(sounding=True, timeout_s=4)
    await bench.expect_screen("pay", text="カードをお取りください")
    await bench.remove_card()
    await bench.expect_buzzer(sounding=False)
    await bench.insert_coins(100, 100, 50)
    await visit.take_home(bench)


async def test_a_reader_lost_while_the_card_is_to_be_taken_ends_the_visit_soon(bench: Bench) -> None:
    await visit.to_the_reader(bench)
    await bench.insert_card("hanako")
    await bench.type_pin(visit.PIN)
    await bench.expect_screen("take_card")
    await bench.pcscd_down()
    await bench.expect_screen("sorry", timeout_s=10, text="カードをお取りください")
    await bench.expect_screen("out_of_service")
    await bench.remove_card()
    await bench.pcscd_up()
    await bench.expect_idle()
    await visit.expect_nothing_printed_nothing_kept(bench)
