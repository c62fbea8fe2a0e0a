"""The steps of a visit at which things happen, and what a person does who gives up after something happened."""

from __future__ import annotations

import asyncio
import contextlib
from typing import TYPE_CHECKING

from hil_tests import visit

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable

    from sim_hw.bench import SimBench

    Walk = Callable[[SimBench], Awaitable[None]]

QUICK_MM_PER_S = 600.0
SLOW_MM_PER_S = 60.0
ROWS_OUT = 400
HOME_S = 20.0
LOOK_S = 0.5


async def _reader(bench: SimBench) -> None:
    await visit.to_the_reader(bench)


async def _pin(bench: SimBench) -> None:
    await bench.insert_card("hanako")
    await bench.expect_screen("enter_pin")
    await bench.choose("digit:1", "digit:2")


async def _take_card(bench: SimBench) -> None:
    await bench.choose("digit:3", "digit:4", "next")
    await bench.expect_screen("take_card")


async def _choosing(bench: SimBench) -> None:
    await bench.remove_card()
    await visit.choose(bench, "type:resident_record", "scope:self", "next")


async def _paying(bench: SimBench) -> None:
    await bench.choose("next")
    await bench.expect_screen("pay", timeout_s=20)
    await bench.insert_coins(100, 100)


async def _printing(bench: SimBench) -> None:
    """Half of the paper is out when this returns; the rest comes slowly."""
    printer = bench.world.printer.mechanism
    printer.mm_per_s = SLOW_MM_PER_S
    await bench.insert_coins(50)
    await bench.world.events.until(lambda: printer.rows_out >= ROWS_OUT, 20.0, lambda: "nothing is being printed")


async def _take_paper(bench: SimBench) -> None:
    bench.world.printer.mechanism.mm_per_s = QUICK_MM_PER_S
    await bench.expect_screen("take_paper", timeout_s=20)


STEPS: dict[str, Walk] = {
    "reader": _reader,
    "pin": _pin,
    "take_card": _take_card,
    "choosing": _choosing,
    "paying": _paying,
    "printing": _printing,
    "take_paper": _take_paper,
}
PUT_IN_YEN = {"paying": 200, "printing": 250, "take_paper": 250}


async def walk(bench: SimBench, last: str) -> None:
    """Begin a visit and go on up to this step."""
    for name, step in STEPS.items():
        if name == "take_paper" or name != "printing" or last == "printing":
            await step(bench)
        else:
            await bench.insert_coins(50)
        if name == last:
            return


async def give_up(bench: SimBench) -> None:
    """Take card and paper, answer what is shown with *cancel* or *next*, until the home page is there."""
    bench.world.printer.mechanism.mm_per_s = QUICK_MM_PER_S
    try:
        async with asyncio.timeout(HOME_S):
            while bench.world.screen.name != "home":
                await _let_go(bench)
    except TimeoutError:
        view = bench.world.screen.view
        raise AssertionError(f"whoever gives up stays at {view}") from None
    await bench.remove_card()
    await bench.take_paper()
    await bench.expect_idle(HOME_S)


async def _let_go(bench: SimBench) -> None:
    """Take what lies there, touch one button, and wait until something new is shown."""
    screen = bench.world.screen
    shown = screen.messages
    await bench.remove_card()
    if screen.name != "printing":  # nobody pulls before it has come to rest
        await bench.take_paper()
    for button in ("cancel", "next"):
        if screen.offers(button):
            with contextlib.suppress(ConnectionError):  # the page ends with its clerk
                await screen.touch(button)
            break
    with contextlib.suppress(AssertionError):  # look again: paper may have come meanwhile
        await bench.world.events.until(lambda: screen.messages > shown, LOOK_S, str)


async def walk_away(bench: SimBench) -> None:
    """Leave a dialogue that still runs, but neither card nor paper; whatever lies there must sound."""
    world, screen = bench.world, bench.world.screen
    card = (await world.card.state())["present"]
    if not card and not world.tray.sheets:
        return
    for _ in range(4):  # pages that go by themselves may come between
        for button in ("cancel", "next"):
            if screen.offers(button) and screen.name != "home":
                with contextlib.suppress(ConnectionError):  # the page ends with its clerk
                    await screen.touch(button)
        with contextlib.suppress(AssertionError):
            await bench.expect_buzzer(sounding=True, timeout_s=3.0)
            return
    raise AssertionError(f"a thing left behind makes no sound; shown: {screen.name}")
