"""Writes the tables and diagrams of both machines from their code: `python -m tests.machines.table`.

A table tells for each phase what each event leads to; events that change nothing in a phase are listed below it, so
that every pair is there. Not responsible for exploring (`clerk_graph.py`, `kiosk_graph.py`).
"""

from __future__ import annotations

import shutil
import subprocess
import sys
from collections import defaultdict
from pathlib import Path
from typing import TYPE_CHECKING

from tests.machines.clerk_graph import clerk_graph
from tests.machines.kiosk_table import kiosk_outcomes

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tests.machines.outcomes import Outcome, Outcomes

FOLDER = Path(__file__).parents[2] / "docs" / "machines"
COMMAND = "python -m tests.machines.table"

MOST_LABELS = 4
KIOSK_COLOURS = {
    **dict.fromkeys(("Starting", "Idle", "OutOfService"), "gray90"),
    **dict.fromkeys(("LeftBehind card", "LeftBehind paper"), "mistyrose"),
    **dict.fromkeys(("Collecting", "Lending", "Printing", "Receipting"), "lightyellow"),
}
CLERK_COLOURS = {"Spare": "gray90", "Over": "gray90", "Saying": "lightyellow"} | dict.fromkeys(
    ("TakingCard", "Paying", "Printing", "Receipting", "TakingPaper"), "lightblue"
)


def table(title: str, outcomes: Outcomes) -> str:
    """Return the whole table as Markdown."""
    events = {event for phase in outcomes.found.values() for event in phase}
    pairs = sum(len(phase) for phase in outcomes.found.values())
    parts = [
        f"# {title}: phase × event\n",
        f"Written by `{COMMAND}` from the explored machine; a test compares it. {len(outcomes.found)} phases,",
        f"{len(events)} kinds of events, {pairs} pairs. *nothing* beside other outcomes: it depends on what is known.",
        "*(same)* is the phase itself, with new contents. Events that a phase does not name change nothing in it.\n",
        f"Events: {', '.join(sorted(events))}.",
    ]
    for phase in sorted(outcomes.found):
        parts += ["", *_section(phase, outcomes.found[phase])]
    return "\n".join(parts) + "\n"


def _section(phase: str, events: dict[str, set[Outcome | None]]) -> Iterator[str]:
    yield f"## {phase}\n"
    idle = sorted(event for event, found in events.items() if found == {None})
    if len(idle) < len(events):
        yield "| event | next | commands |"
        yield "|---|---|---|"
    for event in sorted(set(events) - set(idle)):
        yield from _rows(phase, event, events[event])
    if idle:
        yield f"{'' if len(idle) == len(events) else chr(10)}Nothing changes on the other {len(idle)} events."


def _rows(phase: str, event: str, found: set[Outcome | None]) -> Iterator[str]:
    """One row for each set of commands, with all phases that it can lead to."""
    by_commands: defaultdict[tuple[str, ...], set[str]] = defaultdict(set)
    for outcome in found:
        if outcome is None:
            by_commands[()].add("*nothing*")
        else:
            by_commands[outcome[1]].add("(same)" if outcome[0] == phase else outcome[0])
    for commands, after in sorted(by_commands.items(), key=lambda each: (sorted(each[1]), each[0])):
        yield f"| {event} | {', '.join(sorted(after))} | {'; '.join(commands) or '–'} |"


def diagram(name: str, outcomes: Outcomes, groups: dict[str, str], ways_out: frozenset[str]) -> str:
    """Return the phases and their transitions as a `dot` graph.

    `groups` gives the colour of a phase's box; arrows to `ways_out` are pale and without words, because most phases
    have them.
    """
    arrows: defaultdict[tuple[str, str], set[str]] = defaultdict(set)
    for phase, events in outcomes.found.items():
        for event, found in events.items():
            for outcome in found:
                if outcome and outcome[0] != phase:
                    arrows[phase, outcome[0]].add(event.partition("(")[0].removeprefix("clerk: "))
    lines = [
        f"// Written by `{COMMAND}`; a test compares it.",
        f"digraph {name} {{",
        "  graph [rankdir=TB, nodesep=0.4, ranksep=0.7, fontname=sans]",
        '  node [shape=box, style="rounded,filled", fillcolor=white, fontname=sans, fontsize=11]',
        "  edge [fontname=sans, fontsize=8, color=gray40]",
    ]
    order = list(outcomes.found)  # that of their first appearance: it keeps the beginning on top
    lines += [f'  "{phase}" [fillcolor="{groups.get(phase, "white")}"]' for phase in order]
    for (before, after), events in sorted(arrows.items(), key=lambda each: [order.index(phase) for phase in each[0]]):
        if after in ways_out:
            lines.append(f'  "{before}" -> "{after}" [color=gray85, constraint=false]')
            continue
        told = "\\n".join(sorted(events)) if len(events) <= MOST_LABELS else f"{len(events)} events"
        lines.append(f'  "{before}" -> "{after}" [label="{told}"]')
    return "\n".join([*lines, "}"]) + "\n"


def documents() -> dict[str, str]:
    """Return the text of each document by file name."""
    clerk, kiosk = clerk_graph().outcomes, kiosk_outcomes()
    return {
        "clerk-table.md": table("The clerk's machine", clerk),
        "clerk.dot": diagram("clerk", clerk, CLERK_COLOURS, frozenset({"Saying"})),
        "kiosk-table.md": table("The kiosk's machine", kiosk),
        "kiosk.dot": diagram(
            "kiosk", kiosk, KIOSK_COLOURS, frozenset({"OutOfService", "LeftBehind paper", "LeftBehind card"})
        ),
    }


def main() -> int:
    """Write all documents, and draw the diagrams where graphviz is installed."""
    FOLDER.mkdir(parents=True, exist_ok=True)
    for name, text in documents().items():
        path = FOLDER / name
        path.write_text(text, encoding="utf-8")
        print(f"wrote {path}")
        if path.suffix == ".dot":
            if dot := shutil.which("dot"):
                subprocess.run([dot, "-Tsvg", str(path), "-o", str(path.with_suffix(".svg"))], check=True)
                print(f"drew {path.with_suffix('.svg')}")
            else:
                print("no picture drawn: install graphviz (apt-get install graphviz) and run this again")
    return 0


if __name__ == "__main__":
    sys.exit(main())
