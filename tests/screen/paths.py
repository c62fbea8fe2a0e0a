"""Every way through the dialogue, as visits of people: `await walk_all(walker)`.

Each visit begins and ends at the home page. Together they come to every state of the clerk; a state that is new in the
code is missed until somebody walks there (`missed`). Not responsible for touching and looking (`walker.py`).
"""

from __future__ import annotations

import time
from typing import TYPE_CHECKING

from tests.screen.walker import KOGA, Walker, all_states

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable

    Path = Callable[[Walker], Awaitable[None]]

NAME = ("key:ホ", "key:ン", "key:セ", "key:キ", "space", "key:コ", "key:カ", "voiced")
RECORD_OF_TWO = ("type:resident_record", "scope:members", "person:0", "person:2", "next", "item:relationship", "next")


async def changes_their_mind_and_buys(walker: Walker) -> None:
    """Back at every question, a wrong PIN, every type looked at; then a family register of one is bought."""
    await _to_the_choice_by_detours(walker)
    await walker.touch(*RECORD_OF_TWO, "copies:2", "next")
    await walker.see("preview")
    await walker.touch("next")
    await walker.see("confirm", "古賀")
    back = ("preview", "choose_copies", "choose_items", "choose_persons", "choose_scope", "choose_type")
    await _back_through(walker, *back)
    await walker.touch("type:income_tax")
    await walker.see("choose_year")
    await walker.touch("back", "type:seal_registration", "next")
    await walker.see("preview")
    await _back_through(walker, "choose_copies", "choose_type")
    await walker.touch("type:family_register_supplement", "scope:whole")
    await _back_through(walker, "choose_scope", "choose_type")
    await walker.touch("type:family_register", "scope:individual", "person:0", "next", "next")
    await walker.see("preview")
    await walker.touch("next")
    await walker.see("confirm")
    await walker.touch("next")
    await walker.see("pay")
    await walker.bench.insert_coins(100, 100, 100, 100)
    await walker.see("take_paper")
    await walker.bench.take_paper()
    await walker.see("thanks")
    await walker.leave()


async def _to_the_choice_by_detours(walker: Walker) -> None:
    await walker.start("agree")
    await walker.see("municipality")
    await walker.touch("back")
    await walker.see("consent")
    await walker.touch("agree", KOGA)
    await walker.see("hold_card")
    await walker.touch("back", KOGA)
    await walker.see("hold_card")
    await walker.bench.insert_card("hanako")
    await walker.see("enter_pin")
    await walker.keys("99")
    await walker.touch("erase", "erase")
    await walker.keys("9999")
    await walker.touch("next")
    await walker.see("enter_pin", "2")
    await walker.keys("1234")
    await walker.touch("next")
    await walker.see("take_card")
    await walker.bench.remove_card()
    await walker.see("choose_type")


async def _back_through(walker: Walker, *names: str) -> None:
    for name in names:
        await walker.touch("back")
        await walker.see(name)


async def looks_at_the_history(walker: Walker) -> None:
    """What was bought before is listed; then an order is given up where the fee is asked for."""
    await walker.identify("hanako")
    await walker.touch("history")
    await walker.see("history", "戸籍")
    await walker.touch("back", *RECORD_OF_TWO, "next")
    await walker.see("preview")
    await walker.touch("next", "next")
    await walker.see("pay")
    await walker.touch("cancel")
    await walker.see("sorry")
    await walker.leave()


async def registers_from_elsewhere(walker: Walker) -> None:
    """Refused, asks for the registration, takes the slip with its number; looks it up."""
    await walker.identify("elsewhere")
    await walker.touch("type:family_register")
    await walker.see("sorry")
    await walker.touch("another", "registration")
    await walker.see("registration")
    await walker.touch("register", *NAME, "next")
    await walker.see("register_birth")
    await walker.touch("back", "next")
    await walker.keys("19750808")
    await walker.touch("next")
    await walker.see("register_phone")
    await walker.keys("0922121111")
    await walker.touch("next")
    await walker.see("register_confirm", "ホンセキ")
    await walker.touch("next")
    await walker.see("take_paper", "申請番号")
    await walker.bench.take_paper()
    await walker.see("registered", "大切に")
    await walker.touch("next", "registration")
    await walker.see("registration")
    await walker.touch("back")
    await walker.see("choose_type")
    await walker.give_up()


async def has_one_try_left(walker: Walker) -> None:
    """The last try of the PIN is asked for first; here the person rather gives up."""
    await walker.bench.set_tries("taro", 1)
    await walker.start("agree", KOGA)
    await walker.bench.insert_card("taro")
    await walker.see("last_try")
    await walker.touch("yes")
    await walker.see("enter_pin")
    await walker.give_up()


async def has_a_locked_pin(walker: Walker) -> None:
    """Nothing is asked for; the page tells where a locked PIN is reset, and goes by itself."""
    await walker.bench.lock_pin("taro")
    await walker.start("agree", KOGA)
    await walker.bench.insert_card("taro")
    await walker.see("pin_locked", "古賀市")
    await walker.bench.remove_card()
    await walker.bench.expect_idle()


async def gives_up_before_the_card(walker: Walker) -> None:
    """Cancel is there from the first question on."""
    for name, buttons in (("consent", ()), ("hold_card", ("agree", KOGA))):
        await walker.start(*buttons)
        await walker.see(name)
        await walker.give_up()


PATHS: tuple[Path, ...] = (
    changes_their_mind_and_buys,
    looks_at_the_history,
    registers_from_elsewhere,
    has_one_try_left,
    has_a_locked_pin,
    gives_up_before_the_card,
)


async def walk_all(walker: Walker) -> set[str]:
    """Walk every path; returns the states that were reached."""
    for path in PATHS:
        began_s = time.monotonic()
        try:
            await path(walker)
        except AssertionError as error:
            raise AssertionError(f"who {path.__name__.replace('_', ' ')}: {error}") from error
        print(f"{path.__name__}: {time.monotonic() - began_s:.1f} s", flush=True)
    return walker.reached()


def missed(reached: set[str]) -> list[str]:
    """Return the states of the code that were not reached, sorted."""
    return sorted(all_states() - reached)
