"""The changes of the binding check that may survive (`survivors.toml`): read, compared with a run, told in the docs.

    python -m tests.attack.survivors     writes their table into docs/threat-model.md, between its two marks

Not responsible for making the changes (`mutants.py`).
"""

from __future__ import annotations

import sys
import tomllib
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).parents[2]
LIST, PAGE = Path(__file__).with_name("survivors.toml"), ROOT / "docs/threat-model.md"
BEGIN, END = "<!-- survivors begin -->", "<!-- survivors end -->"


@dataclass(frozen=True, order=True)
class Change:
    """One changed line of a module, without its indentation."""

    module: str
    before: str
    after: str

    @classmethod
    def of(cls, module: str, diff: str) -> Change:
        """Read it from a unified diff."""
        lines = [line for line in diff.splitlines() if line[:3] not in ("+++", "---")]
        before, after = ("\n".join(line[1:].strip() for line in lines if line[:1] == sign) for sign in "-+")
        return cls(Path(module).name, before, after)

    def __str__(self) -> str:
        """Return it as it stands in a report."""
        return f"{self.module}\n-{self.before}\n+{self.after}"


def known() -> dict[Change, str]:
    """Return why each one that is known does not matter."""
    listed = tomllib.loads(LIST.read_text(encoding="utf-8"))["survivor"]
    return {Change(each["module"], each["before"], each["after"]): each["why"] for each in listed}


def judged(found: list[Change], *, whole: bool) -> list[str]:
    """Return what is wrong: unknown survivors, and known ones that did not survive a whole run."""
    listed = known()
    wrong = [f"NEW {change}" for change in sorted(set(found) - listed.keys())]
    wrong += [f"TWICE {change}" for change in sorted({each for each in found if found.count(each) > 1})]
    return wrong + [f"NOTICED BY NOW {change}" for change in sorted(listed.keys() - set(found)) if whole]


def table() -> str:
    """Return them as Markdown."""
    rows = [f"| `{each.module}` | `{each.after}` | {why} |" for each, why in sorted(known().items())]
    return "\n".join(["| module | changed line | why it does not matter |", "|---|---|---|", *rows])


def page(text: str) -> str:
    """Return the page's text with the table between its marks; ValueError where they are missing."""
    before, begin, rest = text.partition(BEGIN)
    _, end, after = rest.partition(END)
    if not begin or not end:
        raise ValueError(f"{PAGE} has no marks {BEGIN} and {END}")
    return f"{before}{BEGIN}\n{table()}\n{END}{after}"


def main() -> int:
    """Write the table."""
    PAGE.write_text(page(PAGE.read_text(encoding="utf-8")), encoding="utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main())
