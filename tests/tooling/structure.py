"""The rules about size and place of files, checked: `python -m tests.tooling.structure` lists offences and exits 1.

Source: the design's "Layout" (files: median at most 150 lines, none over 400; functions at most 40; the top-level
folders) and the style's list of names that say nothing. Not responsible for what ruff, pyright and import-linter check.
"""

from __future__ import annotations

import ast
import sys
from pathlib import Path
from statistics import median
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator

ROOT = Path(__file__).parents[2]
FOLDERS = frozenset({"firmware", "sim_hw", "hub", "hil_tests", "tests", "deploy", "docs"})
PRODUCT = ("firmware", "hub", "sim_hw")
WRITTEN = frozenset({".py", ".js", ".css", ".html", ".sh", ".typ"})
LINES_MAX = 400
LINES_MEDIAN_MAX = 150
FUNCTION_LINES_MAX = 40
EMPTY_NAMES = frozenset({"manager", "handler", "handlers", "utils", "util", "helper", "helpers", "misc", "common"})
# As Alembic writes them: one function lists all that a step changes.
STEPS = Path("hub/migrations")
NOT_OURS = frozenset({"out", "node_modules", "__pycache__"})


def written_files(root: Path) -> Iterator[Path]:
    """Every file that somebody wrote as code, without what tools made."""
    for path in sorted(root.rglob("*")):
        parts = path.relative_to(root).parts
        hidden = any(part in NOT_OURS or part.startswith(".") for part in parts)
        if not hidden and path.suffix in WRITTEN and path.is_file():
            yield path


def line_count(path: Path) -> int:
    """Lines of the file, blank ones included."""
    return len(path.read_text(encoding="utf-8").splitlines())


def long_functions(path: Path) -> Iterator[tuple[str, int]]:
    """Name and length of each function over the limit, from `def` to its last line, docstring included."""
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            length = (node.end_lineno or node.lineno) - node.lineno + 1
            if length > FUNCTION_LINES_MAX:
                yield node.name, length


def top_level_offences(root: Path) -> Iterator[str]:
    """Folders that are not among the agreed ones."""
    for path in sorted(root.iterdir()):
        known = path.name in FOLDERS or path.name in NOT_OURS or path.name.startswith(".")
        if path.is_dir() and not known:
            yield f"{path.name}/: not one of the top-level folders ({', '.join(sorted(FOLDERS))})"


def size_offences(root: Path) -> Iterator[str]:
    """Files and functions that are too long."""
    product_lines: list[int] = []
    for path in written_files(root):
        name = path.relative_to(root)
        lines = line_count(path)
        in_product = name.parts[0] in PRODUCT
        if lines > LINES_MAX:
            yield f"{name}: {lines} lines, at most {LINES_MAX}: split it by theme"
        if in_product and lines > 1:
            product_lines.append(lines)
        if in_product and path.suffix == ".py" and not (STEPS in name.parents and path.name.startswith("step_")):
            for function, length in long_functions(path):
                yield f"{name}: {function} has {length} lines, at most {FUNCTION_LINES_MAX}: name a part of it"
    if product_lines and median(product_lines) > LINES_MEDIAN_MAX:
        yield f"median of {', '.join(PRODUCT)}: {median(product_lines):g} lines a file, at most {LINES_MEDIAN_MAX}"


def name_offences(root: Path) -> Iterator[str]:
    """Files named after nothing, and Python files that do not say what they are for."""
    for path in written_files(root):
        name = path.relative_to(root)
        words = set(path.stem.lower().split("_")) | set(name.parent.parts)
        for word in sorted(words & EMPTY_NAMES):
            yield f"{name}: '{word}' names nothing; call it after what it holds"
        if path.suffix == ".py" and not ast.get_docstring(ast.parse(path.read_text(encoding="utf-8"))):
            yield f"{name}: opens with no docstring that says what it is for"


def offences(root: Path) -> list[str]:
    """Everything that breaks a rule, in words."""
    return [*top_level_offences(root), *size_offences(root), *name_offences(root)]


def main() -> int:
    """Print the offences of this checkout."""
    found = offences(ROOT)
    for offence in found:
        print(offence)
    print(f"structure: {len(found)} offences in {sum(1 for _ in written_files(ROOT))} files")
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main())
