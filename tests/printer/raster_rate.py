"""`raster.mm_per_s`: how many millimetres of page a second become dots and then bands, for each head.

`rates()` returns entries of `out/bench.json`: PDF to dots as the municipality does it (`read_pages`, its text as well),
then bands as the clerk frames them; processor time of one core, so that a busy machine does not count. Not responsible
for setting the page and for the background (`tests/measure/issuance.py`).
"""

from __future__ import annotations

import time
from statistics import median
from typing import Any

from firmware.app.clerk import raster
from hub.municipality.bench import sample_content
from hub.municipality.renderer.typesetter import Typesetter
from hub.municipality.signer.raster import read_pages

HEADS = (576, 832, 1728)
ROWS_PER_MM = 8
EATEN_MM_PER_S = 300  # by a fast printer


def _framed(pdf: bytes, head_dots: int) -> int:
    """Make one page's bands; returns its rows."""
    (page, *_) = read_pages(pdf, head_dots)
    raster.to_bands(page.dots, head_dots)
    return page.height_rows


def rates(repeats: int = 9, heads: tuple[int, ...] = HEADS) -> dict[str, Any]:
    """Millimetres a second for each head; aim: 20 times what a printer eats."""
    typesetter = Typesetter()
    found: dict[str, Any] = {}
    for head_dots in heads:
        pdf = typesetter.pdf(sample_content("hanako", head_dots))
        rows = _framed(pdf, head_dots)  # pdfium and its fonts are warm from here on
        times_s: list[float] = []
        for _ in range(repeats):
            begun_s = time.process_time()
            _framed(pdf, head_dots)
            times_s.append(time.process_time() - begun_s)
        rate = rows / ROWS_PER_MM / median(times_s)
        found[f"raster.mm_per_s.{head_dots}"] = {
            "value": round(rate),
            "unit": "mm/s",
            "n": repeats,
            "against": f"a printer of {EATEN_MM_PER_S} mm/s: {rate / EATEN_MM_PER_S:.1f} times; aim 20",
        }
    return found
