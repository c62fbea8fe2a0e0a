"""Writes the two tables of docs/reference/printers.md: `python -m tests.printer.printer_page`.

From firmware/printer_models.toml and conditions.toml, with the words of the screens. Not responsible for the prose.
"""

from __future__ import annotations

import re
import tomllib
from pathlib import Path

from firmware.printer_models import MODELS, PrinterModel
from tests.printer.condition_rows import ROWS, Row

ROOT = Path(__file__).parents[2]
PAGE = ROOT / "docs" / "reference" / "printers.md"
TEXTS = tomllib.loads((ROOT / "firmware/app/screens/texts/en.toml").read_text(encoding="utf-8"))
SORRY = {"paper_out": "paper_out", "cover_open": "cover_open"}


def _shown(value: object) -> str:
    match value:
        case bool():
            return "yes" if value else "no"
        case bytes():
            return f"`{value.hex(' ')}`"
        case tuple():
            return ", ".join(map(str, value))
        case 0:
            return "not known"
        case _:
            return f"`{value}`"


def _model_lines(model: PrinterModel) -> list[str]:
    use = "may be used" if model.usable else "**refused in the configuration**"
    lines = [f"### `{model.key}`: {model.title}, {use}", "", "| fact | value | source |", "|---|---|---|"]
    return [
        *lines,
        *(f"| {fact} | {_shown(getattr(model, fact))} | {model.sources[fact]} |" for fact in model.sources),
        "",
    ]


def _seen(row: Row) -> str:
    """What the screen says before a job; the reason's own words."""
    return f"{TEXTS['cause'][row.reason]} (`{row.reason}`)" if row.reason else "in service"


def _during(row: Row) -> str:
    if not row.fault:
        return "the sheet is printed to its end"
    title = TEXTS["sorry"][SORRY.get(row.fault, "printer_fault")]["title"]
    return f"*{title}*, money back (`{row.fault}`)"


def _said(row: Row) -> str:
    parts = [f"`{row.escpos}`" if row.escpos else "", f"full `{row.full}`" if row.full else ""]
    return "; ".join(filter(None, parts)) or "nothing"


def _condition_lines() -> list[str]:
    columns = (
        "condition",
        "DLE EOT 1–4, automatic status; full status",
        "before: out of service as",
        "during: the person sees",
        "the operator does",
    )
    lines = [f"| {' | '.join(columns)} |", "|---|---|---|---|---|"]
    for row in ROWS:
        before = "in service" if row.ready and row.key != "paper_near_end" else _seen(row)
        does = f"{row.does}. {row.note}".strip() if row.note else row.does
        lines.append(f"| {row.title} | {_said(row)} | {before} | {_during(row)} | {does} |")
    return lines


def written(page: str) -> str:
    """Return the page with both tables anew."""
    models = [line for model in MODELS.values() for line in _model_lines(model)]
    for name, lines in (("models", models), ("conditions", _condition_lines())):
        pattern = re.compile(rf"(?s)(<!-- {name}: [^>]*-->\n).*?(<!-- end of {name} -->)")
        body = "\n".join(lines).rstrip() + "\n"
        page, count = pattern.subn(lambda found, body=body: f"{found[1]}\n{body}\n{found[2]}", page)
        if count != 1:
            raise SystemExit(f"{PAGE}: the marks of the table of {name} are missing; put them back")
    return page


if __name__ == "__main__":
    PAGE.write_text(written(PAGE.read_text(encoding="utf-8")), encoding="utf-8")
