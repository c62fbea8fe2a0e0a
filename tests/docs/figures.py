"""Measured figures as a page and a plot, from the checked-in `docs/measured/figures.json`.

`python -m tests.docs.figures` takes `out/bench.json` over into it, with the day and the class of the machine; then
`python -m tests.docs.tables` writes page and plot. Not responsible for measuring (`tests/measure`).
"""

from __future__ import annotations

import json
import os
import platform
import re
import sys
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

from tests.docs.handbook import NOTE
from tests.docs.schemas import cell

if TYPE_CHECKING:
    from collections.abc import Callable

ROOT = Path(__file__).parents[2]
BENCH = ROOT / "out/bench.json"
KEPT = ROOT / "docs/measured/figures.json"
AIM = re.compile(r"aim (?:p\d+ )?(?:at most )?([\d.]+)")
GROUP_WIDTH, BAR, LEFT, RIGHT = 300, 26, 330, 110


def machine_class() -> str:
    """Return what can be said of a machine without naming it: cores, memory, architecture, processor."""
    model = re.search(r"model name\s*:\s*(.+)", Path("/proc/cpuinfo").read_text(encoding="utf-8"))
    memory_gib = round(os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") / 2**30)
    return (
        f"{os.cpu_count()} cores, {memory_gib} GiB, {platform.machine()}, {model[1] if model else 'processor unknown'}"
    )


def take_over(bench: Path, kept: Path) -> None:
    """Copy the figures, with the day they were measured on; what was not measured this time stays as it was."""
    taken = json.loads(bench.read_text(encoding="utf-8"))
    day = datetime.fromtimestamp(bench.stat().st_mtime, UTC).date().isoformat()
    old = json.loads(kept.read_text(encoding="utf-8")) if kept.exists() else {"figures": {}}
    found: dict[str, Any] = {}
    for name, figure in taken.items():
        before = old["figures"].get(name, {})
        same = {key: before.get(key) for key in figure} == figure  # bench.json keeps what was not measured this time
        found[name] = before if same else {**figure, "day": day, "machine": machine_class()}
    kept.write_text(
        json.dumps({"figures": old["figures"] | found}, indent=1, sort_keys=True, ensure_ascii=False) + "\n",
        encoding="utf-8",
    )


def figures() -> dict[str, dict[str, Any]]:
    """Return the kept figures by name."""
    return json.loads(KEPT.read_text(encoding="utf-8"))["figures"]


def aim_of(figure: dict[str, Any]) -> float | None:
    """Return the aim that `against` begins with, None where there is none."""
    found = AIM.search(figure["against"])
    return float(found[1]) if found else None


def page() -> str:
    """Return the page of all figures."""
    found = figures()
    machines = sorted({each["machine"] for each in found.values()})
    parts = [
        "# Measured\n",
        NOTE,
        (
            "What each figure is and how it is measured: [What `make bench` measures](../measurements.md). Values are "
            "medians of *n* runs unless said otherwise. A newer run is taken over with "
            "`python -m tests.docs.figures`.\n"
        ),
        *(f"Machine {number}: {each}.\n" for number, each in enumerate(machines, 1)),
        "![Measured values beside their aims](aims.svg)\n",
        "| figure | value | unit | n | measured | machine | against |\n|---|---|---|---|---|---|---|",
    ]
    for name, each in sorted(found.items()):
        parts.append(
            f"| `{name}` | {each['value']:g} | {each['unit']} | {each['n']} | {each['day']} | "
            f"{machines.index(each['machine']) + 1} | {cell(each['against'])} |"
        )
    return "\n".join(parts) + "\n"


def plot() -> str:
    """Return a drawing: each figure that has an aim, as a share of it."""
    aimed = {name: (each, aim) for name, each in sorted(figures().items()) if (aim := aim_of(each))}
    whole, height = LEFT + 2 * GROUP_WIDTH + RIGHT, 40 + BAR * len(aimed)
    parts = [
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {whole} {height}" role="img">',
        "<title>Measured values beside their aims</title>",
        (
            "<style>text{font:13px sans-serif;fill:#333;stroke:#fff;stroke-width:3px;paint-order:stroke}"
            ".in{fill:#1e6f5c}.out{fill:#b5482f}"
            ".aim{stroke:#333;stroke-width:2;stroke-dasharray:4 3}rect.ground{fill:#fff}</style>"
        ),
        f'<rect class="ground" width="{whole}" height="{height}"/>',
        f'<text x="{LEFT + GROUP_WIDTH}" y="18" text-anchor="middle">aim</text>',
        f'<line class="aim" x1="{LEFT + GROUP_WIDTH}" y1="24" x2="{LEFT + GROUP_WIDTH}" y2="{height - 6}"/>',
    ]
    for place, (name, (each, aim)) in enumerate(aimed.items()):
        y = 34 + BAR * place
        more_is_better = name == "dialogue.states_reached" or (each["unit"].endswith("/s") and "wakeups" not in name)
        good = each["value"] >= aim if more_is_better else each["value"] <= aim
        unit = "" if each["unit"] == "1" else each["unit"]
        width = min(each["value"] / aim * GROUP_WIDTH, 1.9 * GROUP_WIDTH)
        parts += [
            f'<text x="{LEFT - 10}" y="{y + 13}" text-anchor="end">{name}</text>',
            f'<rect class="{"in" if good else "out"}" x="{LEFT}" y="{y}" width="{width:.0f}" height="{BAR - 8}"/>',
            f'<text x="{LEFT + width + 6:.0f}" y="{y + 13}">{each["value"]:g} of {aim:g} {unit}</text>',
        ]
    return "\n".join([*parts, "</svg>"]) + "\n"


def pages() -> dict[str, Callable[[], str]]:
    """Return what writes page and plot, by their path in docs/."""
    return {"measured/index.md": page, "measured/aims.svg": plot}


def main() -> int:
    """Take over what was measured."""
    if not BENCH.exists():
        print(f"{BENCH}: is not there. Measure first: make bench", file=sys.stderr)
        return 1
    take_over(BENCH, KEPT)
    return 0


if __name__ == "__main__":
    sys.exit(main())
