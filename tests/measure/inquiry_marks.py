"""How well the inquiry site tells a changed front from a true one: `python -m tests.measure.inquiry_marks 42`.

Seeded simulated scans of a front: true ones, and ones where a place of a digit's or a letter's size shows another piece
of the page's own text. Prints JSON. Figures go into docs/reference/inquiry.md.
"""

import argparse
import json
import tempfile
from pathlib import Path

import numpy as np

from hub.forgery.background import unpacked
from hub.inquiry.compare import compared
from tests.inquiry.paper import WIDTH, Paper, make_keys
from tests.scramble.channel.print import QUALITIES
from tests.scramble.channel.scan import CONDITIONS, simulate

CLEAR = [name for name in CONDITIONS if not name.startswith("stains")]
DIGIT, LETTER = (26, 14), (26, 26)


def changed(front, page, size, rng):
    """The front with one piece of text put in the place of another, and how many dots that changed."""
    rows, columns = size
    while True:
        y, other_y = (int(at) for at in rng.integers(60, page.shape[0] - 300, 2))
        x, other_x = (int(at) for at in rng.integers(40, WIDTH - 80, 2))
        here, there = page[y : y + rows, x : x + columns], page[other_y : other_y + rows, other_x : other_x + columns]
        if min(here.mean(), there.mean()) > 0.15 and max(here.mean(), there.mean()) < 0.5:
            altered = front.copy()
            altered[y : y + rows, x : x + columns] = front[other_y : other_y + rows, other_x : other_x + columns]
            return altered, (x, y), int((here != there).sum())


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("count", type=int)
    count = parser.parse_args().count
    told = {"true": 0, "true_marked": 0, "not_found": 0, "digit": [0, 0], "letter": [0, 0]}
    with tempfile.TemporaryDirectory() as folder:
        make_keys(Path(folder))
        paper = Paper(Path(folder))
    page, front = unpacked(paper.page, WIDTH), paper.front
    for seed in range(count):
        rng = np.random.default_rng(seed)
        quality = QUALITIES["good" if seed % 2 else "worn"]
        condition = CONDITIONS[CLEAR[seed % len(CLEAR)]]
        sizes = {"true": None, "digit": DIGIT, "letter": LETTER}
        kind = list(sizes)[seed % 3]
        shown, place, _ = (front, None, 0) if kind == "true" else changed(front, page, sizes[kind], rng)
        scan = simulate(shown, condition, quality, seed)
        grey = scan if scan.ndim == 2 else scan[..., :2].mean(axis=2).astype(np.uint8)
        (found,) = compared([{"dots": paper.page, "width_dots": WIDTH}], paper.layers, [grey])
        if found is None:
            told["not_found"] += 1
        elif kind == "true":
            told["true"] += 1
            told["true_marked"] += bool(found["marks"])
        else:
            told[kind][1] += 1
            told[kind][0] += any(_holds(mark, place, sizes[kind]) for mark in found["marks"])
    print(json.dumps(told))


def _holds(mark, place, size):
    left, top, width, height = mark
    return (
        left < place[0] + size[1] and place[0] < left + width and top < place[1] + size[0] and place[1] < top + height
    )


if __name__ == "__main__":
    main()
