"""Writes every page and drawing of docs/ that comes from the code: `python -m tests.docs.tables`.

A test compares them with what is checked in. Not responsible for the pages made while the site is built (`hook.py`).
"""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING

from tests.docs import codes, drawings, figures, handbook

if TYPE_CHECKING:
    from collections.abc import Callable

DOCS = Path(__file__).parents[2] / "docs"


def pages() -> dict[str, Callable[[], str]]:
    """Return what writes each, by its path in docs/."""
    return handbook.pages() | codes.pages() | drawings.pages() | figures.pages()


def main() -> int:
    """Write them."""
    for path, write in pages().items():
        (DOCS / path).parent.mkdir(parents=True, exist_ok=True)
        (DOCS / path).write_text(write(), encoding="utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main())
