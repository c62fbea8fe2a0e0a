"""`kiosk test-print`: one strip that shows whether the printer prints every dot, cuts, and says that it did.

Started by the running kiosk, which lends the printer for it, when an operator asks (`app/kiosk/trial.py`). By hand only
while the kiosk does not run: two cannot talk to a printer at once. Exit status 0 when the printer confirmed the strip,
else 1; the word on standard output says which.
"""

from __future__ import annotations

import asyncio
import sys
import time
from typing import TYPE_CHECKING

import numpy as np

from firmware import __version__
from firmware.app.clerk.print_job import print_sheets
from firmware.app.clerk.raster import UnprintableDots, to_bands
from firmware.app.clerk.strip import SMALL_DOTS, NoFont, Strip
from firmware.drivers.printer.job import EscposJob

if TYPE_CHECKING:
    from firmware.config import Config

PRINTED = "printed"
PATTERN_ROWS = 64
BLACK_ROWS = 16
SQUARE_DOTS = 16


def run(config: Config) -> int:
    """Print one strip; returns the exit status."""
    word = asyncio.run(_print(config))
    print(word, flush=True)
    return 0 if word == PRINTED else 1


async def _print(config: Config) -> str:
    head_dots = config.printer.head_dots
    try:
        sheet = to_bands(drawn(config.kiosk.id, head_dots, time.localtime()), head_dots)
    except (NoFont, UnprintableDots) as error:
        print(f"kiosk: {error}", file=sys.stderr)
        return "not_drawn"

    async def printer() -> EscposJob:
        return EscposJob(config.printer)

    failed = await print_sheets((sheet,), printer, lambda _part: None)
    return str(failed[0]) if failed else PRINTED


def drawn(kiosk_id: str, head_dots: int, at: time.struct_time) -> bytes:
    """Return the strip: whose it is, squares up to both edges, and all dots of the head at once."""
    strip = Strip(head_dots)
    strip.title("試し刷り")
    strip.title("Test print", size=SMALL_DOTS)
    strip.pair(kiosk_id, time.strftime("%Y-%m-%d %H:%M", at))
    strip.pair("Firmware", __version__)
    strip.text("端と端の模様が欠けていたら、ヘッドを清掃してください。", size=SMALL_DOTS)
    return strip.dots() + _pattern(head_dots)


def _pattern(head_dots: int) -> bytes:
    rows, columns = np.indices((PATTERN_ROWS, head_dots))
    squares = (rows // SQUARE_DOTS + columns // SQUARE_DOTS) % 2 == 0
    black = np.ones((BLACK_ROWS, head_dots), dtype=bool)
    white = np.zeros((BLACK_ROWS, head_dots), dtype=bool)
    return np.packbits(np.vstack((squares, white, black, white)), axis=1).tobytes()
