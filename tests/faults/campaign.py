"""All runs of the matrix, on every core, with progress; what is done stays done when it is begun again.

Results are lines of JSON, each with the digest of the code that it was made with: after a change they count no more.
Not responsible for the table made of them (`table.py`).
"""

from __future__ import annotations

import hashlib
import json
import multiprocessing
import os
import sys
import time
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING

from tests.faults import matrix
from tests.faults.matrix import Case, Result

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

ROOT = Path(__file__).parents[2]
SOURCES = ("firmware/app/kiosk", "firmware/app/clerk", "hub/centre", "hub/ledger", "tests/faults")
TOLD_EVERY_S = 10.0
NICE = 5


def digest(sources: Sequence[str] = SOURCES) -> str:
    """Return the digest of the code that the results depend on; real processes have sets of their own (`lines`)."""
    total = hashlib.sha256()
    for source in sources:
        place = ROOT / source
        for file in sorted(place.rglob("*.py")) if place.is_dir() else [place]:
            own = sources is not SOURCES or "lines" not in file.parts
            if own and not file.name.startswith("test_"):
                total.update(file.read_bytes())
    return total.hexdigest()[:16]


def everything() -> list[Case]:
    """Return the whole matrix, in an order in which every beginning of it is a fair sample."""
    cases = [
        case
        for scenario in matrix.SCENARIOS
        for case in (Case(scenario, (), "none"), *matrix.cases(scenario), *matrix.doubles(scenario))
    ]
    return sorted(cases, key=lambda case: (len(case.faults), hashlib.sha256(case.name.encode()).digest()))


def sample(one_in: int) -> Iterator[Case]:
    """Yield a part that reaches every scenario, stage and fault."""
    seen: set[tuple[str, str]] = set()
    for scenario in matrix.SCENARIOS:
        for number, case in enumerate(matrix.cases(scenario)):
            kind = (case.stage, case.faults[0][1])
            if number % one_in == 0 or kind not in seen:
                seen.add(kind)
                yield case


def known(file: Path, code: str) -> dict[str, Result]:
    """Return the results of earlier runs of the very same code."""
    found: dict[str, Result] = {}
    for line in file.read_text(encoding="utf-8").splitlines() if file.exists() else ():
        body = json.loads(line)
        if body.pop("code") == code:
            found[body["case"]] = Result(**body)
    return found


def one(case: Case) -> Result:
    """Run one case."""
    return matrix.run_of(case)[0]


def run(cases: Sequence[Case], file: Path, jobs: int, until_s: float) -> list[Result]:
    """Run what is not known yet, until so many seconds have passed; write each result at once; returns all known."""
    code = digest()
    done = known(file, code)
    left = [case for case in cases if case.name not in done]
    print(f"{len(cases)} runs, {len(cases) - len(left)} of them done before", flush=True)
    file.parent.mkdir(parents=True, exist_ok=True)
    began = told = time.monotonic()
    with (
        file.open("a", encoding="utf-8") as out,
        multiprocessing.get_context("spawn").Pool(jobs, os.nice, (NICE,)) as pool,
    ):
        for number, result in enumerate(pool.imap_unordered(one, left, chunksize=8), start=1):
            out.write(json.dumps({**asdict(result), "code": code}) + "\n")
            done[result.case] = result
            if result.broken:
                print(f"VIOLATION {result.case}: {result.broken}", file=sys.stderr, flush=True)
            if time.monotonic() - began > until_s:
                print(f"time is over at {number} of {len(left)}: begin again to go on", flush=True)
                break
            if time.monotonic() - told > TOLD_EVERY_S:
                told = time.monotonic()
                rest_s = (told - began) / number * (len(left) - number)
                print(f"{number} of {len(left)}, {rest_s / 60:.0f} min left", flush=True)
    return [done[case.name] for case in cases if case.name in done]
