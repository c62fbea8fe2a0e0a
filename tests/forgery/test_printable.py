"""No page with a background holds a printer's command that the page itself does not hold; kiosk and hub agree on it."""

import random

import pytest

from firmware.app.clerk import raster
from firmware.app.clerk.background import Background, drawn_over
from firmware.app.clerk.safe_background import without_commands
from hub.forgery.printable import printable

WIDTH_DOTS, ROWS = 576, 400
WIDTH = WIDTH_DOTS // 8


def pairs(dots: bytes) -> set[int]:
    """Return where a command lies within a row."""
    return {each.start() for each in raster.REAL_TIME.finditer(dots) if each.start() % WIDTH != WIDTH - 1}


def page_of(random_: random.Random, commands: int) -> bytes:
    """Return a page with strokes, and with that many commands of its own."""
    page = bytearray(WIDTH * ROWS)
    for _ in range(60):
        at = random_.randrange(len(page) - 2)
        page[at : at + 2] = random_.randbytes(2)
    for _ in range(commands):
        at = random_.randrange(ROWS) * WIDTH + random_.randrange(WIDTH - 1)
        page[at : at + 2] = b"\x10" + random_.choice((b"\x04", b"\x05", b"\x14"))
    return bytes(page)


@pytest.mark.parametrize("seed", range(12))
@pytest.mark.parametrize("commands", [0, 2])
def test_the_background_adds_no_command_and_takes_no_dot_from_the_page(seed: int, commands: int) -> None:
    random_ = random.Random(seed)  # noqa: S311 - test data
    page = page_of(random_, commands)
    background = Background(f"{random_.getrandbits(128):032x}", random_.randbytes(32), (3, 6, 6), 3)
    drawn = drawn_over(page, WIDTH_DOTS, background)
    safe = without_commands(page, drawn, WIDTH_DOTS)
    assert safe == printable(page, drawn, WIDTH_DOTS)
    assert pairs(safe) <= pairs(page)
    assert all(own & ~dots == 0 for own, dots in zip(page, safe, strict=True))
    assert all(dots & ~over == 0 for dots, over in zip(safe, drawn, strict=True))
    raster.to_bands(safe, WIDTH_DOTS)


def test_without_the_rule_pages_with_a_background_hold_commands() -> None:
    found = 0
    for seed in range(12):
        random_ = random.Random(seed)  # noqa: S311 - test data
        background = Background(f"{random_.getrandbits(128):032x}", random_.randbytes(32), (3, 6, 6), 3)
        page = page_of(random_, 0)
        found += len(pairs(drawn_over(page, WIDTH_DOTS, background)) - pairs(page))
    assert found
