"""The test strip of `kiosk doctor --strip`: what was found, and boxes for what only the fitter can see, hear and feel.

Goes through the printer's own driver, as a certificate does, and counts as printed when the printer confirmed it. It
stays with the kiosk's papers. Not responsible for the pattern at its top (`roles/test_print.py`).
"""

from __future__ import annotations

import time
from typing import TYPE_CHECKING

from firmware.app.clerk.print_job import print_sheets
from firmware.app.clerk.raster import UnprintableDots, to_bands
from firmware.app.clerk.strip import SMALL_DOTS, NoFont, Strip
from firmware.drivers.printer.job import EscposJob
from firmware.roles.doctor.finding import Finding, Mark, fail, ok, warn
from firmware.roles.test_print import drawn

if TYPE_CHECKING:
    from collections.abc import Mapping

    from firmware.config import Config

NAME = "test strip"
LIMIT_S = 60.0
BY_HAND = (
    "上の模様が両端まで欠けていない",
    "紙がきれいに切れて受け皿に落ちた",
    "ブザーが一度鳴った",
    "紙を取ると点検結果のトレイが空になる",
    "カメラに画面・手元・紙が写らない",
    "硬貨を入れて中止すると全額が戻る",
    "画面に触れると最初の画面が反応する",
)


async def hand_out(config: Config, found: Mapping[str, Finding]) -> Finding:
    """Print the strip about these findings; what cannot be printed is a finding too."""
    printer = found.get("printer")
    if printer is None or printer.mark is Mark.FAIL:
        return warn("not printed: the printer is not in order", "put right what is said of the printer")
    head_dots = config.printer.head_dots
    at = time.localtime()
    try:
        sheet = to_bands(drawn(config.kiosk.id, head_dots, at) + check_list(head_dots, found), head_dots)
    except (NoFont, UnprintableDots) as error:
        return fail(f"cannot be drawn: {error}", "apt-get install fonts-morisawa-bizud-gothic")

    async def open_printer() -> EscposJob:
        return EscposJob(config.printer)

    failed = await print_sheets((sheet,), open_printer, lambda _part: None)
    if failed:
        return fail(
            f"the printer did not confirm it: {failed[0]}", "look at the strip; check printer.model and its cable"
        )
    return ok("printed, cut and confirmed by the printer: take it, tick it off, keep it")


def check_list(head_dots: int, found: Mapping[str, Finding]) -> bytes:
    """Return the list in dots: each check with its outcome, then the boxes."""
    strip = Strip(head_dots)
    strip.title("設置点検票", size=SMALL_DOTS * 2)
    for name, finding in found.items():
        strip.pair(name, str(finding.mark))
        if finding.mark is not Mark.OK:
            strip.text(finding.found, size=SMALL_DOTS)
    strip.space()
    strip.text("目と耳と手で確かめること")
    for each in BY_HAND:
        strip.text(f"□ {each}")
    strip.space()
    strip.pair("点検者", "＿＿＿＿＿＿＿＿＿＿")
    strip.space()
    return strip.dots()
