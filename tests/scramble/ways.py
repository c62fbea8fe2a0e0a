"""Measures the third channel: `python -m tests.scramble.ways [--seeds N]`, part of `make test-scramble`.

Writes the table of docs/reference/scramble-third-channel.md: what was restored of each profile over each way. R stands
for what the mixing coder makes of most pages. The promise's own set is `tests/measure/scramble_full.py`.
"""

import argparse
import time
from collections import Counter
from itertools import product
from pathlib import Path

import cv2
import numpy as np

from hub.inquiry.picture import pictures
from hub.municipality.bench import render_page, sample_content
from hub.scramble.profile import Profile
from hub.scramble.reading import Restored, read_panel
from tests.scramble.channel.third import WAYS, sent_file
from tests.scramble.sheet import KEY, KEY_ID, sheet_of

PAGE = Path(__file__).parents[2] / "docs/reference/scramble-third-channel.md"
SMALL_BYTES = 4608
PROFILES = {"S": Profile.STANDARD, "R": Profile.ROBUST, "D": Profile.DENSE}


def sheets():
    """A panel of each profile: a certificate in S and D, noise that compresses badly and is small in R."""
    page = render_page(sample_content("hanako", 576)).dots
    small = np.random.default_rng(7).bytes(SMALL_BYTES)
    return {name: sheet_of(small if name == "R" else page, 576, profile) for name, profile in PROFILES.items()}


def read_one(sheet, way, seed):
    """Reason (empty when restored), whether a wrong page came out, and seconds of processor time."""
    (grey,) = pictures(sent_file(sheet.dots, way, seed))
    began = time.process_time()
    result = read_panel(grey, {KEY_ID: KEY})
    took = time.process_time() - began
    if isinstance(result, Restored):
        return "", result.page.dots != sheet.page, took
    return result.reason.value, False, took


def page_of(found, seeds):
    """The table, as Markdown."""
    lines = [
        "# The scrambled image over a third channel",
        "",
        "Written by `make test-scramble`. The third channel (`tests/scramble/channel/third.py`) was written without",
        "a look at the reader and shares nothing with the two others; 576 dots, CPU seconds of one core,",
        f"{seeds} seeds of each way.",
        "",
        "| way | " + " | ".join(PROFILES) + " | CPU s: p50 / most | what failed |",
        "|---|" + "---|" * (len(PROFILES) + 2),
    ]
    for name in WAYS:
        runs = {profile: found[profile, name] for profile in PROFILES if (profile, name) in found}
        told = [f"{sum(not run[0] for run in each)} of {len(each)}" for each in runs.values()]
        took = [run[2] for each in runs.values() for run in each]
        failed = Counter(f"{profile} {run[0]}" for profile, each in runs.items() for run in each if run[0])
        why = ", ".join(f"{reason} {count}" for reason, count in sorted(failed.items())) or "-"
        lines.append(f"| {name} | {' | '.join(told)} | {np.median(took):.2f} / {max(took):.2f} | {why} |")
    wrong = sum(run[1] for each in found.values() for run in each)
    every = [run for each in found.values() for run in each]
    whole = f"{sum(not run[0] for run in every)} of {len(every)} restored"
    return "\n".join([*lines, "", f"{whole}; wrong pages {wrong}.", ""])


def main():
    parser = argparse.ArgumentParser(prog="python -m tests.scramble.ways", description=__doc__)
    parser.add_argument("--seeds", type=int, default=5, metavar="N")
    parser.add_argument("--page", type=Path, default=PAGE, metavar="FILE")
    chosen = parser.parse_args()
    cv2.setNumThreads(1)
    drawn = sheets()
    read_one(drawn["S"], WAYS["plain 300"], 0)
    found = {}
    for seed in range(chosen.seeds):
        for (profile, sheet), (name, way) in product(drawn.items(), WAYS.items()):
            found.setdefault((profile, name), []).append(read_one(sheet, way, seed))
        chosen.page.write_text(page_of(found, seed + 1), encoding="utf-8")
    print(page_of(found, chosen.seeds))


if __name__ == "__main__":
    main()
