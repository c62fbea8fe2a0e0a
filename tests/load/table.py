"""`make bench-hub`: the hub's growth from one centre process to four and from ten municipalities to 1,300, as a table.

Three minutes a row on a machine that does nothing else, and ten thousand questions within a second. The table is
written into docs/measurements.md between its two marks. Not part of `make bench`, which takes one minute
(`tests/measure/load.py`).
"""

import argparse
import json
import os
import platform
from dataclasses import asdict
from pathlib import Path

from tests.load.burst import CONNECTIONS, EACH, Burst, burst
from tests.load.cluster import cluster, make_data
from tests.load.run import Found, load

PAGE = Path(__file__).parents[2] / "docs" / "measurements.md"
BEGIN, END = "<!-- bench-hub begins -->", "<!-- bench-hub ends -->"
ROWS = ((1, 10), (2, 10), (3, 10), (4, 10), (2, 100), (2, 1300))  # centre processes, municipalities
CLERKS, PACE_S, WARM_S = 24, 0.5, 20
ROLES = ("centre", "issuing server", "renderer", "signer", "database", "jpki", "clerks")


def main() -> None:
    """Measure every row; a row is written as soon as it is there."""
    parser = argparse.ArgumentParser(prog="python -m tests.load.table", description=__doc__)
    parser.add_argument("--seconds", type=int, default=180, metavar="N", help="how long each row is loaded")
    parser.add_argument("--rows", type=int, default=len(ROWS), metavar="N", help="the first N rows only")
    parser.add_argument(
        "--burst", type=int, default=CONNECTIONS, metavar="N", help=f"connections that ask {EACH} times"
    )
    parser.add_argument("--out", type=Path, default=Path("out/bench-hub"), metavar="DIR")
    parser.add_argument("--page", type=Path, default=PAGE, metavar="FILE", help="where the table goes")
    chosen = parser.parse_args()
    lines: list[str] = []
    told: list[dict] = []
    asked = Burst()
    for centres, towns in ROWS[: chosen.rows]:
        data = chosen.out / f"data-{towns}"
        make_data(data, towns, *((60, 20) if towns <= 10 else (4, 2)), kiosks=8)
        with cluster(data, centres) as hub:
            load(hub, chosen.out / "warm", WARM_S, 4, PACE_S)
            found = load(hub, chosen.out / "run", chosen.seconds, CLERKS, PACE_S)
            if (centres, towns) == ROWS[0]:
                asked = burst(hub, chosen.burst)
        told.append({"centres": centres, "municipalities": towns, **asdict(found)})
        lines.append(_line(centres, towns, found))
        print(lines[-1], flush=True)
        chosen.out.mkdir(parents=True, exist_ok=True)
        (chosen.out / "table.json").write_text(json.dumps({"rows": told, "burst": asdict(asked)}, indent=1) + "\n")
    write(chosen.page, _page(lines, asked, chosen.seconds))


def write(page: Path, text: str) -> None:
    """Put the text between the marks; raises ValueError where they are missing."""
    before, begin, rest = page.read_text(encoding="utf-8").partition(BEGIN)
    _, end, after = rest.partition(END)
    if not begin or not end:
        raise ValueError(f"{page} has no marks {BEGIN} and {END}")
    page.write_text(f"{before}{BEGIN}\n{text}\n{END}{after}", encoding="utf-8")


def _page(lines: list[str], asked: Burst, seconds: int) -> str:
    head = ["centre processes", "municipalities", "issues/s", "p50 ms", "p99 ms", "swaps", "come again", *ROLES]
    machine = f"{os.cpu_count()} cores, {platform.machine()}, {seconds} s a row, {CLERKS} clerks"
    whole = asked.answered + asked.refused + asked.swaps
    said = f"{asked.answered} answered, {asked.refused} told to come again, {asked.swaps} swapped"
    return "\n".join(
        [
            f"{machine}. Roles: processor milliseconds a visit.",
            "",
            f"| {' | '.join(head)} |",
            f"|{'---|' * len(head)}",
            *lines,
            "",
            f"Burst: {whole} questions written within {asked.sent_s:.2f} s; {said}.",
        ]
    )


def _line(centres: int, towns: int, found: Found) -> str:
    cells = [centres, towns, f"{found.issues_per_s:.1f}", f"{found.issue_p50_ms:.0f}", f"{found.issue_p99_ms:.0f}"]
    cells += [found.swaps, sum(found.refused.values()), *(f"{found.cpu_ms.get(role, 0.0):.1f}" for role in ROLES)]
    return f"| {' | '.join(str(cell) for cell in cells)} |"


if __name__ == "__main__":
    main()
