"""The record of changes for the council: as a text, as rows of a table, and as a PDF.

Not responsible for what changed (`changes.py`).
"""

import json
from collections.abc import Sequence
from datetime import date

import typst

from hub.municipality.pages.era import japanese_date
from hub.municipality.renderer.typesetter import TEMPLATES, typst_fonts
from hub.municipality.rules.change_words import value_of, words_of
from hub.municipality.rules.changes import Difference


def as_text(name: str, lines: Sequence[Difference]) -> str:
    """Write one block a change: day, reason, who entered it, then what was and what is."""
    told = [f"{name}: dated record of changes"]
    for at, line in enumerate(lines):
        if at == 0 or (line.on, line.reason) != (lines[at - 1].on, lines[at - 1].reason):
            told += ["", f"{line.on}  {line.reason}  ({line.entered_by})"]
        told.append(f"    {line.what}: {line.before} -> {line.after}")
    return "\n".join(told)


def rows_of(lines: Sequence[Difference]) -> list[dict[str, str]]:
    """Return what a table of the record shows, in the council's words: `on what before after reason by`."""
    return [
        {
            "on": japanese_date(it.on),
            "what": words_of(it.what),
            "before": value_of(it.before),
            "after": value_of(it.after),
            "reason": it.reason,
            "by": it.entered_by,
        }
        for it in lines
    ]


def as_pdf(name: str, lines: Sequence[Difference], today: date) -> bytes:
    """Set the same as an A4 table."""
    page = json.dumps({"name": name, "today": japanese_date(today), "rows": rows_of(lines)})
    compiler = typst.Compiler(TEMPLATES / "office" / "changes.typ", font_paths=typst_fonts(), ignore_system_fonts=True)
    made = compiler.compile(format="pdf", sys_inputs={"page": page}, timestamp=0)
    if not isinstance(made, bytes):
        raise TypeError("typst did not answer with one PDF")
    return made
