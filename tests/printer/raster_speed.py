"""`raster.speedup_vs_python_escpos`: framing one 576 × 1600 page, ours against python-escpos, side by side in one run.

`speedup_vs_python_escpos()` returns an entry of `out/bench.json`. Both start from what they are given in practice: ours
from the signed dots, python-escpos from a 1-bit picture; both end with bytes for the printer. Ours also removes the
real-time commands.
"""

from __future__ import annotations

import json
import time
from statistics import median
from typing import TYPE_CHECKING, Any

from escpos.printer import Dummy
from PIL import Image, ImageDraw

from firmware.app.clerk import raster

if TYPE_CHECKING:
    from collections.abc import Callable

WIDTH_DOTS, ROWS = 576, 1600
PAIRS = 14  # as many as were counted in a certificate of this size


def certificate() -> Image.Image:
    """A page of lines of text, with thin strokes where a real-time command comes to lie."""
    page = Image.new("1", (WIDTH_DOTS, ROWS), 1)
    pen = ImageDraw.Draw(page)
    for line in range(40):
        pen.text((40, 60 + line * 36), "The above is certified. 0123456789 " * 2, fill=0)
    for number in range(PAIRS):
        at = 16 + number * 32
        for x in (at + 3, at + 13):  # 00010000 00000100
            page.putpixel((x, 96 + number * 108), 0)
            page.paste(1, (at, 96 + number * 108, at + 3, 97 + number * 108))
    return page


def _median_s(work: Callable[[], Any], repeats: int) -> float:
    times: list[float] = []
    for _ in range(repeats):
        begun = time.perf_counter()
        work()
        times.append(time.perf_counter() - begun)
    return median(times)


def speedup_vs_python_escpos(repeats: int = 15) -> dict[str, Any]:
    """How many times faster; `against` names both medians in milliseconds."""
    page = certificate()
    dots = bytes(byte ^ 0xFF for byte in page.tobytes())

    def theirs() -> bytes:
        device = Dummy(profile="TM-T20II")
        device.image(page, impl="bitImageRaster")
        return device.output

    theirs_s, ours_s = _median_s(theirs, repeats), _median_s(lambda: raster.to_bands(dots, WIDTH_DOTS), repeats)
    against = (
        f"python-escpos 3.1 bitImageRaster: {theirs_s * 1e3:.1f} ms, ours {ours_s * 1e3:.2f} ms; {WIDTH_DOTS} x {ROWS}"
    )
    return {"value": round(theirs_s / ours_s, 1), "unit": "x", "n": repeats, "against": against}


if __name__ == "__main__":
    print(json.dumps({"raster.speedup_vs_python_escpos": speedup_vs_python_escpos()}, indent=1))
