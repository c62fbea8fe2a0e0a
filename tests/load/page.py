"""What `make bench-hub` found, as text for docs/measurements.md between its two marks.

Not responsible for measuring (`table.py`).
"""

import os
import platform
from pathlib import Path

PAGE = Path(__file__).parents[2] / "docs" / "measurements.md"
BEGIN, END = "<!-- bench-hub begins -->", "<!-- bench-hub ends -->"
ROLES = ("centre", "issuing server", "renderer", "signer", "database", "jpki", "clerks")
_HEAD = ("centre processes", "municipalities", "issues/s", "p50 ms", "p99 ms", "swaps", "come again", "clerks")


def text(told: dict) -> str:
    """Write what `out/bench-hub/found.json` holds; parts that were not measured are left out."""
    parts = [f"{os.cpu_count()} cores, {platform.machine()}. Roles: processor milliseconds a visit."]
    rows = [told["load"]] if "load" in told else []
    if rows := rows + told.get("growth", []):
        head = [*_HEAD, *(f"{role}, ms" for role in ROLES), "s"]
        parts += ["", f"| {' | '.join(head)} |", f"|{'---|' * len(head)}", *map(_line, rows)]
    if "burst" in told:
        asked = told["burst"]
        whole = asked["answered"] + asked["refused"] + asked["swaps"]
        written = f"Burst: {whole} questions written within {asked['sent_s']:.2f} s"
        answers = f"{asked['answered']} answered, {asked['refused']} told to come again, {asked['swaps']} swapped"
        parts += ["", f"{written}, the last answer after {asked['answered_s']:.0f} s; {answers}."]
    return "\n".join(parts)


def write(page: Path, found: str) -> None:
    """Put the text between the marks; raises ValueError where they are missing."""
    before, begin, rest = page.read_text(encoding="utf-8").partition(BEGIN)
    _, end, after = rest.partition(END)
    if not begin or not end:
        raise ValueError(f"{page} has no marks {BEGIN} and {END}")
    page.write_text(f"{before}{BEGIN}\n{found}\n{END}{after}", encoding="utf-8")


def _line(row: dict) -> str:
    rate = row["issues"] / row["seconds"]
    cells = [row["centres"], row["municipalities"], f"{rate:.1f}", f"{row['issue_p50_ms']:.0f}"]
    cells += [f"{row['issue_p99_ms']:.0f}", row["swaps"], sum(row["refused"].values()), row["clerks"]]
    cells += [*(f"{row['cpu_ms'].get(role, 0.0):.1f}" for role in ROLES), row["seconds"]]
    return f"| {' | '.join(str(cell) for cell in cells)} |"
