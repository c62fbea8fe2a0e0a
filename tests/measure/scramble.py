"""The scrambled image: how much it holds, what it costs, how often it is restored.

Reads a sample of scans; all 640 of profile S and 320 of profile D are `make test-scramble`. Panels of profile S are
compressed by JBIG1 here, since the mixing coder leaves too little of a page for that profile; lengths are the mixing's.
"""

import time

import numpy as np

from hub.municipality.bench import render_page, sample_content
from hub.scramble.compression import Kind
from hub.scramble.payload import NotAuthentic, open_page, seal_page
from hub.scramble.payload import Page as PayloadPage
from hub.scramble.profile import Profile
from tests.measure.figure import figure
from tests.measure.scramble_capacity import capacity_bytes_per_cm2
from tests.measure.scramble_runs import damage_survived_pct, runs, summary, warm
from tests.measure.scramble_symbols import best_symbols
from tests.scramble.sheet import DOCUMENT_ID, KEY, sheet_of

HEADS = (576, 832, 1728)
SEEDS = 1
ENCODES = 15
ALTERED = 2000


def measure():
    """Figures as entries of bench.json."""
    pages = {head: render_page(sample_content("hanako", head, scope="household")).dots for head in HEADS}
    sheets = {head: sheet_of(page, head) for head, page in pages.items()}
    density = net_bytes_per_cm2(sheets[576])
    dense = net_bytes_per_cm2(sheet_of(pages[576], 576, Profile.DENSE))
    capacity = capacity_bytes_per_cm2()
    found = {
        "scramble.net_bytes_per_cm2": figure([density], "B/cm2", "aim 150; profile S; of the grid without its labels"),
        "scramble.dense_net_bytes_per_cm2": figure([dense], "B/cm2", "aim 265, stretch 300; profile D"),
        "scramble.encode_ms": figure(
            _encode_ms(pages[576], Kind.MIXED_2), "ms", f"CPU, 576 dots, {len(pages[576]) // 72} rows, mixing coder"
        ),
        "scramble.encode_jbig1_ms": figure(_encode_ms(pages[576], Kind.JBIG1), "ms", "the same with JBIG1"),
        "scramble.ratio_to_capacity": figure(
            [density / capacity], "1", f"linear estimate of {capacity:.0f} B/cm2, plain 300 dpi, good print", 2
        ),
    }
    for head, plain in sheets.items():
        sheet = sheet_of(pages[head], head, kind=Kind.MIXED_2)
        told = (
            f"{sheet.panel.payload_bytes} B of a page of {len(sheet.page) // (head // 8)} rows; with labels and quiet; "
            f"JBIG1: {plain.panel.payload_bytes} B, {plain.panel.rows / 8:.0f} mm"
        )
        found[f"scramble.panel_mm.{head}"] = figure([sheet.panel.rows / 8], "mm", told)
    return found | _reading(render_page(sample_content("hanako", 576)).dots, density)


def net_bytes_per_cm2(sheet):
    """Payload over the grid's area; the labels are counted apart, as a heading is."""
    frame = sheet.panel.frame
    return sheet.panel.payload_bytes / ((frame.width * frame.height - 4 * frame.label_side**2) / 6400)


def _reading(page, density):
    warm(page)
    standard = runs(page, Profile.STANDARD, ("good", "worn"), range(SEEDS))
    dense = runs(page, Profile.DENSE, ("good",), range(SEEDS))
    took = [run.seconds for run in standard]
    wrong = sum(run.wrong for run in standard + dense) + _altered_accepted(page)
    name, symbols = best_symbols(range(SEEDS))
    return {
        "scramble.restored": _share(standard),
        "scramble.dense_restored": _share(dense),
        "scramble.decode_s": {"value": round(float(np.quantile(took, 0.95)), 2), "unit": "s", "n": len(took)}
        | {"against": f"p95 of CPU time, aim 1.0; most {max(took):.2f}, aim 5"},
        "scramble.false_accepts": {
            "value": wrong,
            "unit": "1",
            "n": len(standard + dense) + ALTERED,
            "against": "aim 0",
        },
        "scramble.damage_survived_pct": figure(
            [damage_survived_pct(page)], "%", "covered by stains, S, 3 of 3 restored"
        ),
        "scramble.vs_qr": figure(
            [density / symbols.bytes_per_cm2],
            "1",
            f"{name}: {symbols.bytes_per_cm2:.0f} B/cm2, restored {symbols.restored} of {symbols.tried}",
            2,
        ),
    }


def _share(done):
    good = sum(run.restored for run in done)
    return {"value": round(good / len(done), 4), "unit": "1", "n": len(done), "against": summary(done)}


def _encode_ms(page, kind):
    sheet_of(page, 576, kind=kind)
    took = []
    for _ in range(ENCODES):
        began = time.process_time()
        sheet_of(page, 576, kind=kind)
        took.append(1000 * (time.process_time() - began))
    return took


def _altered_accepted(page):
    """How many payloads with altered bits were opened."""
    sealed = seal_page(PayloadPage(page, 576, DOCUMENT_ID), KEY, b"", Kind.JBIG1)
    rng = np.random.default_rng(1)
    accepted = 0
    for _ in range(ALTERED):
        altered = bytearray(sealed)
        for place in rng.integers(len(altered), size=rng.integers(1, 4)):
            altered[place] ^= int(rng.integers(1, 256))
        try:
            open_page(bytes(altered), KEY, b"")
            accepted += bytes(altered) != sealed
        except NotAuthentic:
            pass
    return accepted
