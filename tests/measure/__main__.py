"""Measures everything and writes `{name: {"value", "unit", "n", "against"}}`; medians of repeated runs.

`--only PART` measures that part alone, and leaves the figures of the others in the file as they are.
"""

import argparse
import asyncio
import json
import shutil
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

from tests.measure import (
    binding,
    detection,
    dialogue,
    fleet,
    framing,
    issuance,
    load,
    processes,
    reaction,
    recovery,
    scramble,
    tap,
    telemetry,
)

PARTS: dict[str, Callable[[Path], dict]] = {
    "issuance": lambda out: asyncio.run(issuance.measure(out)),
    "processes": lambda out: asyncio.run(processes.measure(out)),
    "recovery": lambda out: asyncio.run(recovery.measure(out)),
    "reaction": lambda out: asyncio.run(reaction.measure(out)),
    "tap": lambda out: asyncio.run(tap.measure(out)),
    "dialogue": lambda out: asyncio.run(dialogue.measure(out)),
    "binding": lambda _out: binding.measure(),
    "framing": lambda _out: framing.measure(),
    "scramble": lambda _out: scramble.measure(),
    "detection": lambda _out: detection.measure(),
    "telemetry": lambda out: asyncio.run(telemetry.measure(out)),
    "fleet": lambda out: asyncio.run(fleet.measure(out)),
    "load": load.measure,
}


def main() -> int:
    """Measure; returns 1 when a part failed, named in the last line."""
    parser = argparse.ArgumentParser(prog="python -m tests.measure", description=__doc__)
    parser.add_argument("--out", type=Path, default=Path("out/bench.json"), metavar="FILE")
    parser.add_argument("--only", choices=PARTS, action="append", metavar="PART", help=", ".join(PARTS))
    chosen = parser.parse_args()
    out: Path = chosen.out
    out.parent.mkdir(parents=True, exist_ok=True)
    if not chosen.only:
        return _everything(out)
    figures = json.loads(out.read_text(encoding="utf-8")) if out.exists() else {}
    for name in chosen.only:
        figures |= _part(name, out.parent / "bench" / name)
        out.write_text(json.dumps(figures, indent=2, sort_keys=True) + "\n", encoding="utf-8")
    return 0


def _part(name: str, folder: Path) -> dict:
    """Measure one part, and print its figures."""
    began = time.monotonic()
    print(f"measuring {name} ...", flush=True)
    shutil.rmtree(folder, ignore_errors=True)
    measured = PARTS[name](folder)
    print(f"measuring {name}: {time.monotonic() - began:.0f} s", flush=True)
    for key, figure in sorted(measured.items()):
        print(f"{key:34} {figure['value']:>10} {figure['unit']:6} n={figure['n']:<4} {figure['against']}")
    return measured


def _everything(out: Path) -> int:
    """Measure each part in a process of its own: what one leaves in memory, or its failure, is not the next one's."""
    out.unlink(missing_ok=True)
    command = (sys.executable, "-m", "tests.measure", "--out", str(out), "--only")
    failed = [name for name in PARTS if subprocess.run((*command, name), check=False).returncode]
    if failed:
        print(f"not measured: {', '.join(failed)}; see above, then: {' '.join(command)} PART", file=sys.stderr)
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
