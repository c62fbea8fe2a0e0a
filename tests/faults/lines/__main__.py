"""`python -m tests.faults.lines`: all cases one after the other, the section of out/faults.md, its picture in the docs.

What is done stays done when it is begun again, as long as the code is the same. A case alone: `--case NAME`.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import shutil
import sys
import tempfile
import time
from contextlib import AsyncExitStack
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING

from hil_tests.visit import STRIPS
from hub.__main__ import main as hub
from sim_hw.pins import coin_acceptor
from tests.faults import campaign, table
from tests.faults.lines import cases, run
from tests.faults.lines.cases import Case
from tests.faults.lines.person import STEPS
from tests.faults.lines.world import LinedWorld, LinedWorldOnPostgresql
from tests.kiosk import conftest

if TYPE_CHECKING:
    from sim_hw.bench import SimBench
    from tests.faults.matrix import Result

TITLE = "Lines between real processes"
SOURCES = ("firmware", "hub", "tests/faults/lines", "tests/faults/bad_line.py")


class Bench:
    """A kiosk with its lines, a new one after a violation; `whole_rows` of a certificate."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.made = folder / "hub"
        self.whole_rows = 0
        self._count = 0
        self._kind: type[LinedWorld] | None = None
        self._ends = AsyncExitStack()
        self._bench: SimBench | None = None

    async def run(self, case: Case) -> Result:
        """Run a case."""
        kind = LinedWorldOnPostgresql if case.line == "database" else LinedWorld
        if self._bench is None or kind is not self._kind:
            await self._open(kind)
        bench = self._bench
        assert bench is not None
        result = await run.run(bench, bench.world, case, self.whole_rows)  # type: ignore[arg-type]
        if result.broken:
            await self.close()
        return result

    async def _open(self, kind: type[LinedWorld]) -> None:
        await self.close()
        self._count += 1
        self._kind = kind
        place, data = self.folder / str(self._count), self.folder / f"hub-{self._count}"
        if not self.made.exists():
            await asyncio.to_thread(hub, ["init", "--data", str(self.made), "--always-open"])
        shutil.copytree(self.made, data)
        opened = conftest.opened(place, data, None, kind)
        bench = await self._ends.enter_async_context(opened)
        await bench.expect_idle()
        self._bench = bench
        bench.world.screen.through = bench.world.through  # type: ignore[attr-defined]
        result = await run.run(bench, bench.world, Case("centre", "none", "start"), 0)  # type: ignore[arg-type]
        assert result.outcome == "served", result.broken
        self.whole_rows = bench.world.strips[-STRIPS].rows

    async def close(self) -> None:
        """Take it away."""
        self._bench = None
        await self._ends.aclose()


async def go(todo: list[Case], file: Path, code: str, until_s: float) -> list[Result]:
    """Run cases until so many seconds have passed; write each result at once."""
    done = campaign.known(file, code)
    began = time.monotonic()
    with tempfile.TemporaryDirectory(prefix="lines-") as folder, file.open("a", encoding="utf-8") as out:
        bench = Bench(Path(folder))
        try:
            for case in todo:
                if time.monotonic() - began > until_s:
                    print("time is over: begin again to go on", flush=True)
                    break
                if case.name not in done:
                    at_s = time.monotonic()
                    done[case.name] = result = await bench.run(case)
                    out.write(json.dumps({**asdict(result), "code": code}) + "\n")
                    out.flush()
                    print(
                        f"{case.name}: {result.outcome} {result.broken} ({time.monotonic() - at_s:.1f} s)", flush=True
                    )
        finally:
            await bench.close()
    return [done[case.name] for case in todo if case.name in done]


def main() -> int:
    """Run; returns 1 when a rule was broken."""
    parser = argparse.ArgumentParser(prog="python -m tests.faults.lines", description=__doc__)
    parser.add_argument("--out", type=Path, default=Path("out"), help="folder of faults.md and faults-lines.jsonl")
    parser.add_argument("--picture", type=Path, default=Path("docs/faults-lines.png"))
    parser.add_argument("--minutes", type=float, default=24 * 60.0, help="stop then; what is done stays done")
    parser.add_argument("--case", metavar="NAME", help="run one case, or all whose names begin so, and write nothing")
    given = parser.parse_args()
    coin_acceptor.YEN_PER_PULSE = conftest.YEN_PER_PULSE
    todo = [case for case in cases.everything() if case.name.startswith(given.case or "")]
    given.out.mkdir(exist_ok=True)
    code = campaign.digest(SOURCES)
    if given.case:
        with tempfile.TemporaryDirectory() as folder:
            results = asyncio.run(go(todo, Path(folder) / "results", code, given.minutes * 60))
    else:
        results = asyncio.run(go(todo, given.out / "faults-lines.jsonl", code, given.minutes * 60))
        table.section(given.out / "faults.md", TITLE, table.text(results, TITLE, tuple(STEPS)))
        table.picture(results, given.picture, tuple(STEPS))
    broken = sum(bool(each.broken) for each in results)
    print(f"{len(results)} of {len(todo)} runs, {broken} violations")
    return 1 if broken else 0


if __name__ == "__main__":
    sys.exit(main())
