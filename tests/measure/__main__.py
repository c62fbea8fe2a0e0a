"""Measures everything and writes `{name: {"value", "unit", "n", "against"}}`; medians of repeated runs."""

import argparse
import asyncio
import json
import sys
import time
from pathlib import Path

from tests.measure import detection, framing, issuance, processes, scramble


async def _measure(out: Path) -> dict:
    figures = {}
    for name, part in (("issuance", issuance.measure), ("processes", processes.measure)):
        began = time.monotonic()
        print(f"measuring {name} ...", flush=True)
        figures |= await part(out.parent / "bench" / name)
        print(f"measuring {name}: {time.monotonic() - began:.0f} s", flush=True)
    figures |= await asyncio.to_thread(framing.measure)
    return figures | await asyncio.to_thread(scramble.measure) | await asyncio.to_thread(detection.measure)


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m tests.measure", description=__doc__)
    parser.add_argument("--out", type=Path, default=Path("out/bench.json"), metavar="FILE")
    out: Path = parser.parse_args().out
    out.parent.mkdir(parents=True, exist_ok=True)
    figures = asyncio.run(_measure(out))
    out.write_text(json.dumps(figures, indent=2, sort_keys=True) + "\n", encoding="utf-8")
    for name, figure in sorted(figures.items()):
        print(f"{name:34} {figure['value']:>10} {figure['unit']:6} n={figure['n']:<4} {figure['against']}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
