"""Panels printed, handled, scanned and read: `python -m tests.measure.scramble_runs --seeds 40` is the whole of it."""

import argparse
import sys
import time
from collections import Counter
from dataclasses import dataclass, replace

import cv2
import numpy as np

from hub.municipality.bench import render_page, sample_content
from hub.scramble.profile import Profile
from hub.scramble.reading import Restored, read_panel
from tests.scramble.channel.print import QUALITIES
from tests.scramble.channel.scan import CONDITIONS, simulate
from tests.scramble.sheet import KEY, KEY_ID, sheet_of

PROFILES = {"S": Profile.STANDARD, "D": Profile.DENSE, "R": Profile.ROBUST}
DAMAGE_STEP_PCT = 5
DAMAGE_SEEDS = 3


@dataclass(frozen=True)
class Run:
    """One panel read; `wrong`: a page came out that is not the one that was printed."""

    condition: str
    quality: str
    restored: bool
    wrong: bool
    reason: str
    seconds: float


def runs(page, profile, qualities, seeds, head=576):
    """Read the page's panel once for each condition, print quality and seed."""
    sheet = sheet_of(page, head, profile)
    return [
        read_one(sheet, condition, quality, seed) for quality in qualities for condition in CONDITIONS for seed in seeds
    ]


def warm(page):
    """Read one panel, so that compiling is not counted."""
    read_one(sheet_of(page, 576), "stains-300", "worn", 0)


def summary(done):
    """What failed, by condition and reason."""
    failed = Counter(f"{run.quality} {run.condition}: {run.reason}" for run in done if not run.restored)
    return "; ".join(f"{what} ({count})" for what, count in sorted(failed.items())) or "all restored"


def damage_survived_pct(page):
    """Largest share of stains, in steps of 5 %, at which three of three panels are still restored (S, 300 dpi)."""
    sheet = sheet_of(page, 576)
    share = 0
    while share < 100:
        tried = replace(CONDITIONS["plain-300"], stains=(share + DAMAGE_STEP_PCT) / 100)
        for seed in range(DAMAGE_SEEDS):
            result = read_panel(simulate(sheet.dots, tried, QUALITIES["good"], seed), {KEY_ID: KEY})
            if not isinstance(result, Restored):
                return share
        share += DAMAGE_STEP_PCT
    return share


def read_one(sheet, condition, quality, seed):
    """Print, scan and read the sheet once."""
    scan = simulate(sheet.dots, CONDITIONS[condition], QUALITIES[quality], seed)
    began = time.process_time()
    result = read_panel(scan, {KEY_ID: KEY})
    took = time.process_time() - began
    restored = isinstance(result, Restored)
    same = restored and result.page.dots == sheet.page
    return Run(condition, quality, same, restored and not same, "" if restored else result.reason.value, took)


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--profile", choices=PROFILES, default="S")
    parser.add_argument("--head", type=int, choices=(576, 832, 1728), default=576)
    parser.add_argument("--seeds", type=int, default=2, metavar="N")
    parser.add_argument("--first", type=int, default=0, metavar="SEED")
    parser.add_argument("--good-only", action="store_true")
    options = parser.parse_args()
    cv2.setNumThreads(1)
    page = render_page(sample_content("hanako", options.head)).dots
    qualities = ("good",) if options.good_only else ("good", "worn")
    seeds = range(options.first, options.first + options.seeds)
    warm(render_page(sample_content("hanako", 576)).dots)
    done = runs(page, PROFILES[options.profile], qualities, seeds, options.head)
    took = [run.seconds for run in done]
    print(f"restored {sum(run.restored for run in done)} of {len(done)}, wrong {sum(run.wrong for run in done)}")
    print(f"CPU p50 {np.median(took):.2f} s, p95 {np.quantile(took, 0.95):.2f} s, most {max(took):.2f} s")
    print(summary(done))
    return 0


if __name__ == "__main__":
    sys.exit(main())
