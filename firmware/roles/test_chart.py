"""`kiosk test-chart FILE`: prints the centre's test chart, from whose scan the profile of the back panels is chosen.

The chart is a picture of the head's width (PBM, P4; `python -m hub chart`). By hand, while the kiosk does not run: two
cannot talk to a printer at once. Exit status 0 when the printer confirmed the strip, else 1. Not responsible for what
is on the chart. Source: docs/reference/scramble.md, "Test chart".
"""

from __future__ import annotations

import asyncio
import re
import sys
import time
from typing import TYPE_CHECKING

from firmware.app.clerk.print_job import print_sheets
from firmware.app.clerk.raster import UnprintableDots, to_bands
from firmware.app.clerk.strip import SMALL_DOTS, NoFont, Strip
from firmware.drivers.printer.job import EscposJob

if TYPE_CHECKING:
    from pathlib import Path

    from firmware.config import Config

PRINTED = "printed"
ROWS_MAX = 4000
_HEADER = re.compile(rb"P4\s(?:#.*\n)*(\d{1,5})\s(?:#.*\n)*(\d{1,5})\s")


class BadChart(ValueError):
    """The file is no chart for this head; the text says why and what to do."""


def run(config: Config, chart: Path) -> int:
    """Print the chart; returns the exit status."""
    head_dots = config.printer.head_dots
    try:
        sheet = to_bands(_heading(config.kiosk.id, head_dots) + read_chart(chart, head_dots), head_dots)
    except (BadChart, NoFont, OSError, UnprintableDots) as error:
        print(f"kiosk: {error}", file=sys.stderr)
        return 1
    word = asyncio.run(_print(config, sheet))
    print(word, flush=True)
    return 0 if word == PRINTED else 1


def read_chart(path: Path, head_dots: int) -> bytes:
    """Read the picture's dots (most significant bit left, 1 = black); raises BadChart, OSError."""
    data = path.read_bytes()
    header = _HEADER.match(data)
    remedy = f"make one with `python -m hub chart --head {head_dots} --out {path.name}`"
    if header is None:
        raise BadChart(f"{path} is no picture of the kind PBM (P4): {remedy}")
    width, rows = int(header[1]), int(header[2])
    dots = data[header.end() :]
    if width != head_dots or not 0 < rows <= ROWS_MAX or len(dots) != rows * width // 8:
        raise BadChart(f"{path} is of {width} x {rows} dots and {len(dots)} bytes, the head has {head_dots}: {remedy}")
    return dots


async def _print(config: Config, sheet: list[bytes]) -> str:
    async def printer() -> EscposJob:
        return EscposJob(config.printer)

    failed = await print_sheets((sheet,), printer, lambda _part: None)
    return str(failed[0]) if failed else PRINTED


def _heading(kiosk_id: str, head_dots: int) -> bytes:
    strip = Strip(head_dots)
    strip.title("試験図")
    strip.title("Test chart", size=SMALL_DOTS)
    strip.pair(kiosk_id, time.strftime("%Y-%m-%d %H:%M", time.localtime()))
    strip.text("300 dpi でスキャンし、交付センターで判定してください。", size=SMALL_DOTS)
    return strip.dots()
