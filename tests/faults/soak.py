"""`python -m tests.faults.soak`: thousands of visits in a row with random faults, on a simulated clock.

The kiosk's own memory (what its modules have allocated and still hold) must stay flat, no descriptor may leak, and at
the end every promise is checked over all of it. Lives are long: what kills the process comes once in `LIFE` visits.
"""

from __future__ import annotations

import argparse
import gc
import json
import sys
import tempfile
import time
import tracemalloc
from collections import Counter, deque
from dataclasses import dataclass, field, replace
from pathlib import Path
from random import Random
from statistics import linear_regression

from tests.faults import promises
from tests.faults.person import Manners
from tests.faults.points import Points
from tests.faults.run import Broken, Run

VISITS, LIFE, EVERY = 10_000, 500, 50
WARM = 2  # samples of a life before its caches are full
AIM_KIB_PER_100 = 1.0
LETHAL = ("power:nothing", "power:all", "power:half", "power:zeros", "kill", "kill+printed", "disk full", "disk error")
GENTLE = ("clerk", "printer", "line 8 s", "answer lost", "repeated", "clock +hours", "clock -hours")
FAULT_EVERY_POINTS = 800
PEOPLE = (
    *(Manners(),) * 12,
    Manners(coins=(100, 500, 100, 100, 50)),
    Manners(gives_up_at_yen=200),
    Manners(opens_cover=True),
    Manners(late_coin=True),
    Manners(jams=1),
    Manners(hub_away_when_paid_s=20.0),
)


class RandomPoints(Points):
    """Points that break at random, gently; to be killed is asked for (`kill_soon`). Labels are not kept."""

    def __init__(self, seed: int) -> None:
        super().__init__()
        self._chance = Random(seed)  # noqa: S311 - a soak that can be run again
        self._left = 0
        self.kill_soon = False
        self.kinds: Counter[str] = Counter()

    def reach(self, label: str) -> None:
        """Come to a point; now and then something breaks."""
        self.guard()
        self._left -= 1
        if self._left > 0 or self.strike is None:
            return
        self._left = int(self._chance.expovariate(1 / FAULT_EVERY_POINTS)) + 1
        kind = self._chance.choice(LETHAL if self.kill_soon else GENTLE)
        self.kill_soon = False
        self.kinds[kind] += 1
        self.strike(kind, label)
        self.guard()


@dataclass
class Soak(Run):
    """A run of many visits. `samples`: (visits, KiB held by the firmware) of each life; `descriptors` at each look."""

    seed: int = 1
    samples: list[list[tuple[int, float]]] = field(default_factory=list)
    descriptors: list[int] = field(default_factory=list)

    def __post_init__(self) -> None:
        super().__post_init__()
        self.points = RandomPoints(self.seed)
        self.points.strike = self._strike
        self.matter.points = self.points
        self.disk._reach = self.hub._reach = self.points.reach
        self.story = deque(maxlen=200)  # type: ignore[assignment]
        self.person.many = self._next_person
        self._chance = Random(self.seed + 1)  # noqa: S311
        self._born = -1
        self.began = time.monotonic()
        self.until_s = float("inf")

    def _next_person(self, number: int) -> Manners:
        """Give the manners of the next visit; look at the process now and then."""
        if time.monotonic() - self.began > self.until_s:
            self.manners.visits = number + 1
        if number % LIFE == 0:
            self.points.kill_soon = True  # type: ignore[attr-defined]
        if number % EVERY == 0:
            self._look(number)
        return replace(self._chance.choice(PEOPLE), visits=self.manners.visits)

    def _look(self, number: int) -> None:
        gc.collect()
        mine = [tracemalloc.Filter(inclusive=True, filename_pattern="*/firmware/*")]
        held = sum(each.size for each in tracemalloc.take_snapshot().filter_traces(mine).statistics("filename"))
        if self._born != self.lives:
            self._born = self.lives
            self.samples.append([])
        self.samples[-1].append((number, held / 1024))
        self.descriptors.append(sum(1 for _ in Path("/proc/self/fd").iterdir()))
        took_s = time.monotonic() - self.began
        print(f"{number} visits, {self.lives} lives, {held / 1024:.0f} KiB, {took_s:.0f} s", flush=True)

    @property
    def slope(self) -> float:
        """KiB per 100 visits: the median over lives with enough samples, without their first ones (`WARM`)."""
        slopes = [
            100 * linear_regression([float(at) for at, _ in life], [kib for _, kib in life]).slope
            for life in (life[WARM:] for life in self.samples)
            if len(life) >= 4
        ]
        return sorted(slopes)[len(slopes) // 2] if slopes else 0.0


def soak(visits: int, seed: int, until_s: float = float("inf")) -> dict[str, object]:
    """Run so many visits, fewer when so many seconds have passed; returns the figures, raises `Broken`."""
    with tempfile.TemporaryDirectory(prefix="soak-") as folder:
        run = Soak(Path(folder), Manners(visits=visits), {}, patience_s=float("inf"), seed=seed)
        run.until_s = until_s
        tracemalloc.start()
        try:
            run.go()
        finally:
            tracemalloc.stop()
        promises.check(run)
        journal = promises.journal_of(run.folder / "journal")
        ends = Counter(states[-1][0] for states in journal.values())
        kinds = run.points.kinds  # type: ignore[attr-defined]
        return {
            "visits": run.person.begun,
            "lives": run.lives,
            "faults": dict(kinds),
            "orders": dict(ends),
            "inserted_yen": run.matter.inserted,
            "kept_yen": run.matter.kept,
            "returned_yen": run.matter.given_back,
            "slope_kib_per_100": round(run.slope, 2),
            "descriptors": [min(run.descriptors), max(run.descriptors)],
            "simulated_days": round(run.now / 86_400, 2),
        }


def main() -> int:
    """Run; returns 1 when a promise was broken or memory grew."""
    parser = argparse.ArgumentParser(prog="python -m tests.faults.soak", description=__doc__)
    parser.add_argument("--visits", type=int, default=VISITS)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--minutes", type=float, default=24 * 60.0, help="take no more visitors then")
    parser.add_argument("--out", type=Path, default=Path("out/soak.json"))
    given = parser.parse_args()
    try:
        figures = soak(given.visits, given.seed, given.minutes * 60)
    except Broken as broken:
        print(f"VIOLATION {broken}", file=sys.stderr)
        return 1
    given.out.parent.mkdir(parents=True, exist_ok=True)
    given.out.write_text(json.dumps(figures, indent=2) + "\n", encoding="utf-8")
    print(json.dumps(figures, indent=2))
    return 0 if float(str(figures["slope_kib_per_100"])) <= AIM_KIB_PER_100 else 1


if __name__ == "__main__":
    sys.exit(main())
