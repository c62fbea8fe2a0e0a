"""本籍地利用登録: who lives elsewhere asks for it at a kiosk, and sees at the next visit how it stands."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from hil_tests import visit

if TYPE_CHECKING:
    from hil_tests.bench import Bench

pytestmark = [pytest.mark.anyio, pytest.mark.requirement("Certificates and fees")]

NAME = ("key:ホ", "key:ン", "key:セ", "key:キ", "space", "key:コ", "key:カ", "voiced")
BORN = "19750808"
PHONE = "0922121111"
AOBA = "999016"  # none of those who ask there lives there; a card that has asked once cannot ask again


def digits(text: str) -> list[str]:
    """Return the keys of a number."""
    return [f"digit:{digit}" for digit in text]


async def leave(bench: Bench) -> None:
    """End the visit without an order."""
    await bench.choose("cancel", "next")
    await bench.expect_idle()


async def ask(bench: Bench) -> None:
    """Ask for a registration, up to the last confirmation."""
    await bench.choose("registration")
    await bench.expect_screen("registration", timeout_s=visit.ANSWER_S)
    await bench.choose("register", *NAME, "next", *digits(BORN), "next", *digits(PHONE), "next")
    await bench.expect_screen("register_confirm")
    await bench.choose("next")


async def test_a_registration_is_asked_for_and_looked_up(bench: Bench) -> None:
    await visit.identify(bench, "elsewhere")
    await bench.choose("type:family_register")
    await bench.expect_screen("sorry", timeout_s=visit.ANSWER_S)
    await bench.choose("another", "registration")
    await bench.expect_screen("registration", timeout_s=visit.ANSWER_S)
    await bench.choose("register", *NAME)
    view = await bench.screen()
    assert view is not None
    assert view["typed"] == "ホンセキ　コガ"
    await bench.choose("next", *digits(BORN), "next", *digits(PHONE), "next")
    confirm = await bench.expect_screen("register_confirm")
    assert "ホンセキ　コガ" in visit.facts(confirm)
    await bench.choose("next")
    await bench.expect_screen("take_paper", timeout_s=visit.ANSWER_S, text="申請番号")
    (slip,) = await bench.expect_printed()
    assert slip["rows"] > 0
    await bench.take_paper()
    registered = await bench.expect_screen("registered", text="大切に")
    number = registered["facts"][0]["value"]
    assert len(number) == len("0000-0000-0000")
    await bench.choose("next")
    await bench.expect_screen("choose_type")
    await leave(bench)

    await visit.identify(bench, "elsewhere")
    await bench.choose("registration")
    listed = await bench.expect_screen("registration", timeout_s=visit.ANSWER_S)
    assert [fact["label"] for fact in listed["facts"]] == [number]
    assert "register" not in visit.buttons(listed), "one that is open is enough"
    await bench.choose("back")
    await bench.choose("type:family_register")
    await bench.expect_screen("sorry", timeout_s=visit.ANSWER_S)
    await bench.choose("next")
    await bench.expect_idle()
    assert (await bench.money())["kept"] == 0, "a registration costs nothing"
    assert len(await bench.strips()) == 1


async def test_a_slip_left_behind_sounds_and_the_next_person_waits_for_the_tray(bench: Bench) -> None:
    await visit.identify(bench, "taro", municipality=AOBA)
    await ask(bench)
    await bench.expect_screen("take_paper_alarm", timeout_s=30, text="用紙")
    await bench.expect_state("state", {"state": "left_behind", "alarms": ["left_behind_paper"]}, timeout_s=20)
    await bench.expect_buzzer(sounding=True)
    await bench.take_paper()
    await bench.expect_idle()
    await bench.expect_buzzer(sounding=False)


async def test_where_no_slip_can_be_printed_the_number_is_to_be_written_down(bench: Bench) -> None:
    await visit.identify(bench, "large_family", municipality=AOBA)
    await bench.choose("registration")
    await bench.expect_screen("registration", timeout_s=visit.ANSWER_S)
    await bench.open_cover()
    await bench.choose("register", *NAME, "next", *digits(BORN), "next", *digits(PHONE), "next", "next")
    await bench.expect_screen("registered", timeout_s=visit.ANSWER_S, text="書き留めて")
    await bench.close_cover()
    await bench.choose("next")
    await leave(bench)
    await visit.expect_nothing_printed_nothing_kept(bench)


async def test_after_a_slip_that_was_torn_a_certificate_comes_out_clean(bench: Bench) -> None:
    await bench.fail_print_at(100, "power_off")
    await visit.identify(bench, "foreign", municipality=AOBA)
    await ask(bench)
    await bench.expect_screen("registered", timeout_s=visit.ANSWER_S, text="書き留めて")
    await bench.choose("next", "cancel", "next")
    await bench.printer_on()
    await bench.expect_state("state/printer", {"ready": True}, timeout_s=30)
    (torn,) = await bench.expect_printed()
    await bench.take_paper()
    await bench.expect_idle()
    await visit.expect_served(bench)
    heights = {strip["rows"] for strip in await bench.strips() if strip["number"] != torn["number"]}
    assert torn["rows"] not in heights


async def test_a_resident_is_refused_a_registration_and_what_was_typed_is_forgotten(bench: Bench) -> None:
    await visit.identify(bench, "hanako")
    await bench.choose("registration", "register", *NAME, "next", *digits(BORN), "next", *digits(PHONE), "next", "next")
    await bench.expect_screen("sorry", timeout_s=visit.ANSWER_S)
    await bench.choose("another", "registration", "register")
    view = await bench.expect_screen("register_name")
    assert view["typed"] == ""
    await leave(bench)
