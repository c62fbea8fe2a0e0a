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


def digits(text: str) -> list[str]:
    """Return the keys of a number."""
    return [f"digit:{digit}" for digit in text]


async def leave(bench: Bench) -> None:
    """End the visit without an order."""
    await bench.choose("cancel", "next")
    await bench.expect_idle()


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
    registered = await bench.expect_screen("registered", timeout_s=visit.ANSWER_S)
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
    await visit.expect_nothing_printed_nothing_kept(bench)


async def test_a_resident_is_refused_a_registration_and_what_was_typed_is_forgotten(bench: Bench) -> None:
    await visit.identify(bench, "hanako")
    await bench.choose("registration", "register", *NAME, "next", *digits(BORN), "next", *digits(PHONE), "next", "next")
    await bench.expect_screen("sorry", timeout_s=visit.ANSWER_S)
    await bench.choose("another", "registration", "register")
    view = await bench.expect_screen("register_name")
    assert view["typed"] == ""
    await leave(bench)
