"""Looks for bytes where nothing personal may be: in a living process' memory, and in all files below folders."""

from __future__ import annotations

import re
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable

CHUNK_BYTES = 1 << 20
OVERLAP_BYTES = 256


def in_process(pid: int, needles: dict[str, bytes]) -> set[str]:
    """Return the names of the needles that lie anywhere in this process' own memory: all it can write."""
    found: set[str] = set()
    regions = re.findall(r"^([0-9a-f]+)-([0-9a-f]+) rw\S+ .*$", Path(f"/proc/{pid}/maps").read_text(), re.MULTILINE)
    with Path(f"/proc/{pid}/mem").open("rb", buffering=0) as memory:
        for first, last in regions:
            found |= _in_region(memory, int(first, 16), int(last, 16), needles)
    return found


def _in_region(memory, start: int, end: int, needles: dict[str, bytes]) -> set[str]:
    found: set[str] = set()
    for place in range(start, end, CHUNK_BYTES):
        try:
            memory.seek(place)
            chunk = memory.read(min(CHUNK_BYTES + OVERLAP_BYTES, end - place))
        except (OSError, OverflowError, ValueError):  # the kernel's own pages
            break
        found |= {name for name, needle in needles.items() if needle in chunk}
    return found


def in_files(folders: Iterable[Path], needles: dict[str, bytes]) -> set[tuple[str, str]]:
    """Return (needle's name, file's name) of each find; also looks at the names of the files."""
    found: set[tuple[str, str]] = set()
    for folder in folders:
        for path in folder.rglob("*"):
            content = bytes(path.name, "utf-8")
            if path.is_file() and not path.is_symlink():
                content += b"\n" + path.read_bytes()
            found |= {(name, path.name) for name, needle in needles.items() if needle in content}
    return found


def forms(name: str, text: str) -> dict[str, bytes]:
    """Return the bytes in which a text may lie in memory or files, by name."""
    return {f"{name} ({each})": text.encode(each) for each in ("utf-8", "utf-16-le", "utf-16-be")}
