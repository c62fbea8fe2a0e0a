"""Every path of the dialogue in Chromium, with a real kiosk and hub: every state is reached, nothing stays."""

from __future__ import annotations

import asyncio
from pathlib import Path

import pytest

from firmware.app.clerk.state import Question
from tests.kiosk import memory
from tests.screen import paths
from tests.screen.open_screen import until
from tests.screen.walker import Walker, all_states, walker

FAMILY = memory.forms("Hanako", "古賀 花子") | memory.forms("Taro", "古賀 太郎")
TYPED = memory.forms("typed", "ホンセキ　コガ")
END_S = 10.0


def alive(pids: set[int]) -> set[int]:
    return {pid for pid in pids if Path(f"/proc/{pid}/exe").exists()}


async def is_forgotten(person: Walker) -> None:
    """While a person chooses from their family, a renderer holds the names; afterwards nothing does."""
    browser = person.browser
    await person.identify("hanako")
    await person.touch("type:resident_record", "scope:members")
    await person.see("choose_persons", "古賀 太郎")
    held = set(await asyncio.to_thread(browser.holding, FAMILY))
    renderers = {pid for pid, kind in browser.processes().items() if kind == "renderer"} & held
    assert renderers, "the search finds nothing where the names must be"
    await person.give_up()
    await person.see("home")
    await until(lambda: not alive(renderers), END_S)
    assert await browser.still_holding(FAMILY | TYPED, END_S) == {}


@pytest.mark.timeout(300)  # half a minute on a machine of its own, four times that on a shared one
def test_every_path_is_walked_every_state_is_reached_and_nothing_stays_in_the_browser(tmp_path: Path):
    async def scenario() -> set[str]:
        async with walker(tmp_path / "world", tmp_path / "hub") as person:
            reached = await paths.walk_all(person)
            await is_forgotten(person)
        return reached

    assert paths.missed(asyncio.run(scenario())) == []


def test_a_question_that_nobody_comes_to_is_missed():
    unseen = f"Asking.{Question.PREVIEW}"
    assert paths.missed(all_states() - {unseen}) == [unseen]
