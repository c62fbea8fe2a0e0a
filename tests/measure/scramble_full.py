"""`make test-scramble`: every scan of the promise, S 640 and D 320, one after the other; begun again, it goes on.

Each run is a line of a JSON file (`--runs`), so an interrupted set loses nothing; the table in docs/reference is
written after every fifty. Not part of `make test` or `make bench`: an hour or two of one core.
"""

import argparse
import hashlib
import json
import time
from collections import Counter
from itertools import product
from pathlib import Path

import cv2
import numpy as np

from hub.municipality.bench import render_page, sample_content
from tests.measure.scramble_runs import PROFILES, read_one, warm
from tests.scramble.channel.print import QUALITIES
from tests.scramble.channel.scan import CONDITIONS
from tests.scramble.sheet import sheet_of

ROOT = Path(__file__).parents[2]
PAGE = ROOT / "docs/reference/scramble-measured.md"
SETS = (("S", tuple(QUALITIES)), ("D", ("good",)))
WRITE_EVERY = 50


def planned(seeds):
    """Every run of the promise: profile, print quality, condition, seed; a seed of all before the next."""
    for seed in range(seeds):
        for profile, qualities in SETS:
            for quality, condition in product(qualities, CONDITIONS):
                yield profile, quality, condition, seed


def reader_digest():
    """Which reader: the first digits of a digest over its sources."""
    sources = sorted((ROOT / "hub/scramble").rglob("*.py"))
    return hashlib.sha256(b"".join(path.read_bytes() for path in sources)).hexdigest()[:8]


def load(path):
    """Runs so far, by what was planned; a torn last line is left out."""
    found = {}
    for line in path.read_text(encoding="utf-8").splitlines() if path.exists() else ():
        try:
            run = json.loads(line)
        except json.JSONDecodeError:
            continue
        found[run["profile"], run["quality"], run["condition"], run["seed"]] = run
    return found


def page_of(done, seeds):
    """The table, as Markdown."""
    lines = [
        "# The scrambled image: every scan of the promise",
        "",
        "Written by `make test-scramble`; simulated prints and scans (`tests/scramble/channel`), 576 dots, one core.",
        "",
        "| profile, print | condition | restored | CPU s: p50 / p95 / most | what failed |",
        "|---|---|---|---|---|",
    ]
    for profile, qualities in SETS:
        for quality, condition in product(qualities, CONDITIONS):
            runs = [run for key, run in done.items() if key[:3] == (profile, quality, condition) and key[3] < seeds]
            if runs:
                lines.append(f"| {profile}, {quality} | {condition} | {_told(runs)} |")
    lines.append("")
    for profile, qualities in SETS:
        runs = [run for key, run in done.items() if key[0] == profile and key[3] < seeds]
        if runs:
            wrong = sum(run["wrong"] for run in runs)
            whole = len(qualities) * len(CONDITIONS) * seeds
            lines += [f"- **{profile}**: {len(runs)} of {whole} read; {_told(runs)}; wrong pages {wrong}."]
    readers = Counter(run["reader"] for run in done.values())
    lines += [
        "",
        "Readers (digest of the sources): " + ", ".join(f"{it} {n} runs" for it, n in readers.items()) + ".",
        "",
    ]
    return "\n".join(lines)


def _told(runs):
    took = [run["seconds"] for run in runs]
    failed = Counter(run["reason"] for run in runs if not run["restored"])
    times = f"{np.median(took):.2f} / {np.quantile(took, 0.95):.2f} / {max(took):.2f}"
    why = ", ".join(f"{reason} {count}" for reason, count in sorted(failed.items())) or "-"
    return f"{sum(run['restored'] for run in runs)} of {len(runs)} | {times} | {why}"


def main():
    parser = argparse.ArgumentParser(prog="python -m tests.measure.scramble_full", description=__doc__)
    parser.add_argument("--seeds", type=int, default=40, metavar="N")
    parser.add_argument("--minutes", type=float, default=1e9, metavar="N", help="stop after that long")
    parser.add_argument("--runs", type=Path, default=ROOT / "out/scramble/runs.jsonl", metavar="FILE")
    parser.add_argument("--page", type=Path, default=PAGE, metavar="FILE")
    chosen = parser.parse_args()
    chosen.runs.parent.mkdir(parents=True, exist_ok=True)
    cv2.setNumThreads(1)
    page = render_page(sample_content("hanako", 576)).dots
    sheets = {name: sheet_of(page, 576, PROFILES[name]) for name, _ in SETS}
    warm(page)
    reader, until = reader_digest(), time.monotonic() + 60 * chosen.minutes
    done = load(chosen.runs)
    waiting = [key for key in planned(chosen.seeds) if key not in done]
    for number, (profile, quality, condition, seed) in enumerate(waiting, 1):
        if time.monotonic() > until:
            break
        run = read_one(sheets[profile], condition, quality, seed)
        done[profile, quality, condition, seed] = told = {
            "profile": profile, "quality": quality, "condition": condition, "seed": seed, "restored": run.restored,
            "wrong": run.wrong, "reason": run.reason, "seconds": round(run.seconds, 3), "reader": reader,
        }  # fmt: skip
        with chosen.runs.open("a", encoding="utf-8") as file:
            file.write(json.dumps(told) + "\n")
        if number % WRITE_EVERY == 0:
            chosen.page.write_text(page_of(done, chosen.seeds), encoding="utf-8")
    chosen.page.write_text(page_of(done, chosen.seeds), encoding="utf-8")
    print(page_of(done, chosen.seeds))


if __name__ == "__main__":
    main()
