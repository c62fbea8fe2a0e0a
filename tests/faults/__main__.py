"""`python -m tests.faults`: every run of the matrix, the table in out/faults.md, its picture in the docs."""

from __future__ import annotations

import argparse
import os
import sys
from pathlib import Path

from tests.faults import campaign, matrix, table

TITLE = "Books and machines in one process"


def story(name: str) -> int:
    """Run one case and print what happened in it."""
    scenario, *faults = name.split("/")
    numbered = tuple((int(number), kind) for number, kind in zip(faults[::2], faults[1::2], strict=True))
    result, _, lines = matrix.run_of(matrix.Case(scenario, numbered, ""))
    print("\n".join([*lines, result.broken or result.outcome]))
    return 1 if result.broken else 0


def main() -> int:
    """Run; returns 1 when a promise was broken."""
    parser = argparse.ArgumentParser(prog="python -m tests.faults", description=__doc__)
    parser.add_argument("--out", type=Path, default=Path("out"), help="folder of faults.md and faults.jsonl")
    parser.add_argument("--picture", type=Path, default=Path("docs/faults.png"))
    parser.add_argument("--jobs", type=int, default=os.cpu_count() or 1)
    parser.add_argument("--minutes", type=float, default=24 * 60.0, help="stop then; what is done stays done")
    parser.add_argument("--one-in", type=int, default=0, metavar="N", help="a sample instead of all")
    parser.add_argument("--case", metavar="NAME", help="run one case and tell its story")
    given = parser.parse_args()
    if given.case:
        return story(given.case)
    cases = [*(campaign.sample(given.one_in) if given.one_in else campaign.everything())]
    results = campaign.run(cases, given.out / "faults.jsonl", given.jobs, given.minutes * 60)
    table.section(given.out / "faults.md", TITLE, table.text(results, TITLE))
    if not given.one_in:
        table.picture([each for each in results if " + " not in each.fault], given.picture)
    broken = [each for each in results if each.broken]
    print(f"{len(results)} runs, {len(broken)} violations; {given.out / 'faults.md'}")
    return 1 if broken else 0


if __name__ == "__main__":
    sys.exit(main())
