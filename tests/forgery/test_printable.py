"""No page with a background makes a printer obey anything; kiosk and hub agree, and no white band is seen."""

import random

import pytest

from firmware.app.clerk import raster
from firmware.app.clerk.background import Background, drawn_over
from firmware.app.clerk.safe_background import without_commands
from hub.forgery.printable import printable
from sim_hw.printer.decode import Decoded

WIDTH_DOTS, ROWS = 576, 400
WIDTH = WIDTH_DOTS // 8
MARGIN_ROWS = 48  # at the foot of every certificate


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
        at = random_.randrange(ROWS - MARGIN_ROWS) * WIDTH + random_.randrange(WIDTH - 1)
        page[at : at + 2] = b"\x10" + random_.choice((b"\x04", b"\x05", b"\x14"))
    return bytes(page)


def ink(dots: bytes, rows: slice = slice(None)) -> int:
    """Return how many dots are black in these rows."""
    first, end, _ = rows.indices(ROWS)
    return int.from_bytes(dots[first * WIDTH : end * WIDTH], "big").bit_count()


@pytest.mark.parametrize("seed", range(12))
@pytest.mark.parametrize("commands", [0, 2, 9])
def test_the_background_adds_no_command_and_takes_no_dot_from_the_page(seed: int, commands: int) -> None:
    random_ = random.Random(seed)  # noqa: S311 - test data
    page = page_of(random_, commands)
    background = Background(f"{random_.getrandbits(128):032x}", random_.randbytes(32), (3, 6, 6), 3)
    drawn = drawn_over(page, WIDTH_DOTS, background)
    safe = without_commands(page, drawn, WIDTH_DOTS)
    assert safe == printable(page, drawn, WIDTH_DOTS)
    own_rows = {at // WIDTH for at in pairs(page)}
    for at in pairs(safe) - pairs(page):  # such rows go out as columns
        assert any(abs(at // WIDTH - row) < raster.SLICE_ROWS for row in own_rows)
    assert all(own & ~dots == 0 for own, dots in zip(page, safe, strict=True))
    assert all(dots & ~over == 0 for dots, over in zip(safe, drawn, strict=True))
    decoded = Decoded(b"".join(raster.to_bands(safe, WIDTH_DOTS)), WIDTH_DOTS)
    assert decoded.uncut == safe
    assert decoded.real_time == []


@pytest.mark.parametrize("seed", range(12))
def test_a_command_of_the_pages_own_leaves_no_white_band(seed: int) -> None:
    random_ = random.Random(seed)  # noqa: S311 - test data
    page = page_of(random_, 3)
    background = Background(f"{random_.getrandbits(128):032x}", random_.randbytes(32), (3, 6, 6), 3)
    drawn = drawn_over(page, WIDTH_DOTS, background)
    safe = without_commands(page, drawn, WIDTH_DOTS)
    for row in {at // WIDTH for at in pairs(page)}:
        near = slice(max(0, row - 12), row + 12)
        laid = ink(drawn, near) - ink(page, near)
        assert ink(safe, near) - ink(page, near) > 0.95 * laid


def test_a_page_for_which_there_is_no_slice_stays_bare_around_its_commands() -> None:
    page = bytearray(WIDTH * ROWS)
    page[0:2] = b"\x10\x04"  # row 0 leaves one slice to try, and one of its columns holds a pair from top to bottom
    for row in (3, 13):
        page[row * WIDTH + 40] |= 0x80
    background = Background("0" * 32, bytes(32), (3, 6, 6), 3)
    drawn = drawn_over(bytes(page), WIDTH_DOTS, background)
    safe = without_commands(bytes(page), drawn, WIDTH_DOTS)
    assert safe == printable(bytes(page), drawn, WIDTH_DOTS)
    assert safe[: 24 * WIDTH] == page[: 24 * WIDTH]
    assert ink(safe) > ink(bytes(page))


def test_without_the_rule_pages_with_a_background_hold_commands() -> None:
    found = 0
    for seed in range(12):
        random_ = random.Random(seed)  # noqa: S311 - test data
        background = Background(f"{random_.getrandbits(128):032x}", random_.randbytes(32), (3, 6, 6), 3)
        page = page_of(random_, 0)
        found += len(pairs(drawn_over(page, WIDTH_DOTS, background)) - pairs(page))
    assert found
