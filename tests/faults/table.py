"""The table fault x stage x outcome, as text (`out/faults.md`) and as a picture for the docs.

Not responsible for the runs (`campaign.py`).
"""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from tests.faults.matrix import Result

OUTCOMES = ("nothing", "cancelled", "refunded", "served", "voided", "given away", "unknown", "VIOLATION")
STAGES = ("none", "start", "dialogue", "issuing", "paying", "lending", "printing", "receipt", "pickup", "ending")
HEAD = "# What breaks, when, and what becomes of it\n"
MEANING = """\
- *nothing*: no order was made. *cancelled*, *refunded*: nothing was printed, or not whole; all coins came back.
- *served*: printed once, paid once, taken. *voided*: printed and paid, left behind, void at the centre.
- *given away*: the whole paper came out, but its completion was not on the disk yet: the fee came back.
- *unknown*: nobody saw who took the paper, or the disk took no note of coins that went back.
- *VIOLATION*: a promise was broken.
"""


def counted(results: Sequence[Result]) -> dict[tuple[str, str], Counter[str]]:
    """Return the outcomes of each fault at each stage; a second fault is a row of its own."""
    cells: dict[tuple[str, str], Counter[str]] = {}
    for result in results:
        cells.setdefault((result.fault, result.stage), Counter())[result.outcome] += 1
    return cells


def section(file: Path, title: str, told: str) -> None:
    """Put a table into the file: in place of the one with that title, else behind the others."""
    before = file.read_text(encoding="utf-8") if file.exists() else HEAD
    head, *others = before.split("\n## ")
    tables = {each.partition("\n")[0]: f"## {each.rstrip()}\n" for each in others}
    tables[title] = told
    file.write_text("\n".join([f"{head.rstrip()}\n", *tables.values()]), encoding="utf-8")


def text(results: Sequence[Result], title: str, order: Sequence[str] = STAGES) -> str:
    """Return the table in Markdown; `order`: that of the stages."""
    cells = counted(results)
    faults = sorted({fault for fault, _ in cells})
    stages = [stage for stage in order if any(stage == at for _, at in cells)]
    stages += sorted({at for _, at in cells} - set(stages))
    total = Counter(result.outcome for result in results)
    lines = [f"## {title}", "", f"{len(results)} runs: " + ", ".join(f"{n} {o}" for o, n in total.most_common()), ""]
    lines += [MEANING, "| fault | " + " | ".join(stages) + " |", "|---" * (len(stages) + 1) + "|"]
    for fault in faults:
        row = [_cell(cells.get((fault, stage))) for stage in stages]
        lines.append(f"| {fault} | " + " | ".join(row) + " |")
    violations = [f"- `{result.case}`: {result.broken}" for result in results if result.broken]
    return "\n".join([*lines, "", "Violations: " + ("none" if not violations else ""), *violations, ""])


def _cell(counts: Counter[str] | None) -> str:
    if not counts:
        return ""
    return ", ".join(f"{counts[outcome]} {outcome}" for outcome in OUTCOMES if counts[outcome])


def picture(results: Sequence[Result], file: Path, order: Sequence[str] = STAGES) -> None:
    """Draw the share of each outcome in each cell as a stacked bar, violations in red; `order`: that of the stages."""
    import matplotlib as mpl  # noqa: PLC0415 - a second, which the quick part does not need

    mpl.use("Agg")
    from matplotlib import pyplot as plt  # noqa: PLC0415

    cells = counted(results)
    faults = sorted({fault for fault, _ in cells}, reverse=True)
    stages = [stage for stage in order if any(stage == at for _, at in cells)]
    colours = dict(
        zip(
            OUTCOMES,
            ("#e8e8e8", "#c6d8ee", "#8fb8de", "#6cb36c", "#d9c36a", "#e3a857", "#b58fc9", "#d62728"),
            strict=True,
        )
    )
    figure, axes = plt.subplots(figsize=(12, 0.34 * len(faults) + 1.4), layout="constrained")
    for (fault, stage), counts in cells.items():
        left, total = stages.index(stage) + 0.04, counts.total()
        for outcome in OUTCOMES:
            width = 0.92 * counts[outcome] / total
            axes.barh(faults.index(fault), width, left=left, height=0.82, color=colours[outcome])
            left += width
        axes.text(stages.index(stage) + 0.5, faults.index(fault), str(total), ha="center", va="center", fontsize=7)
    axes.set_xlim(0, len(stages))
    axes.set_xticks([number + 0.5 for number in range(len(stages))], stages)
    axes.set_yticks(range(len(faults)), faults)
    axes.tick_params(length=0, top=True, labeltop=True, bottom=False, labelbottom=False)
    for spine in axes.spines.values():
        spine.set_visible(False)
    patches = [mpl.patches.Patch(color=colour, label=outcome) for outcome, colour in colours.items()]
    figure.legend(handles=patches, ncols=len(patches), loc="outside lower center", frameon=False, fontsize=8)
    file.parent.mkdir(parents=True, exist_ok=True)
    figure.savefig(file, dpi=110)
    plt.close(figure)
