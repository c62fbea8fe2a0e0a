"""`make bench-fleet`: 1,000 to 56,000 kiosks over shards, on a quiet machine; a table in out/fleet.md.

Needs some 10 GiB of memory and 20,000 open files a process (`ulimit -n 20000`).
"""

import argparse
import asyncio
from pathlib import Path

from tests.measure.fleet_crowd import Cost, cost, make_pki

STEPS = ((1_000, 1), (5_000, 1), (15_000, 1), (30_000, 2), (56_000, 4))
HEAD = """| kiosks | brokers | KiB each | steady CPU of brokers (100 %: a core) | all connected | CPU each | all back |
|---|---|---|---|---|---|---|
"""


def _row(it: Cost) -> str:
    back = f"{it.reconnect_s:.0f} s" if it.reconnect_s else ""
    figures = f"{it.kib_each:.1f} | {100 * it.steady_cpu:.1f} % | {it.connect_s:.0f} s | {it.connect_cpu_ms:.2f} ms"
    return f"| {it.kiosks} | {it.shards} | {figures} | {back} |\n"


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m tests.measure.fleet_full", description=__doc__)
    parser.add_argument("--kiosks", type=int, default=STEPS[-1][0], metavar="N", help="stop there (%(default)s)")
    parser.add_argument("--out", type=Path, default=Path("out/fleet"), metavar="DIR")
    chosen = parser.parse_args()
    chosen.out.mkdir(parents=True, exist_ok=True)
    data, table = make_pki(chosen.out / "hub"), HEAD
    for kiosks, shards in STEPS:
        if kiosks <= chosen.kiosks:
            table += _row(asyncio.run(cost(data, chosen.out, kiosks, shards, reconnect=True)))
            chosen.out.with_suffix(".md").write_text(table, encoding="utf-8")
    print(table)


if __name__ == "__main__":
    main()
