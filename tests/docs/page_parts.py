"""What the pages of docs/ are made of, for the tests: snippets of code, and commands in them.

Not responsible for judging them (`test_snippets.py`).
"""

from __future__ import annotations

import re
import textwrap
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).parents[2]
FENCED = re.compile(r"^( *)```(\w*)\n(.*?)^\1```", re.MULTILINE | re.DOTALL)
INDENTED = re.compile(r"^ {4,}(.*)$", re.MULTILINE)
INLINE = re.compile(r"(?<!`)`([^`\n]+)`(?!`)")
BEFORE = r"^\s*(?:\$ )?(?:sudo (?:-u kiosk )?)?(?:\S*/)?"
OUTSIDE = ("README.md", "deploy/README.md", "hil_tests/rig/README.md")


@dataclass(frozen=True, slots=True)
class Snippet:
    """A fenced block: where it stands, its language, its text."""

    page: str
    language: str
    text: str


def all_pages() -> list[Path]:
    """Return every Markdown page that people read."""
    return sorted((ROOT / "docs").rglob("*.md")) + [ROOT / each for each in OUTSIDE]


def snippets() -> list[Snippet]:
    """Return every fenced block with its language, empty where none is named."""
    return [
        Snippet(str(page.relative_to(ROOT)), found[2], textwrap.dedent(found[3]))
        for page in all_pages()
        for found in FENCED.finditer(page.read_text(encoding="utf-8"))
    ]


def _code_lines(text: str) -> list[str]:
    """Return what stands as code on a page, line by line; what a line explains after wide spaces is left out."""
    lines = [line for block in FENCED.finditer(text) for line in block[3].splitlines()]
    plain = FENCED.sub("", text)
    lines += INDENTED.findall(plain) + INLINE.findall(plain)
    return [re.split(r" {3,}(?=[a-z])|\s#", line.strip())[0] for line in lines]


def commands(program: str, *, exact: bool = True) -> list[tuple[str, str]]:
    """Return (page, command line) of every call of `program`, or of what begins with its name."""
    call = re.compile(rf"{BEFORE}({re.escape(program)}{' ' if exact else ''}.*)")
    return [
        (str(page.relative_to(ROOT)), found[1].strip())
        for page in all_pages()
        for line in _code_lines(page.read_text(encoding="utf-8"))
        if (found := call.match(line))
    ]
