"""The whole dialogue: all types with their options, back at every step, what can be had instead, and the history."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from hil_tests import visit

if TYPE_CHECKING:
    from hil_tests.bench import Bench

pytestmark = [pytest.mark.anyio, pytest.mark.requirement("The sequence")]

RECORD_OF_TWO = ("type:resident_record", "scope:members", "person:0", "person:2", "next", "item:relationship", "next")
TYPES = {
    "resident record of chosen members": (RECORD_OF_TWO, 250, ("古賀 太郎", "古賀 陽翔", "続柄")),
    "seal registration": (("type:seal_registration",), 250, ("印鑑登録証明書",)),
    "family register of one": (
        ("type:family_register", "scope:individual", "person:0", "person:1", "next"),
        400,
        ("古賀 花子",),
    ),
    "whole supplement with the domicile": (
        ("type:family_register_supplement", "scope:whole", "item:domicile", "next"),
        250,
        ("戸籍の附票",),
    ),
}
COINS_YEN = {250: (100, 100, 50), 400: (100, 100, 100, 100)}


@pytest.mark.parametrize("name", TYPES)
async def test_each_type_is_bought_with_its_options(bench: Bench, name: str) -> None:
    buttons, fee_yen, shown = TYPES[name]
    await visit.identify(bench)
    await visit.choose(bench, *buttons)
    confirm = await bench.screen()
    assert confirm is not None
    assert [word for word in shown if word not in visit.facts(confirm)] == []
    await visit.confirm(bench)
    await visit.pay_and_take_home(bench, *COINS_YEN[fee_yen])
    assert (await bench.money())["kept"] == fee_yen
    assert len(await bench.strips()) >= visit.STRIPS


async def test_the_year_of_an_income_certificate_is_chosen(bench: Bench) -> None:
    await visit.identify(bench)
    await bench.choose("type:income_tax")
    years = visit.buttons(await bench.expect_screen("choose_year", timeout_s=visit.ANSWER_S), "year:")
    assert len(years) > 1
    await bench.choose(years[1], "next")
    await bench.expect_screen("preview", timeout_s=visit.ANSWER_S)
    await bench.choose("next")
    confirm = await bench.expect_screen("confirm")
    assert years[1].removeprefix("year:") in visit.facts(confirm)
    await visit.confirm(bench)
    await visit.pay_and_take_home(bench, 100, 100, 50)


async def test_one_leads_back_through_every_question_and_then_buys_something_else(bench: Bench) -> None:
    await visit.identify(bench)
    await visit.choose(bench, *RECORD_OF_TWO)
    for name in ("preview", "choose_copies", "choose_items", "choose_persons", "choose_scope", "choose_type"):
        await bench.choose("back")
        await bench.expect_screen(name)
    await visit.choose(bench, "type:seal_registration")
    for name in ("preview", "choose_copies", "choose_type"):  # what was skipped forward is skipped back
        await bench.choose("back")
        await bench.expect_screen(name)
    await bench.choose("back")
    await bench.expect_screen("municipality")
    await bench.choose(f"municipality:{visit.KOGA}")
    await bench.expect_screen("hold_card")
    await bench.insert_card("hanako")
    await bench.expect_screen("enter_pin")
    await bench.choose("digit:1", "back")
    await bench.expect_screen("municipality")
    await bench.choose("back")
    await bench.expect_screen("consent")
    await bench.choose("agree", f"municipality:{visit.KOGA}")
    await bench.expect_screen("enter_pin")
    await bench.type_pin(visit.PIN)
    await bench.expect_screen("take_card")
    await bench.remove_card()
    await visit.order(bench)
    await visit.pay_and_take_home(bench, 100, 100, 50)


async def test_the_preview_of_several_sheets_is_turned(bench: Bench) -> None:
    await visit.identify(bench, "large_family")
    await bench.choose("type:resident_record", "scope:household", "next", "next")
    first = await bench.expect_screen("preview", timeout_s=visit.ANSWER_S)
    assert first["pictures"] == ["/preview/1.png"]
    await bench.choose("page:next")
    second = await bench.screen()
    assert second is not None
    assert second["pictures"] == ["/preview/2.png"]
    await bench.choose("page:prev", "next")
    await bench.expect_screen("confirm")
    await bench.choose("cancel", "next")
    await bench.expect_idle()
    await visit.expect_nothing_printed_nothing_kept(bench)


@pytest.mark.requirement("Refusals")
async def test_after_a_refusal_another_certificate_is_bought(bench: Bench) -> None:
    await visit.identify(bench, "cancelled_seal")
    await bench.choose("type:seal_registration")
    await bench.expect_screen("sorry", timeout_s=visit.ANSWER_S, text="印鑑")
    await bench.choose("another")
    await bench.choose("type:resident_record", "next", "next")
    await bench.expect_screen("preview", timeout_s=visit.ANSWER_S)
    await bench.choose("next")
    await bench.expect_screen("confirm")
    await visit.confirm(bench)
    await visit.pay_and_take_home(bench, 100, 100, 50)


async def test_the_history_shows_what_was_bought(bench: Bench) -> None:
    await visit.expect_served(bench, "taro")
    await visit.identify(bench, "taro")
    await bench.choose("history")
    view = await bench.expect_screen("history", timeout_s=visit.ANSWER_S)
    assert view["table"] is not None
    newest = view["table"]["rows"][0]
    assert "住民票の写し" in newest
    assert any(each.startswith("kiosk-") for each in newest)
    await bench.choose("back")
    await bench.expect_screen("choose_type")
    await bench.choose("cancel", "next")
    await bench.expect_idle()
