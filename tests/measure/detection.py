"""Rates of the detection image over seeded originals and copies: `python -m tests.measure.detection [N]` for more.

The documents, scans and copies are those of `tests/forgery/paper.py`: half of the copies photocopied, half scanned and
printed again on a head of 203 dpi; all at any of 150 to 600 dpi. Also the clerk's time to draw a background.
"""

import os
import sys
import time
from collections import Counter
from concurrent.futures import ProcessPoolExecutor

import numpy as np

from firmware.app.clerk.background import Background, drawn_over
from hub.forgery.detect import detected
from tests.forgery.paper import original, photocopied, reprinted
from tests.forgery.sample import KEY, document, page
from tests.measure.figure import figure

SCANS = 60
PAGE_ROWS = 1600  # 200 mm
MAKES = {"original": original, "photocopied": photocopied, "reprinted": reprinted}


def judge(task):
    """Verdict on one seeded scan, whether the id is right, and the figures it rests on."""
    kind, seed = task
    rng = np.random.default_rng([seed, list(MAKES).index(kind)])
    background, dots = document(rng)
    picture, dpi = MAKES[kind](dots, rng)
    finding = detected(picture, (dpi / 25.4,), KEY)
    other = detected(picture, (dpi / 25.4,), bytes(32)) if kind == "original" and seed % 4 == 0 else None
    return kind, seed, dpi, finding, finding.document_id == background.document_id, other


def judged(scans):
    tasks = [("original", seed) for seed in range(scans)]
    tasks += [(("photocopied", "reprinted")[seed % 2], seed) for seed in range(scans)]
    with ProcessPoolExecutor(os.cpu_count()) as pool:
        yield from pool.map(judge, tasks)


def measure(scans=SCANS):
    found = list(judged(scans))
    originals = [
        right and finding.verdict == "original" for kind, _, _, finding, right, _ in found if kind == "original"
    ]
    copies = [finding.verdict == "original" for kind, _, _, finding, _, _ in found if kind != "original"]
    believed = [other.verdict in ("original", "copy") for *_, other in found if other is not None]
    return {
        "detection.original_pct": _percent(originals, "aim 99; scans of 150-600 dpi, right id"),
        "detection.copy_pct": _percent(copies, "aim 1; photocopied, or printed again at 203 dpi"),
        "detection.wrong_key_pct": _percent(believed, "aim 0; originals judged with another key"),
        "background.clerk_ms": figure([_draw_ms() for _ in range(15)], "ms", "aim 10; 576 dots, 200 mm"),
    }


def _percent(truths, against):
    return {"value": round(100 * sum(truths) / len(truths), 2), "unit": "%", "n": len(truths), "against": against}


def _draw_ms():
    background = Background("ab" * 16, bytes(32), (3, 6, 6), 3)
    dots = page(576, PAGE_ROWS)
    began = time.perf_counter()
    drawn_over(dots, 576, background)
    return 1000 * (time.perf_counter() - began)


def main():
    counted = Counter()
    for kind, seed, dpi, finding, right, other in judged(int(sys.argv[1]) if len(sys.argv) > 1 else SCANS):
        counted[kind, finding.verdict] += 1
        print(
            kind, seed, dpi, finding.verdict, right, finding.key_sigmas, finding.explained, finding.balance, flush=True
        )
        if other is not None:
            counted["other key", other.verdict] += 1
    print(*sorted(counted.items()), sep="\n")


if __name__ == "__main__":
    main()
